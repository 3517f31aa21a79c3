"""Rounding to nearest as the design prescribes it, in numpy straight from a model's weights: what
exports of schemes without calibration must decode to."""
import numpy as np

from tensor_files import E4M3

LARGEST_E4M3 = np.float32(448)
BLOCK = 128


def integers(weights, bits, symmetry, group=None, scale_type=np.float16):
    """Groups of columns (None: rows) with a scale that is rounded to its stored type first."""
    rows, cols = weights.shape
    values = weights.reshape(rows, -1, group or cols)
    low = np.minimum(values.min(axis=2, keepdims=True), 0)
    high = np.maximum(values.max(axis=2, keepdims=True), 0)
    reach = np.maximum(-low, high)
    steps, middle = np.float32(2 ** bits - 1), np.float32(2 ** (bits - 1))
    span, lowest = {"sym": ((reach + reach) / steps, 0), "asym": ((high - low) / steps, 0),
                    "narrow": (reach / (middle - 1), 1)}[symmetry]
    scales = span.astype(scale_type).astype(np.float32)
    if (scales == 0).any():
        raise ValueError("groups of zeros are not described here")
    zeros = np.rint(np.minimum(-low / scales, steps)) if symmetry == "asym" else middle
    codes = np.clip(np.rint(values / scales) + zeros, lowest, steps)
    return (scales * (codes - zeros)).reshape(rows, cols)


def nearest_e4m3(values):
    """The nearest 8-bit float, to even on ties; what is beyond the largest becomes the largest."""
    levels = E4M3[:0x7F].astype(np.float64)  # rising from 0; even codes have an even mantissa
    size = np.minimum(np.abs(values.astype(np.float64)), levels[-1])
    above = np.searchsorted(levels, size)
    below = np.maximum(above - 1, 0)
    up, down = levels[above] - size, size - levels[below]
    take_above = (up < down) | ((up == down) & (above % 2 == 0))
    return np.copysign(levels[np.where(take_above, above, below)], values).astype(np.float32)


def floats8(weights, scaling):
    """A scale of float32 for the tensor, each row ("channel"), or each block of 128 x 128."""
    rows, cols = weights.shape
    sizes = {"tensor": (rows, cols), "channel": (1, cols), "block": (BLOCK, BLOCK)}[scaling]
    result = np.empty_like(weights)
    for top in range(0, rows, sizes[0]):
        for left in range(0, cols, sizes[1]):
            part = (slice(top, top + sizes[0]), slice(left, left + sizes[1]))
            scale = np.abs(weights[part]).max() / LARGEST_E4M3
            result[part] = scale * nearest_e4m3(weights[part] / scale)
    return result
