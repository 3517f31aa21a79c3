"""Checks with models that are not part of the repository (the folder ../shared of developers)."""
import csv
import json
import shutil
import zlib

from safetensors.numpy import save_file

import check_pre_tokenizers
import llama_cpp
import make_tiny_models
from reference_files import open_gguf


def check_stories(report, quantloupe, model, folder, name):
    path = quantloupe.export(model, "f32", folder / f"{name}.gguf")
    golden = json.loads((model / "golden.json").read_text())
    cases = golden["tokenizer_cases"]
    requests = [llama_cpp.complete(golden["prompt_ids"], 32)]
    requests += [llama_cpp.tokenize(case["text"], add_special=True) for case in cases]
    answers = llama_cpp.ask(path, requests)
    report.equal(f"{name}: llama.cpp's 32 greedy tokens", answers[0]["tokens"],
                 golden["greedy_32_ids"])
    report.equal(f"{name}: llama.cpp tokenizes {len(cases)} texts as the original",
                 [answer["tokens"] for answer in answers[1:]], [case["ids"] for case in cases])
    theirs = {t.name: t.data.tobytes() for t in open_gguf(model / "stories260k-f32.gguf").tensors}
    ours = {t.name: t.data.tobytes() for t in open_gguf(path).tensors}
    common = theirs.keys() & ours.keys()
    report.check(f"{name}: {len(common)} tensors equal the published GGUF",
                 len(common) == len(ours) and all(theirs[n] == ours[n] for n in common),
                 [n for n in ours if theirs.get(n) != ours[n]][:5])


def without_sentence_piece(model, folder):
    """The same model with tokenizer.json only."""
    copy = folder / "stories260k-json"
    shutil.copytree(model, copy, ignore=shutil.ignore_patterns("tokenizer.model", "*.gguf"))
    for file in copy.iterdir():
        file.chmod(0o644)
    shutil.copy(model / "stories260k-f32.gguf", copy)
    return copy


def check_babyllama(report, quantloupe, model, folder):
    path = quantloupe.export(model, "q8_0", folder / "babyllama.gguf")
    report.check("babyllama-105: verify", quantloupe.verify(path), "problems were found")


def check_tiny_q4_0(report, quantloupe, tiny, folder):
    """Our Q4_0 of an F16 GGUF file against llama-quantize's, tensor for tensor."""
    path = quantloupe.export(tiny / "tiny-llama-f16.gguf", "q4_0", folder / "tiny-q4_0.gguf")
    with open(tiny / "tensors.tsv", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"] == "tiny-Q4_0"]
    theirs = {row["tensor"]: (row["type"], f"{int(row['crc32'], 16):08x}") for row in rows}
    ours = {t.name: (t.tensor_type.name, f"{zlib.crc32(t.data.tobytes()):08x}")
            for t in open_gguf(path).tensors}
    report.equal("tiny Q4_0: names", set(ours), set(theirs))
    blocks = [name for name in theirs if name.startswith("blk.")]
    wrong = [name for name in blocks if ours.get(name) != theirs[name]]
    report.check(f"tiny Q4_0: {len(blocks)} tensors of the blocks equal llama-quantize's", not wrong,
                 wrong[:5])


def model_with_tokenizer(tokenizer, rows, folder):
    """A random model whose vocabulary is that of a published tokenizer."""
    config = {**make_tiny_models.COMMON, "model_type": "llama", "vocab_size": rows, "hidden_size": 32,
              "num_hidden_layers": 1, "tie_word_embeddings": True}
    folder.mkdir()
    save_file(make_tiny_models.decoder_weights(config, 1), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(tokenizer / name, folder / name)
    return folder


def awkward_texts(tokenizers, vocabulary):
    text = (tokenizers / f"ggml-vocab-{vocabulary}.gguf.inp").read_text()
    return text.split("\n__ggml_vocab_test__\n")


def check_tokenizer(report, quantloupe, tokenizers, name, vocabulary, rows, folder):
    """llama.cpp with our metadata against the published ids of 47 awkward texts."""
    model = model_with_tokenizer(tokenizers / name, rows, folder / name)
    path = quantloupe.export(model, "f16", folder / f"{name}.gguf", "--rest", "f16")
    texts = awkward_texts(tokenizers, vocabulary)
    lines = (tokenizers / f"ggml-vocab-{vocabulary}.gguf.out").read_text().split("\n")
    expected = [[int(token) for token in line.split()] for line in lines[:len(texts)]]
    answers = llama_cpp.ask(path, [llama_cpp.tokenize(text) for text in texts])
    wrong = [text for text, answer, ids in zip(texts, answers, expected) if answer["tokens"] != ids]
    report.check(f"{name} tokenizer: llama.cpp gives the published ids of {len(texts)} texts",
                 not wrong, f"{len(wrong)} differ, such as {wrong[:2]}")


def check(report, quantloupe, shared, folder):
    if not shared.is_dir():
        report.skip("models of others", f"there is no folder {shared.name} beside the repository")
        return
    stories = shared / "models" / "stories260k"
    report.attempt("stories260k",
                   lambda: check_stories(report, quantloupe, stories, folder, "stories260k"))
    report.attempt("stories260k with tokenizer.json", lambda: check_stories(
        report, quantloupe, without_sentence_piece(stories, folder), folder, "stories260k-json"))
    for name, vocabulary, rows in (("llama-3", "llama-bpe", 128256), ("qwen3", "qwen2", 151936)):
        report.attempt(f"{name} tokenizer", lambda n=name, v=vocabulary, r=rows: check_tokenizer(
            report, quantloupe, shared / "tokenizers", n, v, r, folder))
    tokenizers = shared / "tokenizers"
    check_pre_tokenizers.check(
        report, quantloupe, folder,
        lambda target: model_with_tokenizer(tokenizers / "llama-3", 128256, target),
        awkward_texts(tokenizers, "llama-bpe"))
    report.attempt("babyllama-105", lambda: check_babyllama(
        report, quantloupe, shared / "models" / "babyllama-105", folder))
    report.attempt("tiny Q4_0", lambda: check_tiny_q4_0(
        report, quantloupe, shared / "golden" / "gguf" / "tiny", folder))
