"""What every exported model directory must obey, whatever its weights: files, names, types, and the
keys of quantization_config, of which loaders refuse those that they do not know."""
import json

from tensor_files import INDEX, SINGLE, read_file, read_metadata, weight_files

COPIED = ("tokenizer.json", "tokenizer_config.json", "generation_config.json")
ARGUMENTS = ({"num_bits", "type", "symmetric", "strategy"},
             {"group_size", "block_structure", "dynamic", "actorder", "observer",
              "observer_kwargs"})
# For each object: keys that must be there, and keys that may be there too.
KEYS = {"gptq": ({"quant_method", "bits", "group_size", "desc_act", "sym", "checkpoint_format"},
                 {"lm_head", "pack_dtype", "true_sequential", "static_groups", "damp_percent",
                  "meta", "dynamic", "modules_in_block_to_quantize"}),
        "awq": ({"quant_method", "bits", "group_size", "zero_point", "version"},
                {"modules_to_not_convert"}),
        "compressed-tensors": ({"quant_method", "format", "quantization_status", "config_groups",
                                "ignore"},
                               {"global_compression_ratio", "kv_cache_scheme", "version"}),
        "group": ({"targets", "weights"}, {"input_activations", "output_activations", "format"}),
        "weights": ARGUMENTS, "input_activations": ARGUMENTS}


class Rules:
    """Collects what is wrong with one directory."""

    def __init__(self):
        self.broken = []

    def need(self, good, what):
        if not good:
            self.broken.append(what)

    def keys(self, kind, found):
        must, may = KEYS[kind]
        self.need(must <= found.keys(), f"{kind}: no {sorted(must - found.keys())}")
        more = found.keys() - must - may
        self.need(not more, f"{kind}: unknown {sorted(more)}")


def gptq_rules(rules, config):
    damp = config.get("damp_percent", 0.01)
    rules.need(isinstance(damp, float) and 0 < damp < 1, f"damp_percent {damp} is refused")
    # Zeros of the first version cannot express 0, so only symmetric codes are written in it.
    expected = "gptq" if config["sym"] else "gptq_v2"
    rules.need(config["checkpoint_format"] == expected, config["checkpoint_format"])
    rules.need(config["bits"] in (2, 3, 4, 8), f"{config['bits']} bits")


def awq_rules(rules, config):
    rules.need((config["bits"], config["zero_point"], config["version"]) == (4, True, "gemm"),
               "not the layout of 4 bits")


def argument_rules(rules, kind, arguments):
    rules.keys(kind, arguments)
    strategy = arguments["strategy"]
    size, block = arguments.get("group_size"), arguments.get("block_structure")
    rules.need((size is not None) == (strategy == "group"), f"{strategy} with groups of {size}")
    rules.need(block == ([128, 128] if strategy == "block" else None),
               f"{strategy} with blocks of {block}")
    rules.need(arguments.get("actorder") in (None, "weight", "static"), "removed actorder")
    if kind == "input_activations":
        dynamic = arguments.get("dynamic", False)
        rules.need(dynamic == (strategy != "tensor"), f"activations: {strategy}, dynamic {dynamic}")
        rules.need(not dynamic or arguments.get("observer") is None, "dynamic with an observer")


def compressed_rules(rules, config):
    formats = set()
    for group in config["config_groups"].values():
        rules.keys("group", group)
        argument_rules(rules, "weights", group["weights"])
        if group.get("input_activations") is not None:
            argument_rules(rules, "input_activations", group["input_activations"])
        rules.need(group.get("output_activations") is None, "output_activations")
        formats.add(group.get("format") or config["format"])
    expected = formats if len(formats) == 1 else {"mixed-precision"}
    rules.need({config["format"]} == expected, f"format {config['format']} over {formats}")
    rules.need(config["quantization_status"] == "compressed", "not said to be compressed")
    rules.need("lm_head" in config["ignore"], "lm_head is not ignored")


METHODS = {"gptq": gptq_rules, "awq": awq_rules, "compressed-tensors": compressed_rules}


def config_rules(rules, folder, source, method):
    found, original = (json.loads((path / "config.json").read_text()) for path in (folder, source))
    config = found.pop("quantization_config", None)
    if method == "dequantized":
        rules.need(config is None, "a quantization_config")
    elif config is None or config.get("quant_method") != method:
        rules.need(False, f"quantization_config is {config}")
    else:
        rules.keys(method, config)
        if not rules.broken:  # else keys that the rules read are missing
            METHODS[method](rules, config)
    types = ("torch_dtype", "dtype")  # may follow the tensors
    rules.need({k: v for k, v in found.items() if k not in types} ==
               {k: v for k, v in original.items() if k not in types},
               "config.json says something else than the source's")


def file_rules(rules, folder, source):
    index = folder / INDEX
    files = weight_files(folder)
    expected = {"config.json", "quantloupe.json", *(name for name in COPIED if (source / name).exists()),
                *(path.name for path in files), *([INDEX] if index.exists() else [])}
    found = {path.name for path in folder.iterdir()}
    rules.need(found - {"quantize_config.json"} == expected,
               f"files {sorted(found ^ expected)}")
    for name in COPIED:
        if (source / name).exists():
            rules.need((folder / name).read_bytes() == (source / name).read_bytes(),
                       f"{name} is not the source's")
    for path in files:
        metadata = read_metadata(path)
        rules.need(metadata.get("format") == "pt", f"{path.name}: __metadata__ {metadata}")
        rules.need(all(isinstance(value, str) for value in metadata.values()),
                   f"{path.name}: __metadata__ holds more than texts")
    if index.exists():
        index_rules(rules, json.loads(index.read_text()), files)
    else:
        rules.need(files[0].name == SINGLE, files[0].name)


def index_rules(rules, index, files):
    where, total = {}, 0
    for number, path in enumerate(files, 1):
        rules.need(path.name == f"model-{number:05}-of-{len(files):05}.safetensors", path.name)
        tensors = read_file(path)
        where |= {name: path.name for name in tensors}
        total += sum(len(tensor.bytes) for tensor in tensors.values())
    rules.need(index["weight_map"] == where, "weight_map names other tensors than the files have")
    rules.need(index["metadata"]["total_size"] == total,
               f"total_size {index['metadata']['total_size']}, not {total}")


def broken_rules(folder, source, method):
    """What is wrong with the files and the config.json of an export of `source`."""
    rules = Rules()
    config_rules(rules, folder, source, method)
    file_rules(rules, folder, source)
    return rules.broken
