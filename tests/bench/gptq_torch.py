#!/usr/bin/env python3
"""GPTQ of a square matrix in PyTorch, as its paper describes it: what `quantloupe-cli bench --gptq`
is held against. Times the factor and the rounding (int4, symmetric, groups of 128, columns by
falling activation under parameters of the original weights).

    gptq_torch.py [WIDTH] [THREADS]        needs torch
"""
import sys
import time

import torch

GROUP = 128
BLOCK = 128
DAMP = 0.01
LARGEST = 7.5  # of 16 levels around zero


def factor(gram):
    """The upper U with U'U = inverse of the damped Gram matrix; None where there is none."""
    damped = gram + DAMP * gram.diagonal().mean() * torch.eye(len(gram), dtype=gram.dtype)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    return torch.linalg.cholesky(inverse, upper=True)


def rounded(column, scale):
    return scale * (torch.clamp(torch.round(column / scale), -8, 7))


def gptq(weights, upper, order):
    rows, cols = weights.shape
    scales = weights.view(rows, cols // GROUP, GROUP).abs().amax(2) / LARGEST
    free = weights[:, order].clone()
    result = torch.empty_like(free)
    for begin in range(0, cols, BLOCK):
        end = begin + BLOCK
        block = free[:, begin:end].clone()
        errors = torch.empty_like(block)
        square = upper[begin:end, begin:end]
        for i in range(BLOCK):
            value = rounded(block[:, i], scales[:, order[begin + i] // GROUP])
            result[:, begin + i] = value
            errors[:, i] = (block[:, i] - value) / square[i, i]
            block[:, i:] -= errors[:, i : i + 1] * square[i, i:]
        free[:, end:] -= errors @ upper[begin:end, end:]
    return result[:, torch.argsort(order)]


def main():
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    if len(sys.argv) > 2:
        torch.set_num_threads(int(sys.argv[2]))
    torch.manual_seed(1)
    weights = 0.02 * torch.randn(width, width)
    inputs = torch.randn(2 * width, width)
    gram = (inputs.T @ inputs).double()
    order = torch.argsort(gram.diagonal(), descending=True)
    for name, dtype in (("float64", torch.float64), ("float32", torch.float32)):
        permuted = gram[order][:, order].to(dtype)
        begin = time.perf_counter()
        upper = factor(permuted)
        print(f"factor {width} x {width}, {name}: {time.perf_counter() - begin:.2f} s")
    begin = time.perf_counter()
    result = gptq(weights, upper, order)
    print(f"rounding {width} x {width}, float32: {time.perf_counter() - begin:.2f} s")
    error = result - weights
    print(f"loss {torch.einsum('ij,jk,ik->', error, gram.float(), error):.4g}")


if __name__ == "__main__":
    main()
