"""Every pre-tokenizer that Quantloupe recognizes: llama.cpp must split text as the tokenizers package
does. Llama 3's vocabulary serves for all, with each rule put in place of its own."""
import json

from tokenizers import Tokenizer

import llama_cpp

WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
START = r"[^\r\n\p{L}\p{N}]?"
CASED_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
PUNCTUATION = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
               r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def cased(tail):
    return f"{START}{UPPER}*{LOWER}+{tail}|{START}{UPPER}+{LOWER}*{tail}"


def split(regex):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


def byte_level(use_regex=False):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
            "use_regex": use_regex}


DIGITS = {"type": "Digits", "individual_digits": True}
RULES = {  # id: steps, ignore_merges
    "gpt-2": ([byte_level(True)], False),
    "smollm": ([DIGITS, byte_level(True)], False),
    "dbrx": ([split(WORDS + r"|\p{N}{1,3}" + REST), byte_level()], False),
    "tekken": ([split(cased("") + r"|\p{N}" + CASED_REST), byte_level()], True),
    "gpt-4o": ([split(cased(CONTRACTION) + r"|\p{N}{1,3}" + CASED_REST), byte_level()], False),
    "deepseek-coder": ([split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"),
                        split("[一-龥ࠀ-一가-퟿]+"), DIGITS, byte_level()], False),
    "deepseek-v3": ([split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(PUNCTUATION),
                     byte_level()], False),
}


def check_rule(report, quantloupe, name, folder, make_model, texts):
    steps, ignore_merges = RULES[name]
    model = make_model(folder / f"pre-{name}")
    path = model / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
    tokenizer["model"]["ignore_merges"] = ignore_merges
    path.write_text(json.dumps(tokenizer))
    exported = quantloupe.export(model, "f16", folder / f"pre-{name}.gguf", "--rest", "f16")
    theirs = Tokenizer.from_file(str(path))
    answers = llama_cpp.ask(exported, [llama_cpp.tokenize(text) for text in texts])
    wrong = [text for text, answer in zip(texts, answers)
             if answer["tokens"] != theirs.encode(text, add_special_tokens=False).ids]
    report.check(f"pre-tokenizer {name}: llama.cpp splits {len(texts)} texts as the original", not wrong,
                 f"{len(wrong)} differ, such as {wrong[:4]}")


def check(report, quantloupe, folder, make_model, texts):
    """`make_model` writes a model with Llama 3's tokenizer into a folder and returns it."""
    for name in RULES:
        report.attempt(f"pre-tokenizer {name}", lambda n=name: check_rule(
            report, quantloupe, n, folder, make_model, texts))
