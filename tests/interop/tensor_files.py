"""Tensors of a model directory in numpy, BF16 and 8-bit floats included."""
import json
from pathlib import Path

import numpy as np
from safetensors import deserialize

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
STORED = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4",
          "I16": "<i2", "I8": "<i1", "U8": "<u1", "F8_E4M3": "<u1", "F8_E5M2": "<u1"}


def fp8_values(exponent_bits, mantissa_bits, bias, special):
    """The 256 values of an 8-bit float; `special` gives those that stand for no finite number."""
    codes = np.arange(256)
    mantissa = codes & ((1 << mantissa_bits) - 1)
    exponent = (codes >> mantissa_bits) & ((1 << exponent_bits) - 1)
    fraction = mantissa / (1 << mantissa_bits) + (exponent > 0)
    values = np.ldexp(fraction, np.maximum(exponent, 1) - bias)
    for code, value in special.items():
        values[code] = value
    return np.where(codes < 128, values, -values[codes & 127]).astype("<f4")


E4M3 = fp8_values(4, 3, 7, {0x7F: np.nan})
E5M2 = fp8_values(5, 2, 15, {0x7C: np.inf, 0x7D: np.nan, 0x7E: np.nan, 0x7F: np.nan})


class Tensor:
    def __init__(self, dtype, shape, data):
        self.dtype = dtype
        self.shape = tuple(shape)
        self.bytes = bytes(data)
        self.array = np.frombuffer(self.bytes, STORED[dtype]).reshape(self.shape)

    def floats(self):
        """The values in float32; every type here but F64 and the long integers fits exactly."""
        if self.dtype == "BF16":
            return (self.array.astype("<u4") << 16).view("<f4")
        if self.dtype == "F8_E4M3":
            return E4M3[self.array]
        if self.dtype == "F8_E5M2":
            return E5M2[self.array]
        return self.array.astype("<f4")


def read_file(path):
    return {name: Tensor(entry["dtype"], entry["shape"], entry["data"])
            for name, entry in deserialize(Path(path).read_bytes())}


def read_metadata(path):
    """The `__metadata__` of a file."""
    with open(path, "rb") as file:
        header = file.read(int.from_bytes(file.read(8), "little"))
    return json.loads(header).get("__metadata__", {})


def weight_files(folder):
    """The index decides where there is one, as for those who load the model."""
    index = Path(folder) / INDEX
    if not index.exists():
        return [Path(folder) / SINGLE]
    names = json.loads(index.read_text())["weight_map"].values()
    return [Path(folder) / name for name in sorted(set(names))]


def read_tensors(folder):
    tensors = {}
    for path in weight_files(folder):
        more = read_file(path)
        twice = tensors.keys() & more.keys()
        if twice:
            raise ValueError(f"{path.name}: {sorted(twice)[:3]} stand in two files")
        tensors |= more
    return tensors
