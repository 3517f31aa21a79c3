"""Compares reference_forward.py with the transformers package on the tiny models. Needs torch and
transformers, which are large; so this is run by hand, after a change of either file.

    python compare_transformers.py FOLDER    (as written by make_tiny_models.py)
"""
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from reference_forward import Reference


def main(folder):
    worst = 0.0
    ids = np.random.default_rng(1).integers(1, 500, 40).tolist()
    for path in sorted(Path(folder).iterdir()):
        model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32,
                                                     attn_implementation="eager")
        with torch.no_grad():
            theirs = model(torch.tensor([ids])).logits[0].double().numpy()
        difference = np.abs(theirs - Reference(path).logits(ids)).max()
        print(f"{path.name}: largest difference of a logit {difference:.2e}")
        worst = max(worst, difference)
    return 0 if worst < 1e-3 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
