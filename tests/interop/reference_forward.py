"""A plain forward pass in float64, written from the published definition of each architecture and for
Hugging Face weights: what llama.cpp must compute from an exported file. No code is shared with
Quantloupe; compare_transformers.py checks it against the transformers package."""
import json
import math
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file


def softmax(x):
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def silu(x):
    return x / (1 + np.exp(-x))


def softcap(x, cap):
    return cap * np.tanh(x / cap) if cap else x


class Rotation:
    """Rotary embedding of the first `dims` of every head, the two halves forming the pairs."""

    def __init__(self, dims, base, scaling=None, context=0):
        self.inverse = base ** (-np.arange(0, dims, 2) / dims)
        self.factor = 1.0
        scaling = scaling or {}
        kind = scaling.get("rope_type", scaling.get("type", "default"))
        if kind == "linear":
            self.inverse /= scaling["factor"]
        elif kind == "llama3":
            self.inverse = self._llama3(scaling)
        elif kind == "yarn":
            self.inverse = self._yarn(dims, base, scaling)
            self.factor = 0.1 * math.log(scaling["factor"]) + 1
        elif kind == "longrope":
            original = scaling["original_max_position_embeddings"]
            self.inverse = self.inverse / np.array(scaling["short_factor"])
            scale = context / original
            self.factor = math.sqrt(1 + math.log(scale) / math.log(original))
        elif kind != "default":
            raise ValueError(kind)

    def _llama3(self, s):
        result = []
        for f in self.inverse:
            wave = 2 * math.pi / f
            context = s["original_max_position_embeddings"]
            if wave < context / s["high_freq_factor"]:
                result.append(f)
            elif wave > context / s["low_freq_factor"]:
                result.append(f / s["factor"])
            else:
                t = (context / wave - s["low_freq_factor"]) / (
                    s["high_freq_factor"] - s["low_freq_factor"])
                result.append((1 - t) * f / s["factor"] + t * f)
        return np.array(result)

    def _yarn(self, dims, base, s):
        def pair_of(rotations):
            return dims * math.log(s["original_max_position_embeddings"] / (
                rotations * 2 * math.pi)) / (2 * math.log(base))
        low = max(math.floor(pair_of(s.get("beta_fast", 32))), 0)
        high = min(math.ceil(pair_of(s.get("beta_slow", 1))), dims - 1)
        ramp = np.clip((np.arange(dims // 2) - low) / max(high - low, 0.001), 0, 1)
        return self.inverse / s["factor"] * ramp + self.inverse * (1 - ramp)

    def __call__(self, x):
        """x: [tokens, heads, head_dim]"""
        half = len(self.inverse)
        angle = np.outer(np.arange(len(x)), self.inverse)[:, None, :]
        cos, sin = np.cos(angle) * self.factor, np.sin(angle) * self.factor
        a, b, rest = x[..., :half], x[..., half:2 * half], x[..., 2 * half:]
        return np.concatenate([a * cos - b * sin, b * cos + a * sin, rest], axis=-1)


class Reference:
    """The model in a Hugging Face directory."""

    def __init__(self, folder):
        folder = Path(folder)
        self.config = json.loads((folder / "config.json").read_text())
        self.kind = self.config["model_type"]
        self.weights = {name: value.astype(np.float64)
                        for name, value in load_file(folder / "model.safetensors").items()}
        self.gemma = self.kind.startswith("gemma")

    def logits(self, ids):
        return self._gpt2(ids) if self.kind == "gpt2" else self._decoder(ids)

    def log_probabilities(self, ids):
        logits = self.logits(ids)
        logits = logits - logits.max(axis=-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))

    def _norm(self, x, name):
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.config["rms_norm_eps"])
        return x * (self.weights[name] + (1 if self.gemma else 0))

    def _linear(self, x, name):
        y = x @ self.weights[name + ".weight"].T
        bias = self.weights.get(name + ".bias")
        return y if bias is None else y + bias

    def _attend(self, q, k, v, scale, window=None, cap=None):
        repeat = q.shape[1] // k.shape[1]
        k, v = np.repeat(k, repeat, axis=1), np.repeat(v, repeat, axis=1)
        scores = softcap(np.einsum("qhd,khd->hqk", q, k) * scale, cap)
        distance = np.arange(len(q))[:, None] - np.arange(len(q))[None, :]
        hidden = distance < 0
        if window:
            hidden |= distance >= window
        return np.einsum("hqk,khd->qhd", softmax(np.where(hidden, -np.inf, scores)), v)

    def _rotation(self, layer, head_dim):
        c = self.config
        if self.kind == "gemma3_text" and not self._is_global(layer):
            return Rotation(head_dim, c["rope_local_base_freq"])
        dims = int(head_dim * c.get("partial_rotary_factor", 1))
        return Rotation(dims, c["rope_theta"], c.get("rope_scaling"), c["max_position_embeddings"])

    def _is_global(self, layer):
        period = {"gemma2": 2, "gemma3_text": 6}[self.kind]
        return (layer + 1) % period == 0

    def _window(self, layer):
        if self.gemma:
            return None if self._is_global(layer) else self.config["sliding_window"]
        return None

    def _decoder(self, ids):
        c, w = self.config, self.weights
        heads, kv_heads = c["num_attention_heads"], c["num_key_value_heads"]
        head_dim = c.get("head_dim", c["hidden_size"] // heads)
        scale = (c["query_pre_attn_scalar"] if self.gemma else head_dim) ** -0.5
        x = w["model.embed_tokens.weight"][ids]
        if self.gemma:
            x = x * math.sqrt(c["hidden_size"])
        for layer in range(c["num_hidden_layers"]):
            p = f"model.layers.{layer}."
            a = p + "self_attn."
            h = self._norm(x, p + "input_layernorm.weight")
            if self.kind == "phi3":
                parts = np.split(self._linear(h, a + "qkv_proj"),
                                 [heads * head_dim, (heads + kv_heads) * head_dim], axis=-1)
            else:
                parts = [self._linear(h, a + n) for n in ("q_proj", "k_proj", "v_proj")]
            q, k, v = (part.reshape(len(ids), -1, head_dim) for part in parts)
            if a + "q_norm.weight" in w:
                q, k = self._norm(q, a + "q_norm.weight"), self._norm(k, a + "k_norm.weight")
            rotate = self._rotation(layer, head_dim)
            h = self._attend(rotate(q), rotate(k), v, scale, self._window(layer),
                             c.get("attn_logit_softcapping"))
            h = self._linear(h.reshape(len(ids), -1), a + "o_proj")
            if self.gemma:
                x = x + self._norm(h, p + "post_attention_layernorm.weight")
                h = self._norm(x, p + "pre_feedforward_layernorm.weight")
            else:
                x = x + h
                h = self._norm(x, p + "post_attention_layernorm.weight")
            if self.kind == "phi3":
                gate, up = np.split(self._linear(h, p + "mlp.gate_up_proj"), 2, axis=-1)
            else:
                gate, up = self._linear(h, p + "mlp.gate_proj"), self._linear(h, p + "mlp.up_proj")
            h = self._linear((gelu_tanh if self.gemma else silu)(gate) * up, p + "mlp.down_proj")
            x = x + (self._norm(h, p + "post_feedforward_layernorm.weight") if self.gemma else h)
        x = self._norm(x, "model.norm.weight")
        tied = c.get("tie_word_embeddings", self.gemma)
        head = w["model.embed_tokens.weight" if tied else "lm_head.weight"]
        return softcap(x @ head.T, c.get("final_logit_softcapping"))

    def _gpt2(self, ids):
        c, w = self.config, self.weights

        def norm(x, name):
            x = x - x.mean(axis=-1, keepdims=True)
            x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + c["layer_norm_epsilon"])
            return x * w[name + ".weight"] + w[name + ".bias"]

        def conv(x, name):  # stored [in, out]
            return x @ w[name + ".weight"] + w[name + ".bias"]

        x = w["transformer.wte.weight"][ids] + w["transformer.wpe.weight"][:len(ids)]
        for layer in range(c["n_layer"]):
            p = f"transformer.h.{layer}."
            qkv = np.split(conv(norm(x, p + "ln_1"), p + "attn.c_attn"), 3, axis=-1)
            q, k, v = (part.reshape(len(ids), c["n_head"], -1) for part in qkv)
            h = self._attend(q, k, v, q.shape[-1] ** -0.5)
            x = x + conv(h.reshape(len(ids), -1), p + "attn.c_proj")
            x = x + conv(gelu_tanh(conv(norm(x, p + "ln_2"), p + "mlp.c_fc")), p + "mlp.c_proj")
        return norm(x, "transformer.ln_f") @ w["transformer.wte.weight"].T
