"""Tiny random models of every architecture: llama.cpp must load the export and compute what the
reference forward pass computes from the original."""
import numpy as np

import llama_cpp
import make_tiny_models
from reference_forward import Reference

TOKENS = 8
# The end of text would stop the text; single bytes give no probabilities, as they are no characters.
BANNED = [0, *range(95, 257)]
# llama.cpp looks GELU up in a table of half precision.
TOLERANCE = {"gelu": 1e-2, "other": 1e-4}


def log_probability_error(answer, ids, expected):
    """The largest error over the most likely tokens of every step."""
    errors = []
    for step, said in enumerate(answer["completion_probabilities"]):
        row = expected[len(ids) - 1 + step]
        errors += [abs(top["logprob"] - row[top["id"]]) for top in said["top_logprobs"]]
    return max(errors)


def compare(report, name, source, path):
    reference = Reference(source)
    ids = np.random.default_rng(7).integers(1, 500, 24).tolist()
    answer = llama_cpp.ask(path, [llama_cpp.complete(ids, TOKENS, probabilities=5, banned=BANNED)])[0]
    tokens = answer["tokens"]
    report.equal(f"{name}: llama.cpp evaluates", len(tokens), TOKENS)
    expected = reference.log_probabilities(ids + tokens)
    error = log_probability_error(answer, ids, expected)
    gelu = "gelu" in reference.config.get("hidden_act", "gelu")
    limit = TOLERANCE["gelu" if gelu else "other"]
    report.check(f"{name}: log-probabilities as in the original (error {error:.1e})", error < limit,
                 f"the error is {error:.3g}, allowed {limit}")


def check(report, quantloupe, demo_model, folder):
    for name in make_tiny_models.make(demo_model, folder):
        path = report.attempt(f"{name}: export", lambda n=name: quantloupe.export(
            folder / n, "f32", folder / f"{n}.gguf", "--rest", "f32"))
        if path is not None:
            report.attempt(f"{name}: llama.cpp",
                           lambda n=name, p=path: compare(report, n, folder / n, p))
