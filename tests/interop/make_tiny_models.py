"""Makes tiny random models of every architecture that can be exported, in Hugging Face form.

    python make_tiny_models.py DEMO_MODEL FOLDER

The tokenizer is the demo model's, cut to its first 512 tokens. Weights are seeded and large enough for
attention to matter, so that a wrong permutation or norm changes every logit."""
import json
import sys
import zlib
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

VOCABULARY = 512
CONTEXT = 256

COMMON = {
    "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": VOCABULARY, "max_position_embeddings": CONTEXT,
    "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "bos_token_id": 0,
    "eos_token_id": 0, "tie_word_embeddings": False}

LLAMA3_ROPE = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 32}
# llama.cpp takes the long factors once its context is longer than the original one.
LONGROPE = {"type": "longrope", "original_max_position_embeddings": 1024,
            "short_factor": [1.0 + 0.1 * i for i in range(8)],
            "long_factor": [2.0 + 0.5 * i for i in range(8)]}
GEMMA = {"hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh",
         "head_dim": 32, "query_pre_attn_scalar": 32, "sliding_window": 8,
         "tie_word_embeddings": True}

MODELS = {
    "llama": {"model_type": "llama"},
    "llama-bias": {"model_type": "llama", "attention_bias": True},
    "llama-tied": {"model_type": "llama", "tie_word_embeddings": True},
    "llama-linear-rope": {"model_type": "llama",
                          "rope_scaling": {"rope_type": "linear", "factor": 4.0}},
    "llama-llama3-rope": {"model_type": "llama", "rope_scaling": LLAMA3_ROPE},
    "mistral": {"model_type": "mistral", "head_dim": 32, "sliding_window": None},
    "qwen2": {"model_type": "qwen2"},
    "qwen2-yarn": {"model_type": "qwen2", "rope_scaling": {
        "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}},
    "qwen3": {"model_type": "qwen3", "head_dim": 32},
    "gemma2": {"model_type": "gemma2", "num_hidden_layers": 4, "attn_logit_softcapping": 50.0,
               "final_logit_softcapping": 30.0, **GEMMA},
    "gemma3": {"model_type": "gemma3_text", "num_hidden_layers": 7, "rope_theta": 1000000.0,
               "rope_local_base_freq": 10000.0, **GEMMA},
    "phi3": {"model_type": "phi3", "sliding_window": 128, "pad_token_id": 0},
    "phi3-longrope": {"model_type": "phi3", "sliding_window": 128, "rope_scaling": LONGROPE,
                      "max_position_embeddings": 4096, "original_max_position_embeddings": 1024,
                      "pad_token_id": 0},
    "gpt2": {"model_type": "gpt2"},
}


class Weights:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.tensors = {}

    def matrix(self, name, rows, cols, scale=1.5):
        values = self.random.standard_normal((rows, cols)) * scale / np.sqrt(cols)
        self.tensors[name] = values.astype(np.float32)

    def norm(self, name, size, centre=1.0):
        self.tensors[name] = (centre + 0.2 * self.random.standard_normal(size)).astype(np.float32)

    def bias(self, name, size):
        self.tensors[name] = (0.3 * self.random.standard_normal(size)).astype(np.float32)


def decoder_weights(config, seed):
    w = Weights(seed)
    kind, width, ffn = config["model_type"], config["hidden_size"], config["intermediate_size"]
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    head_dim = config.get("head_dim", width // heads)
    gemma = kind.startswith("gemma")
    centre = 0.0 if gemma else 1.0
    # Gemma multiplies embeddings by the root of the width.
    w.matrix("model.embed_tokens.weight", config["vocab_size"], width, 1.0 if gemma else 4.0)
    for layer in range(config["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        a = p + "self_attn."
        w.norm(p + "input_layernorm.weight", width, centre)
        w.norm(p + "post_attention_layernorm.weight", width, centre)
        if gemma:
            w.norm(p + "pre_feedforward_layernorm.weight", width, centre)
            w.norm(p + "post_feedforward_layernorm.weight", width, centre)
        if kind == "phi3":
            w.matrix(a + "qkv_proj.weight", (heads + 2 * kv_heads) * head_dim, width)
            w.matrix(p + "mlp.gate_up_proj.weight", 2 * ffn, width)
        else:
            for name, count in (("q", heads), ("k", kv_heads), ("v", kv_heads)):
                w.matrix(f"{a}{name}_proj.weight", count * head_dim, width)
                if kind == "qwen2" or config.get("attention_bias"):
                    w.bias(f"{a}{name}_proj.bias", count * head_dim)
            w.matrix(p + "mlp.gate_proj.weight", ffn, width)
            w.matrix(p + "mlp.up_proj.weight", ffn, width)
        w.matrix(a + "o_proj.weight", width, heads * head_dim)
        if config.get("attention_bias"):
            w.bias(a + "o_proj.bias", width)
        if kind in ("qwen3", "gemma3_text"):
            w.norm(a + "q_norm.weight", head_dim, centre)
            w.norm(a + "k_norm.weight", head_dim, centre)
        w.matrix(p + "mlp.down_proj.weight", width, ffn)
    w.norm("model.norm.weight", width, centre)
    if not config["tie_word_embeddings"]:
        w.matrix("lm_head.weight", config["vocab_size"], width, 2.0)
    return w.tensors


def gpt2_config():
    return {"model_type": "gpt2", "n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT,
            "n_ctx": CONTEXT, "vocab_size": VOCABULARY, "layer_norm_epsilon": 1e-5,
            "activation_function": "gelu_new", "bos_token_id": 0, "eos_token_id": 0}


def gpt2_weights(config, seed):
    w = Weights(seed)
    width = config["n_embd"]
    w.matrix("transformer.wte.weight", config["vocab_size"], width, 4.0)
    w.matrix("transformer.wpe.weight", config["n_positions"], width, 1.0)
    norms = [f"transformer.h.{layer}.ln_{n}" for layer in range(config["n_layer"]) for n in (1, 2)]
    for name in norms + ["transformer.ln_f"]:
        w.norm(name + ".weight", width)
        w.bias(name + ".bias", width)
    for layer in range(config["n_layer"]):
        p = f"transformer.h.{layer}."
        for name, rows, cols in (("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
                                 ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width)):
            w.matrix(p + name + ".weight", rows, cols, 1.5 * np.sqrt(cols / rows))
            w.bias(p + name + ".bias", cols)
    return w.tensors


def cut_tokenizer(tokenizer):
    """The same tokenizer with its first VOCABULARY tokens: later merges are gone."""
    model = tokenizer["model"]
    model["vocab"] = {text: i for text, i in model["vocab"].items() if i < VOCABULARY}
    model["merges"] = [pair for pair in model["merges"] if "".join(pair) in model["vocab"]]
    return tokenizer


def make(demo_model, folder):
    """Writes all models under `folder`; returns their names."""
    demo_model, folder = Path(demo_model), Path(folder)
    tokenizer = cut_tokenizer(json.loads((demo_model / "tokenizer.json").read_text()))
    for name, special in MODELS.items():
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        seed = zlib.crc32(name.encode())
        if special["model_type"] == "gpt2":
            config = gpt2_config()
            weights = gpt2_weights(config, seed)
        else:
            config = {**COMMON, **special}
            weights = decoder_weights(config, seed)
        save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
        (target / "config.json").write_text(json.dumps(config, indent=1))
        (target / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
        (target / "tokenizer_config.json").write_text(
            (demo_model / "tokenizer_config.json").read_text())
    return list(MODELS)


if __name__ == "__main__":
    print("\n".join(make(sys.argv[1], sys.argv[2])))
