"""Runs requests against llama.cpp (through xllamacpp) in a process of its own, because llama.cpp ends
the whole process when it dislikes a file.

    python llama_cpp.py MODEL.gguf ANSWERS.json < REQUESTS.json
"""
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path


class LlamaCppError(Exception):
    """llama.cpp did not load the file or did not answer."""


def ask(model, requests, timeout=300):
    """The answers to `requests`, a list of (path, body), of a llama.cpp server with this model."""
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.json"
        try:
            done = subprocess.run(
                [sys.executable, __file__, str(model), str(answers)],
                input=json.dumps(requests), text=True, capture_output=True, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise LlamaCppError(f"no answer within {timeout} s") from error
        if done.returncode != 0 or not answers.exists():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise LlamaCppError(f"exit status {done.returncode}: {last}")
        return json.loads(answers.read_text())


def tokenize(text, add_special=False):
    """A request for the ids of `text`; special tokens in it are recognized, as Hugging Face does."""
    return "/tokenize", {"content": text, "add_special": add_special, "parse_special": True}


def complete(ids, count, probabilities=0, banned=()):
    """A request for `count` greedy tokens after the tokens `ids`, none of them `banned`."""
    return "/completion", {
        "prompt": ids, "n_predict": count, "temperature": 0, "return_tokens": True,
        "n_probs": probabilities, "cache_prompt": False, "samplers": ["top_k"], "top_k": 1,
        "repeat_penalty": 1.0, "logit_bias": [[token, False] for token in banned]}


def serve(model, answers):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = 512
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = 2
    # Half precision keys and values would blur the comparison with the reference.
    params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
    params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    server = xllamacpp.Server(params)
    results = []
    for path, body in json.load(sys.stdin):
        request = urllib.request.Request(server.listening_address + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            results.append(json.load(answer))
    Path(answers).write_text(json.dumps(results))


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2])
