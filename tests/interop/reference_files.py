"""What several checks need to know about files."""
import warnings

import gguf

PARTS = ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up",
         "ffn_down")


def demo_tensors():
    """Names of the demo model's tensors in GGUF."""
    return ({"token_embd.weight", "output_norm.weight"} |
            {f"blk.{layer}.{part}.weight" for layer in range(6) for part in PARTS})


def open_gguf(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gguf.GGUFReader(path)
