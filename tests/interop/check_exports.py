"""Exports for other runtimes: what was written as GPTQ, AWQ or compressed-tensors decodes, in a
decoder that is not Quantloupe's, to the very weights that were measured."""
import json

import numpy as np

from export_rules import broken_rules
from nearest_rounding import floats8, integers
from packed_layouts import matrices
from tensor_files import read_tensors

BRIEF = ("--calibration-samples", "8", "--calibration-context", "64")
EXPORTS = {
    "gptq": ("int4:g32:sym", "int4:g128:asym", "int4:channel:sym", "int3:g32:sym", "int3:g64:asym",
             "int2:g32:sym", "int2:g32:asym", "int8:g64:sym", "int8:channel:asym",
             "int4:g32:sym+gptq", "int4:g64:asym+gptq(order=group)",
             "int3:g32:sym+gptq(damp=0.05)"),
    "awq": ("int4:g32:asym", "int4:g128:asym", "awq/int4:g64:asym+clip", "int4:g64:asym+gptq",
            "awq/int4:g64:asym+gptq"),
    "compressed-tensors": (
        "int4:g128:sym", "int4:g32:asym", "int4:channel:sym", "int4:channel:asym", "int8:g64:sym",
        "int8:channel:asym", "int4:g32:sym:bf16", "awq/int4:g32:asym", "int4:g32:sym+gptq",
        "int8:channel:sym@int8", "int8:channel:narrow@int8:token",
        "int8:channel:narrow@int8:static", "smooth(0.5)/int8:channel:narrow@int8:token",
        "fp8_e4m3:tensor", "fp8_e4m3:channel", "fp8_e4m3:block", "fp8_e4m3:channel@fp8_e4m3",
        "fp8_e4m3:tensor@fp8_e4m3:static", "fp8_e4m3:channel+gptq"),
    "dequantized": ("q4_0", "q4_k", "int4:g32:sym", "awq/q4_0", "fp8_e5m2:block", "f16")}
# What plain rounding to nearest must give, whatever wrote it.
NEAREST = {
    ("gptq", "int4:g32:sym"): lambda w: integers(w, 4, "sym", 32),
    ("gptq", "int3:g64:asym"): lambda w: integers(w, 3, "asym", 64),
    ("gptq", "int8:channel:asym"): lambda w: integers(w, 8, "asym"),
    ("awq", "int4:g128:asym"): lambda w: integers(w, 4, "asym", 128),
    ("compressed-tensors", "int4:channel:sym"): lambda w: integers(w, 4, "sym"),
    ("compressed-tensors", "int4:g32:asym"): lambda w: integers(w, 4, "asym", 32),
    ("compressed-tensors", "int8:channel:narrow@int8:token"): lambda w: integers(w, 8, "narrow"),
    ("compressed-tensors", "fp8_e4m3:tensor"): lambda w: floats8(w, "tensor"),
    ("compressed-tensors", "fp8_e4m3:channel"): lambda w: floats8(w, "channel"),
    ("compressed-tensors", "fp8_e4m3:block"): lambda w: floats8(w, "block"),
    ("dequantized", "int4:g32:sym"): lambda w: integers(w, 4, "sym", 32)}
REFUSED = (
    ("gptq", "q4_0"), ("gptq", "int4:tensor:sym"), ("gptq", "int5:g32:sym"),
    ("gptq", "int4:g96:sym"), ("gptq", "fp8_e4m3:channel"), ("gptq", "int4:g32:sym@int8"),
    ("awq", "int4:channel:asym"), ("awq", "int8:g64:asym"),
    ("awq", "int3:g32:asym"), ("awq", "q4_k"), ("compressed-tensors", "int3:g32:sym"),
    ("compressed-tensors", "q4_k"), ("compressed-tensors", "fp8_e5m2:channel"),
    ("compressed-tensors", "int8:channel:asym@int8"), ("compressed-tensors", "int4:tensor:sym"),
    ("gptq", "textbook_q4_0"), ("nonsense", "int4:g32:sym"))
MIXED = {"base": "int4:g64:sym", "rules": [{"match": "*down_proj*", "scheme": "fp8_e4m3:channel"},
                                           {"match": "*layers.0.*", "scheme": "keep"},
                                           {"match": "*layers.2.self_attn.o_proj.weight",
                                            "scheme": "int8:channel:sym"}]}
READ_BACK = (("gptq", "int3:g32:sym"), ("gptq", "int4:g128:asym"), ("awq", "int4:g32:asym"),
             ("compressed-tensors", "int4:g32:asym"), ("compressed-tensors", "fp8_e4m3:block"))


def is_quick(scheme):
    return not any(part in scheme for part in ("gptq", "awq", "smooth", "static", "clip"))


def export(quantloupe, model, scheme, method, target, *more):
    calibration = () if is_quick(scheme) else BRIEF
    return quantloupe.export(model, scheme, target, "--format", method, *calibration, *more)


def different(found, expected):
    """Names of the matrices that are not the same bit by bit."""
    return sorted(found.keys() ^ expected.keys()) + [
        name for name in found.keys() & expected.keys()
        if found[name].tobytes() != np.ascontiguousarray(expected[name], "<f4").tobytes()]


def changed_tensors(folder, source, floats, transformed):
    """Tensors outside the packed linears that are not the source's, byte by byte. Norms take in
    what a transform divides their readers by: then they must be those of the float export."""
    wrong = []
    tensors = read_tensors(folder)
    for name, original in source.items():
        if name.endswith("_proj.weight"):
            continue
        tensor = tensors.get(name)
        if tensor is None or (tensor.dtype, tensor.shape) != (original.dtype, original.shape):
            wrong.append(name)
        elif transformed and name.endswith("layernorm.weight"):
            if tensor.floats().tobytes() != floats[name].floats().tobytes():
                wrong.append(name)
        elif tensor.bytes != original.bytes:
            wrong.append(name)
    linears = tuple(name.removesuffix("weight") for name in source if name.endswith("_proj.weight"))
    return wrong + [name for name in tensors.keys() - source.keys() if not name.startswith(linears)]


def check_input_scales(report, name, folder, static):
    scales = {key: tensor for key, tensor in read_tensors(folder).items()
              if key.endswith(".input_scale")}
    good = all(tensor.shape == (1,) and (tensor.floats() > 0).all() for tensor in scales.values())
    linears = sum(key.endswith(".weight_scale") for key in read_tensors(folder))
    report.check(f"{name}: scales of inputs", good and len(scales) == (linears if static else 0),
                 f"{len(scales)} for {linears} linears")


def check_packed(report, quantloupe, model, method, scheme, folder):
    name = f"{method} {scheme}"
    packed = export(quantloupe, model, scheme, method, folder / "packed")
    weights, _, _ = scheme.partition("@")  # floats record no activations
    floats = export(quantloupe, model, weights, "dequantized", folder / "floats", "--rest", "f32")
    report.equal(f"{name}: files and config.json", broken_rules(packed, model, method), [])
    found = matrices(packed)
    report.equal(f"{name}: {len(found)} matrices are those that were measured",
                 different(found, matrices(floats)), [])
    rounded = NEAREST.get((method, scheme))
    source = read_tensors(model)
    if rounded:
        expected = {module: rounded(source[f"{module}.weight"].floats()) for module in found}
        report.equal(f"{name}: nearest rounding", different(found, expected), [])
    transformed = scheme.startswith(("awq", "smooth"))
    report.equal(f"{name}: the other tensors", changed_tensors(
        packed, source, read_tensors(floats), transformed), [])
    if "@" in scheme:
        check_input_scales(report, name, packed, scheme.endswith(":static"))


def check_dequantized(report, quantloupe, model, scheme, folder):
    """In float32 everything fits; in the stored type values are the nearest of it."""
    name = f"dequantized {scheme}"
    floats = export(quantloupe, model, scheme, "dequantized", folder / "floats", "--rest", "f32")
    stored = export(quantloupe, model, scheme, "dequantized", folder / "stored")
    report.equal(f"{name}: files and config.json", broken_rules(floats, model, "dequantized") +
                 broken_rules(stored, model, "dequantized"), [])
    exact, found, source = matrices(floats), read_tensors(stored), read_tensors(model)
    types = {key: "F16" if scheme == "f16" else t.dtype for key, t in source.items()}
    report.equal(f"{name}: types of the tensors", {key: t.dtype for key, t in found.items()}, types)
    report.equal(f"{name}: types with --rest f32",
                 {t.dtype for key, t in read_tensors(floats).items()}, {"F32"})
    rounded = {key: as_stored(values, types[f"{key}.weight"])
               for key, values in exact.items()}
    report.equal(f"{name}: values in the stored type", different(matrices(stored), rounded), [])
    if ("dequantized", scheme) in NEAREST:
        expected = {key: NEAREST["dequantized", scheme](source[f"{key}.weight"].floats())
                    for key in exact}
        report.equal(f"{name}: nearest rounding", different(exact, expected), [])


def as_stored(values, dtype):
    if dtype == "F16":
        return values.astype("<f2").astype("<f4")
    if dtype == "BF16":
        words = values.view("<u4").astype(np.uint64)
        nearest = (words + 0x7FFF + ((words >> 16) & 1)) >> 16
        return (nearest << 16).astype("<u4").view("<f4")
    return values


def check_mixed(report, quantloupe, model, folder):
    """A plan whose linears take different layouts, one of them none."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps(MIXED))
    targets = {}
    for method in ("compressed-tensors", "dequantized"):
        more = ["--rest", "f32"] if method == "dequantized" else []
        targets[method] = folder / method
        done = quantloupe.run("quantize", model, "--plan", plan, "--format", method, "-o",
                              targets[method], *more)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
    packed = targets["compressed-tensors"]
    report.equal("mixed plan: files and config.json",
                 broken_rules(packed, model, "compressed-tensors"), [])
    report.equal("mixed plan: matrices", different(matrices(packed),
                                                   matrices(targets["dequantized"])), [])
    tensors, source = read_tensors(packed), read_tensors(model)
    kinds = {key: tensor.dtype for key, tensor in tensors.items() if "_proj.weight" in key}
    expected = {"model.layers.0.mlp.up_proj.weight": "BF16",
                "model.layers.1.mlp.up_proj.weight_packed": "I32",
                "model.layers.1.mlp.down_proj.weight": "F8_E4M3",
                "model.layers.2.self_attn.o_proj.weight_packed": "I32"}
    report.equal("mixed plan: types", {key: kinds.get(key) for key in expected}, expected)
    kept = "model.layers.0.mlp.up_proj.weight"
    report.check("mixed plan: what is kept", tensors[kept].bytes == source[kept].bytes)


def check_refusals(report, quantloupe, model, folder):
    for method, scheme in REFUSED:
        target = folder / "refused"
        done = quantloupe.run("quantize", model, "--scheme", scheme, "--format", method, "-o",
                              target)
        said = done.stderr.strip()
        good = done.returncode in (1, 2) and said and not done.stdout
        if method != "nonsense":  # an unknown format is answered with the ones that there are
            good = good and len(said.splitlines()) == 1
        report.check(f"{method} refuses {scheme} in one sentence", good,
                     f"exit status {done.returncode}, {done.stderr!r}")
        report.equal(f"{method} refuses {scheme}: nothing is written", list(folder.iterdir()), [])


def measured(quantloupe, model, folder):
    done = quantloupe.run("perplexity", folder, "--text", model / "heldout.txt", "--context", 64,
                          "--windows", 4, "--json")
    if done.returncode != 0:
        raise RuntimeError(f"{folder.name}: {done.stdout[:200]}{done.stderr.strip()}")
    return json.loads(done.stdout)["perplexity"]


def check_reading(report, quantloupe, model, method, scheme, folder):
    """What was packed is read again, and predicts as its weights in float32 do."""
    packed = export(quantloupe, model, scheme, method, folder / "packed")
    floats = export(quantloupe, model, scheme, "dequantized", folder / "floats", "--rest", "f32")
    report.equal(f"{method} {scheme}: perplexity of what is read",
                 measured(quantloupe, model, packed), measured(quantloupe, model, floats))


def check_threads(report, quantloupe, model, folder):
    for method, scheme in (("gptq", "int3:g32:sym"), ("compressed-tensors", "fp8_e4m3:block")):
        one, two = (export(quantloupe, model, scheme, method, folder / f"{method}-{n}", "--threads",
                           n) / "model.safetensors" for n in (1, 2))
        report.check(f"{method}: 1 and 2 threads write the same file",
                     one.read_bytes() == two.read_bytes())


def check(report, quantloupe, model, folder):
    folder.mkdir()
    checks = {}
    for method, schemes in EXPORTS.items():
        for scheme in schemes:
            if method == "dequantized":
                checks[f"{method} {scheme}"] = lambda place, s=scheme: check_dequantized(
                    report, quantloupe, model, s, place)
            else:
                checks[f"{method} {scheme}"] = lambda place, m=method, s=scheme: check_packed(
                    report, quantloupe, model, m, s, place)
    for method, scheme in READ_BACK:
        checks[f"reading {method} {scheme}"] = lambda place, m=method, s=scheme: check_reading(
            report, quantloupe, model, m, s, place)
    checks["mixed plan"] = lambda place: check_mixed(report, quantloupe, model, place)
    checks["refused exports"] = lambda place: check_refusals(report, quantloupe, model, place)
    checks["threads of exports"] = lambda place: check_threads(report, quantloupe, model, place)
    for number, (name, action) in enumerate(checks.items()):
        place = folder / str(number)
        place.mkdir()
        report.attempt(name, lambda action=action, place=place: action(place))
