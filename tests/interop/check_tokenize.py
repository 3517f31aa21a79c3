"""quantloupe-cli tokenize against the tokenizers package on awkward texts: every rule of splitting, NFC,
added tokens, and BPE of characters with marked spaces in its several spellings."""
import json
import random
import shutil
import unicodedata

from tokenizers import Tokenizer, models, trainers

from check_pre_tokenizers import REST, RULES, WORDS, byte_level, split

AWKWARD = [
    "", " ", "  ", "\n", "\r\n\r\n", " \t\n \u3000x", "a\u00a0b\u2009c\u0085d\u000be\u2028f",
    "It's I'LL they'Ve we'ſ 'S don't", "3 33 333 3333 ٣٤٥ ½ Ⅷ ²", "CamelCase HTTPServer ǅungla ßẞ",
    "e\u0301 é \u1e9b\u0323 ﬁ Å \u212b 각 가\u11a8", "日本語。한국어 ไทย हिन्दी नमस्ते",
    "🦙🏽 👩‍👩‍👧 ✅ \U0001f1e9\U0001f1ea", "\u200b\ufeff\u0000\u0001\x7f", "    def f(x):\n\t\treturn x  \n\n\n",
    "...!!??--==>>//\\\\ https://a.b/c?d=e&f", "<|endoftext|>x <|endoftext|> <mask> y<l>  z<r>  <w>a <w> <n>",
    "_under_score__ a/b/\n//\r\n", "x" * 300 + " " * 70 + "é" * 50, "▁a ▁▁b _ ▁",
]
ADDED = [  # content, flags
    ("<mask>", {}), ("<l>", {"lstrip": True}), ("<r>", {"rstrip": True}), ("<w>", {"single_word": True}),
    ("<n>", {"normalized": True}), ("<mask> y", {}),
]
SPACES = {  # normalizer, pre-tokenizer
    "prepend": ([("Prepend", {"prepend": "▁"}), ("Replace", {})], None),
    "replace": ([("Replace", {})], {"type": "Split", "pattern": {"String": " "},
                                    "behavior": "MergedWithPrevious", "invert": False}),
    **{f"metaspace {scheme}, split {cut}": ([], {"type": "Metaspace", "replacement": "▁",
                                                 "prepend_scheme": scheme, "split": cut})
       for scheme in ("always", "first", "never") for cut in (False, True)},
}


def random_text(length=5000):
    """Any characters that Unicode 14 knows, which both sides do, half of them below U+0400."""
    known = [chr(c) for c in range(0x30000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    chooser = random.Random(1)
    return "".join(chooser.choice(known if chooser.random() < 0.5 else known[:0x380])
                   for _ in range(length))


def texts(demo_model):
    prose = (demo_model / "calibration.txt").read_text(encoding="utf-8")[:20000]
    chinese = (demo_model / "calibration_zh.txt").read_text(encoding="utf-8")[:5000]
    return ["\n".join(AWKWARD), " ".join(AWKWARD) + random_text() + prose + chinese]


def compare(report, quantloupe, name, model, samples):
    theirs = Tokenizer.from_file(str(model / "tokenizer.json"))
    wrong = []
    for number, text in enumerate(samples):
        file = model / f"text{number}"
        file.write_bytes(text.encode())
        done = quantloupe.run("tokenize", model, "--file", file, "--special", "--no-bos", "--json")
        expected = theirs.encode(text, add_special_tokens=False).ids
        if done.returncode != 0:
            wrong.append(f"text {number}: {done.stdout[:300]}")
        elif (ids := json.loads(done.stdout)["ids"]) != expected:
            pairs = zip(ids + [None], expected + [None])
            first = next(i for i, (a, b) in enumerate(pairs) if a != b)
            near = theirs.decode(expected[max(0, first - 3):first + 3])
            wrong.append(f"text {number} from token {first} on, near {near!r}")
    report.check(f"tokenize, {name}: the ids of the tokenizers package", not wrong, wrong[:3])


def copy_model(demo_model, folder, tokenizer):
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (folder / name).symlink_to(demo_model / name)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def byte_level_variants(demo_model):
    """The demo model's tokenizer with every rule of splitting, and with added tokens."""
    original = json.loads((demo_model / "tokenizer.json").read_text(encoding="utf-8"))
    rules = {**RULES, "qwen2": ([split(WORDS + r"|\p{N}" + REST), byte_level()], False),
             "llama-bpe": ([split(WORDS + r"|\p{N}{1,3}" + REST), byte_level()], True)}
    for name, (steps, ignore_merges) in rules.items():
        original["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
        original["model"]["ignore_merges"] = ignore_merges
        yield name, original
    original["normalizer"] = {"type": "NFC"}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": False}
    # In the place of tokens that the texts hardly use: the model has no more rows.
    places = sorted(original["model"]["vocab"].values())[-len(ADDED):]
    gone = set(places)
    vocabulary = {text: i for text, i in original["model"]["vocab"].items() if i not in gone}
    original["model"]["vocab"] = vocabulary
    original["model"]["merges"] = [m for m in original["model"]["merges"] if "".join(m) in vocabulary]
    for place, (content, flags) in zip(places, ADDED):
        original["added_tokens"].append({"id": place, "content": content, **plain, **flags})
    yield "NFC and added tokens", original


def trained_on_characters(demo_model, across_words):
    """A BPE of characters with byte tokens, as tokenizer.json; its tokens may hold ends of words."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    special = ["<unk>", "<s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=2000, special_tokens=special, show_progress=False,
                                  max_token_length=12)
    prose = (demo_model / "calibration.txt").read_text(encoding="utf-8")[:40000]
    pieces = prose.splitlines() if across_words else ["  " * 50, *(" " + w for w in prose.split())]
    tokenizer.train_from_iterator([piece.replace(" ", "▁") for piece in pieces], trainer)
    result = json.loads(tokenizer.to_str())
    result["added_tokens"] = result["added_tokens"][:2]
    return result


def marked_variants(demo_model):
    replace = {"pattern": {"String": " "}, "content": "▁"}
    trained = [trained_on_characters(demo_model, across_words) for across_words in (False, True)]
    for name, (steps, pre_tokenizer) in SPACES.items():
        tokenizer = trained[name != "replace"]
        tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": kind, **(replace if kind == "Replace" else more)} for kind, more in steps]
        } if steps else None
        tokenizer["pre_tokenizer"] = pre_tokenizer
        yield f"characters, {name}", tokenizer
    tokenizer["model"]["byte_fallback"] = False
    yield "characters without bytes", tokenizer


def check(report, quantloupe, demo_model, folder):
    samples = texts(demo_model)
    folder.mkdir()
    for number, make in enumerate((byte_level_variants, marked_variants)):
        for name, tokenizer in make(demo_model):
            model = copy_model(demo_model, folder / f"{number} {name}", tokenizer)
            report.attempt(f"tokenize, {name}",
                           lambda n=name, m=model: compare(report, quantloupe, n, m, samples))
            shutil.rmtree(model)
