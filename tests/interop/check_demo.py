"""The demo model: its exports open in gguf's reader and give the golden text in llama.cpp."""
import json

import gguf
import numpy as np

import llama_cpp
from reference_files import demo_tensors, open_gguf

EXPECTED_KEYS = {
    "general.architecture": "llama", "general.type": "model", "llama.context_length": 512,
    "llama.embedding_length": 256, "llama.block_count": 6, "llama.feed_forward_length": 768,
    "llama.attention.head_count": 8, "llama.attention.head_count_kv": 4,
    "llama.attention.layer_norm_rms_epsilon": np.float32(1e-5), "llama.rope.freq_base": 10000.0,
    "llama.rope.dimension_count": 32, "llama.vocab_size": 4096, "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.bos_token_id": 0,
    "tokenizer.ggml.eos_token_id": 0, "tokenizer.ggml.add_bos_token": False,
    "tokenizer.ggml.add_eos_token": False}
FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7, "q4_0": 2}


def check_structure(report, path, scheme):
    reader = open_gguf(path)
    for key, value in EXPECTED_KEYS.items():
        if key not in reader.fields or reader.fields[key].contents() != value:
            found = reader.fields[key].contents() if key in reader.fields else "nothing"
            report.check(f"demo {scheme}: {key}", False, f"found {found}, expected {value}")
            return
    report.check(f"demo {scheme}: {len(EXPECTED_KEYS)} keys", True)
    report.equal(f"demo {scheme}: file type", reader.fields["general.file_type"].contents(),
                 FILE_TYPES[scheme])
    names = {tensor.name for tensor in reader.tensors}
    report.equal(f"demo {scheme}: names of the tensors", names, demo_tensors())
    types = {tensor.tensor_type.name for tensor in reader.tensors
             if tensor.name.startswith("blk.") and "norm" not in tensor.name}
    report.equal(f"demo {scheme}: type of the linears", types, {scheme.upper()})
    finite = all(np.isfinite(gguf.dequantize(t.data, t.tensor_type)).all() for t in reader.tensors)
    report.check(f"demo {scheme}: gguf decodes every tensor", finite)


def check_generation(report, path, scheme, golden):
    prompts = golden["prompts"]
    answers = llama_cpp.ask(path, [llama_cpp.complete(p["ids"], 40) for p in prompts])
    if scheme != "f32":
        lengths = [len(answer["tokens"]) for answer in answers]
        report.equal(f"demo {scheme}: llama.cpp generates", lengths, [40] * len(prompts))
        return
    for number, (answer, prompt) in enumerate(zip(answers, prompts)):
        report.equal(f"demo {scheme}: llama.cpp's 40 greedy tokens after prompt {number}",
                     answer["tokens"], prompt["greedy_ids"])


def check_tokenization(report, path, golden):
    cases = golden["cases"]
    answers = llama_cpp.ask(path, [llama_cpp.tokenize(case["text"]) for case in cases])
    wrong = [case["text"] for case, answer in zip(cases, answers) if answer["tokens"] != case["ids"]]
    report.check(f"demo: llama.cpp tokenizes {len(cases)} texts as the original", not wrong,
                 f"{len(wrong)} differ, such as {wrong[:3]}")


def check(report, quantloupe, model, golden, folder):
    generation = json.loads((golden / "generation.json").read_text())
    for scheme in FILE_TYPES:
        path = report.attempt(f"demo {scheme}: export", lambda s=scheme: quantloupe.export(
            model, s, folder / f"demo-{s}.gguf", "--rest", "f32" if s == "f32" else "f16"))
        if path is None:
            continue
        check_structure(report, path, scheme)
        report.check(f"demo {scheme}: verify", quantloupe.verify(path), "problems were found")
        report.attempt(f"demo {scheme}: llama.cpp",
                       lambda p=path, s=scheme: check_generation(report, p, s, generation))
    tokenization = json.loads((golden / "tokenization.json").read_text())
    report.attempt("demo: llama.cpp tokenizes",
                   lambda: check_tokenization(report, folder / "demo-f32.gguf", tokenization))
