"""Makes the golden data of the forward pass in tests/data/forward: tiny random models of every
architecture, and what the transformers package computes from them in float64.

    python make_forward_golden.py tests/data/forward

Needs torch and transformers, which are large; so this is run by hand, after a change of the list below.
Sequences are longer than the windows and than the original contexts of scaled rotations, and weights
large enough for attention to matter. Weights are stored as BF16 and hold BF16 values."""
import json
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

VOCABULARY = 64
LONG, SHORT = 40, 11  # tokens

DECODER = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
           "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": VOCABULARY,
           "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
           "hidden_act": "silu", "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0,
           "tie_word_embeddings": False}
GEMMA = {"hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh",
         "head_dim": 16, "sliding_window": 8, "tie_word_embeddings": True}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}
LONGROPE = {"rope_type": "longrope", "short_factor": [1.0, 1.25], "long_factor": [1.5, 6.0]}

# "saved": config.json as transformers writes it now, else in the form of older models.
MODELS = {
    "llama": {"model_type": "llama", "attention_bias": True, "mlp_bias": True},
    "llama-linear": {"model_type": "llama", "tie_word_embeddings": True,
                     "rope_scaling": {"type": "linear", "factor": 4.0}},
    "llama-llama3": {"model_type": "llama", "head_dim": 16, "num_hidden_layers": 1, "rope_scaling": {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16}},
    "llama-yarn": {"model_type": "llama", "saved": True, "num_hidden_layers": 1,
                   "max_position_embeddings": 256, "rope_scaling": {
                       "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64,
                       "attention_factor": 1.3, "beta_fast": 1.5, "beta_slow": 0.25,
                       "truncate": False}},
    "mistral": {"model_type": "mistral", "head_dim": 16, "sliding_window": 8},
    "qwen2": {"model_type": "qwen2", "use_sliding_window": True, "sliding_window": 8,
              "max_window_layers": 1},
    "qwen2-yarn": {"model_type": "qwen2", "num_hidden_layers": 1, "sliding_window": 8,
                   "rope_scaling": {"type": "yarn", **YARN}},
    "qwen3": {"model_type": "qwen3", "saved": True, "head_dim": 16, "num_hidden_layers": 1},
    "gemma2": {"model_type": "gemma2", "attn_logit_softcapping": 4.0, **GEMMA,
               "final_logit_softcapping": 6.0, "query_pre_attn_scalar": 24},
    "gemma3": {"model_type": "gemma3_text", "num_hidden_layers": 6, **GEMMA, "hidden_size": 24,
               "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "query_pre_attn_scalar": 16,
               "intermediate_size": 32, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
    "gemma3-new": {"model_type": "gemma3_text", "saved": True, **GEMMA, "query_pre_attn_scalar": 24,
                   "rope_theta": 100000.0, "rope_local_base_freq": 100.0,
                   "layer_types": ["full_attention", "sliding_attention"]},
    "phi3": {"model_type": "phi3", "sliding_window": 8},
    "phi3-longrope": {"model_type": "phi3", "partial_rotary_factor": 0.5, "num_hidden_layers": 1,
                      "original_max_position_embeddings": 16, "rope_scaling": LONGROPE},
    "gpt2": {"model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": LONG,
             "vocab_size": VOCABULARY, "layer_norm_epsilon": 1e-5, "bos_token_id": 0,
             "eos_token_id": 0, "activation_function": "gelu_new"},
}


def values(name, shape, random, gemma):
    if name.endswith(".bias"):
        return 0.3 * random.standard_normal(shape)
    if len(shape) == 1:
        return (0.0 if gemma else 1.0) + 0.2 * random.standard_normal(shape)
    embedding = any(part in name for part in ("embed_tokens", "wte", "wpe"))
    # Gemma multiplies embeddings by the root of the width.
    scale = (1.0 if gemma else 4.0) if embedding else 2.0
    inputs = shape[0] if ".c_" in name else shape[1]  # GPT-2 stores [in, out]
    return scale * random.standard_normal(shape) / np.sqrt(inputs)


def make(name, description, folder):
    description = dict(description)
    saved = description.pop("saved", False)
    gpt2 = description["model_type"] == "gpt2"
    description = description if gpt2 else {**DECODER, **description}
    config = AutoConfig.for_model(**json.loads(json.dumps(description)))
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    random = np.random.default_rng(zlib.crc32(name.encode()))
    weights = {}
    gemma = description["model_type"].startswith("gemma")
    for key, parameter in model.named_parameters():  # tied ones once
        value = torch.tensor(values(key, tuple(parameter.shape), random, gemma))
        weights[key] = value.to(torch.bfloat16)
        parameter.data = weights[key].double()
    model.double()
    model.tie_weights()
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
    text = config.to_json_string() if saved else json.dumps(description, indent=1)
    (target / "config.json").write_text(text)
    golden = {}
    for length in (LONG, SHORT):
        ids = torch.tensor(random.integers(0, VOCABULARY, length))
        with torch.no_grad():
            logits = model(ids[None], use_cache=False).logits[0]
        golden[f"{name}.{length}.ids"] = ids.to(torch.int32)
        golden[f"{name}.{length}.logits"] = logits.to(torch.float32).contiguous()
    return golden


def main(folder):
    folder = Path(folder)
    golden = {}
    for name, description in MODELS.items():
        golden.update(make(name, description, folder))
    save_file(golden, folder / "golden.safetensors",
              metadata={"transformers": transformers.__version__, "torch": torch.__version__})
    print(f"{len(MODELS)} models")


if __name__ == "__main__":
    main(sys.argv[1])
