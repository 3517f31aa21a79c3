"""Decodes quantized model directories (GPTQ, AWQ, compressed-tensors, FP8) in numpy, from the
descriptions of the formats alone; so it shares neither code nor mistakes with what it checks.

    matrices(folder)    name of every matrix -> its float32 values [outputs, inputs]
    python packed_layouts.py FOLDER    lists them
"""
import json
import re
import sys
from pathlib import Path

import numpy as np

from tensor_files import read_tensors

AWQ_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)  # the column that each nibble of a word holds, lowest first


def require(good, module, what):
    if not good:
        raise ValueError(f"{module}: {what}")


def unpack(words, bits, count):
    """[R, M] 32-bit words, each column of which is a stream of codes, lowest bit first ->
    [count, M] codes. Codes may cross words."""
    stream = (words.view("<u4")[:, None, :] >> np.arange(32, dtype="<u4")[None, :, None]) & 1
    stream = stream.reshape(-1, words.shape[1])[:count * bits].astype(np.int32)
    places = (1 << np.arange(bits, dtype=np.int32))[None, :, None]
    return (stream.reshape(count, bits, -1) * places).sum(axis=1, dtype=np.int32)


def words_for(count, bits):
    return -(-count * bits // 32)


def scaled(scales, codes, zeros):
    return scales * (codes - zeros).astype("<f4")


class Parts:
    """The tensors of one linear, by what follows its name."""

    def __init__(self, module, tensors):
        self.module = module
        self.tensors = tensors

    def take(self, name, dtypes, shape):
        require(name in self.tensors, self.module, f"no {name}")
        tensor = self.tensors.pop(name)
        require(tensor.dtype in dtypes, self.module, f"{name} is {tensor.dtype}")
        require(tensor.shape == tuple(shape), self.module,
                f"{name} has shape {tensor.shape}, not {tuple(shape)}")
        return tensor

    def has(self, name):
        return name in self.tensors

    def shape(self, name):
        require(name in self.tensors, self.module, f"no {name}")
        return self.tensors[name].shape

    def close(self):
        """What is left must be the bias and scales of activations, which change no weight."""
        left = self.tensors.keys() - {"bias", "input_scale", "input_zero_point"}
        require(not left, self.module, f"unexpected {sorted(left)}")


def group_count(inputs, group_size, module):
    if group_size == -1:
        return 1
    require(group_size > 0 and inputs % group_size == 0, module,
            f"groups of {group_size} in {inputs} inputs")
    return inputs // group_size


def gptq_matrix(parts, config):
    bits = config["bits"]
    (inputs,) = parts.shape("g_idx")
    outputs = parts.shape("qweight")[1]
    groups = group_count(inputs, config["group_size"], parts.module)
    codes = unpack(parts.take("qweight", ["I32"], [words_for(inputs, bits), outputs]).array, bits,
                   inputs)
    stored = parts.take("qzeros", ["I32"], [groups, words_for(outputs, bits)]).array
    zeros = unpack(np.ascontiguousarray(stored.T), bits, outputs).T
    if config["checkpoint_format"] == "gptq":
        zeros = zeros + 1  # the first version stores one less
    else:
        require(config["checkpoint_format"] == "gptq_v2", parts.module, "unknown format")
    scales = parts.take("scales", ["F16", "BF16", "F32"], [groups, outputs]).floats()
    group_of = parts.take("g_idx", ["I32"], [inputs]).array
    require((group_of >= 0).all() and (group_of < groups).all(), parts.module, "g_idx is too large")
    if not config["desc_act"]:
        in_order = np.arange(inputs) // (inputs // groups)
        require(np.array_equal(group_of, in_order), parts.module, "g_idx is not in order")
    return scaled(scales[group_of], codes, zeros[group_of]).T


def undo_awq_order(nibbles):
    """[8 W, M] nibbles in the order of the stream -> in the order of the columns."""
    columns = np.empty_like(nibbles)
    for place, column in enumerate(AWQ_ORDER):
        columns[column::8] = nibbles[place::8]
    return columns


def awq_matrix(parts, config):
    require(config["bits"] == 4 and config["version"] == "gemm" and config["zero_point"],
            parts.module, "not the layout of 4 bits that is described")
    inputs, words = parts.shape("qweight")
    outputs = 8 * words
    groups = group_count(inputs, config["group_size"], parts.module)

    def codes(name, rows):
        stored = parts.take(name, ["I32"], [rows, words]).array
        return undo_awq_order(unpack(np.ascontiguousarray(stored.T), 4, outputs))

    scales = parts.take("scales", ["F16"], [groups, outputs]).floats().T
    group_of = np.arange(inputs) // (inputs // groups)
    return scaled(scales[:, group_of], codes("qweight", inputs),
                  codes("qzeros", groups)[:, group_of])


def spread_blocks(scales, shape, block):
    """One scale for each block of rows and columns -> one for each weight."""
    rows = np.arange(shape[0]) // block[0]
    cols = np.arange(shape[1]) // block[1]
    return scales[rows[:, None], cols[None, :]]


def compressed_scales(parts, weights, shape):
    """[outputs or 1, groups or inputs or 1] scales of a compressed-tensors linear."""
    strategy = weights["strategy"]
    dtypes = ["F16", "BF16", "F32"]
    if strategy == "tensor":
        return parts.take("weight_scale", dtypes, [1]).floats().reshape(1, 1)
    if strategy == "channel":
        return parts.take("weight_scale", dtypes, [shape[0], 1]).floats()
    if strategy == "group":
        groups = group_count(shape[1], weights["group_size"], parts.module)
        return parts.take("weight_scale", dtypes, [shape[0], groups]).floats()
    require(strategy == "block", parts.module, f"unknown strategy {strategy}")
    block = weights["block_structure"]
    counts = [-(-side // step) for side, step in zip(shape, block)]
    return spread_blocks(parts.take("weight_scale", dtypes, counts).floats(), shape, block)


def compressed_groups(parts, weights, inputs, groups):
    """The group of every input."""
    if weights.get("actorder") == "group":
        return parts.take("weight_g_idx", ["I32"], [inputs]).array
    return np.arange(inputs) // (inputs // groups)


def packed_matrix(parts, weights):
    bits = weights["num_bits"]
    require(weights["type"] == "int" and bits in (4, 8), parts.module, "neither int4 nor int8")
    outputs, inputs = (int(size) for size in parts.take("weight_shape", ["I64"], [2]).array)
    stored = parts.take("weight_packed", ["I32"], [outputs, words_for(inputs, bits)]).array
    codes = unpack(np.ascontiguousarray(stored.T), bits, inputs).T
    scales = compressed_scales(parts, weights, (outputs, inputs))
    group_of = compressed_groups(parts, weights, inputs, scales.shape[1])
    zeros = np.full(scales.shape, 1 << (bits - 1))
    if not weights["symmetric"]:
        zeros = unpack(parts.take("weight_zero_point", ["I32"], [
            words_for(outputs, bits), scales.shape[1]]).array, bits, outputs)
    return scaled(scales[:, group_of], codes, zeros[:, group_of])


def plain_codes_matrix(parts, weights, dtype):
    """One byte for each weight."""
    shape = parts.shape("weight")
    codes = parts.take("weight", [dtype], shape).floats()
    require(weights["symmetric"] and weights["num_bits"] == 8, parts.module,
            "not symmetric codes of 8 bits")
    scales = compressed_scales(parts, weights, shape)
    if weights["strategy"] == "group":
        scales = np.repeat(scales, shape[1] // scales.shape[1], axis=1)
    return scales * codes


def matches(module, pattern):
    if pattern.startswith("re:"):
        return re.match(pattern[3:], module) is not None
    return pattern == module


def group_for(module, config):
    """The group that holds for a linear. Its own name comes before a regular expression, and that
    before "Linear", its class."""
    for wanted in (lambda target: target == module,
                   lambda target: target.startswith("re:") and matches(module, target),
                   lambda target: target == "Linear"):
        for group in config["config_groups"].values():
            if any(wanted(target) for target in group["targets"]):
                return group
    return None


def compressed_matrix(parts, config):
    group = group_for(parts.module, config)
    ignored = any(matches(parts.module, pattern) for pattern in config["ignore"])
    if group is None or ignored:
        return plain(parts)
    layout = group.get("format") or config["format"]
    weights = group["weights"]
    require(weights["type"] == ("float" if layout == "float-quantized" else "int"), parts.module,
            f"{weights['type']} codes as {layout}")
    if layout == "pack-quantized":
        return packed_matrix(parts, weights)
    require(layout in ("int-quantized", "float-quantized"), parts.module, f"unknown {layout}")
    return plain_codes_matrix(parts, weights, "I8" if layout == "int-quantized" else "F8_E4M3")


def fp8_matrix(parts, config):
    if not parts.has("weight_scale_inv") and not parts.has("weight_scale"):
        return plain(parts)
    shape = parts.shape("weight")
    codes = parts.take("weight", ["F8_E4M3"], shape).floats()
    block = config.get("weight_block_size")
    if block is None:
        return parts.take("weight_scale", ["F32"], parts.shape("weight_scale")).floats() * codes
    counts = [-(-side // step) for side, step in zip(shape, block)]
    # Despite its name it is what codes are multiplied by.
    scales = parts.take("weight_scale_inv", ["F32", "BF16"], counts).floats()
    return spread_blocks(scales, shape, block) * codes


def plain(parts, _config=None):
    shape = parts.shape("weight")
    return parts.take("weight", ["F16", "BF16", "F32"], shape).floats()


def where_packed(decode):
    """GPTQ and AWQ do not say which linears are packed: their tensors do."""
    return lambda parts, config: (decode if parts.has("qweight") else plain)(parts, config)


DECODERS = {"gptq": where_packed(gptq_matrix), "awq": where_packed(awq_matrix),
            "compressed-tensors": compressed_matrix, "fp8": fp8_matrix, None: plain}


def modules_of(tensors):
    """Tensors by the module that they belong to."""
    modules = {}
    for name, tensor in tensors.items():
        module, _, part = name.rpartition(".")
        modules.setdefault(module, {})[part] = tensor
    return modules


def is_matrix(module, parts):
    """Norms have one dimension; embeddings are looked up, not multiplied with, and never packed."""
    weight = parts.get("weight")
    return weight is None or len(weight.shape) == 2 and "embed" not in module


def quantization_config(folder):
    return json.loads((Path(folder) / "config.json").read_text()).get("quantization_config")


def matrices(folder):
    """The float32 values of every linear, by the name of its module. Raises ValueError where
    tensors and config.json do not fit each other."""
    config = quantization_config(folder)
    decode = DECODERS[config["quant_method"] if config else None]
    result = {}
    for module, tensors in modules_of(read_tensors(folder)).items():
        if is_matrix(module, tensors):
            parts = Parts(module, tensors)
            result[module] = np.ascontiguousarray(decode(parts, config))
            parts.close()
    return result


if __name__ == "__main__":
    for name, matrix in sorted(matrices(sys.argv[1]).items()):
        print(f"{name:50} {matrix.shape[0]:6} x {matrix.shape[1]:6}  rms "
              f"{np.sqrt(np.mean(matrix.astype(float) ** 2)):.6f}")
