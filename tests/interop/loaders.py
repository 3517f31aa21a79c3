"""Loads exports through the libraries that people use them with, and measures perplexity there, on
the CPU. Needs torch, transformers, accelerate, compressed-tensors, optimum and gptqmodel, which are
large; so this is run by hand, after a change of what is written.

    python loaders.py EXPORT_DIR... --text FILE [--context N] [--windows N] [--dtype float32]

Windows and scored tokens are those of `quantloupe-cli perplexity --protocol gptq`. Kernels for GPTQ
and AWQ compute weights in float16, so their perplexity differs in the fourth digit or so. The last
lines repeat what stands between the libraries' own messages.
"""
import argparse
import json
import os
import sys
from importlib import metadata
from pathlib import Path

os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")  # compiling kernels takes minutes

import torch  # noqa: E402  pylint: disable=wrong-import-position
from tokenizers import Tokenizer  # noqa: E402  pylint: disable=wrong-import-position
from transformers import (  # noqa: E402  pylint: disable=wrong-import-position
    AutoModelForCausalLM, CompressedTensorsConfig, GPTQConfig)

PACKAGES = ("torch", "transformers", "compressed-tensors", "optimum", "gptqmodel", "accelerate")


def versions():
    for package in PACKAGES:
        try:
            yield f"{package} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            yield f"no {package}"


def quantization_config(folder):
    return json.loads((folder / "config.json").read_text()).get("quantization_config", {})


def loading_options(config):
    """What these versions need to be told to load on a CPU what the format allows."""
    if config.get("quant_method") == "gptq" and config["group_size"] == -1:
        # The kernel that is chosen for 4 bits has no groups as long as a row.
        return {"quantization_config": GPTQConfig(bits=config["bits"], backend="torch")}
    groups = config.get("config_groups", {}).values()
    if any(group["weights"]["type"] == "int" and not group["weights"]["symmetric"]
           for group in groups):
        # compressed-tensors 0.20 expects zero points unpacked unless it dequantizes at once; then
        # activations stay as they are, and weights have the precision of their scales.
        return {"quantization_config": CompressedTensorsConfig(dequantize=True)}
    return {}


def load(folder, dtype):
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, dtype), device_map="cpu",
        **loading_options(quantization_config(folder))).eval()


def windows_of(folder, text, context, most):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = torch.tensor(tokenizer.encode(text).ids)
    count = len(ids) // context
    if count == 0:
        raise ValueError(f"the text has {len(ids)} tokens, fewer than one window of {context}")
    return ids[:count * context].reshape(count, context)[:most or count]


def perplexity(model, windows):
    """Every window runs alone; every token but its first is scored."""
    total = 0.0
    with torch.no_grad():
        for window in windows:
            logits = model(window[None]).logits[0, :-1].double()
            total += torch.nn.functional.cross_entropy(logits, window[1:], reduction="sum").item()
    tokens = windows.shape[0] * (windows.shape[1] - 1)
    return float(torch.exp(torch.tensor(total / tokens, dtype=torch.float64))), tokens


def linear_class(model):
    """The class that computes the last linear of the decoder: which kernel was chosen."""
    names = [name for name, _ in model.named_modules() if name.endswith("_proj")]
    return type(model.get_submodule(names[-1])).__name__ if names else "unknown"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exports", type=Path, nargs="+", help="model directories")
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--windows", type=int, default=0, help="at most so many (0: all)")
    parser.add_argument("--dtype", default="float32")
    arguments = parser.parse_args()
    lines = [", ".join(versions())]
    text = arguments.text.read_text(encoding="utf-8")
    failed = 0
    for folder in arguments.exports:
        try:
            model = load(folder, arguments.dtype)
            value, tokens = perplexity(model, windows_of(folder, text, arguments.context,
                                                         arguments.windows))
            lines.append(f"{folder.name:36} perplexity {value:.6f}  {tokens} tokens  "
                         f"{linear_class(model)}")
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            lines.append(f"{folder.name:36} FAILED {type(error).__name__}: {str(error)[:300]}")
        print(lines[-1], flush=True)
    print("\n" + "\n".join(lines))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
