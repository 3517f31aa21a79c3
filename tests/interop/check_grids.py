"""Block types and recipes: gguf's decoders and llama.cpp understand what was written, and importance
matrices pass between Quantloupe and the gguf package."""
import json
import subprocess

import gguf
import numpy as np

import importance
import llama_cpp
from reference_files import open_gguf

TYPES = ("q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl", "iq4_xs", "mxfp4", "nvfp4", "tq1_0",
         "tq2_0")
# The demo model has 6 blocks: the last one and every third from the third on get more bits.
BETTER_BLOCKS = (2, 5)


def q4_k_m_type(name):
    """What llama.cpp's Q4_K_M gives a tensor of the demo model, whose embedding is its output."""
    if "norm" in name:
        return "F32"
    better = [f"blk.{block}.{part}.weight" for block in BETTER_BLOCKS
              for part in ("attn_v", "ffn_down")]
    return "Q6_K" if name == "token_embd.weight" or name in better else "Q4_K"


def decoded(quantloupe, tensor, folder):
    """What `codec decode` makes of a tensor's stored bytes."""
    cols, rows = (int(size) for size in tensor.shape)
    stored, floats = folder / "tensor.bin", folder / "tensor.f32"
    stored.write_bytes(tensor.data.tobytes())
    done = quantloupe.run("codec", "decode", "--type", tensor.tensor_type.name.lower(), "--rows",
                          rows, "--cols", cols, "--in", stored, "--out", floats)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return np.fromfile(floats, "<f4").reshape(rows, cols)


def check_decoding(report, quantloupe, model, dtype, folder):
    path = quantloupe.export(model, dtype, folder / f"{dtype}.gguf")
    report.check(f"{dtype}: verify", quantloupe.verify(path), "problems were found")
    tensors = [t for t in open_gguf(path).tensors if t.name.startswith("blk.2.") and
               len(t.shape) == 2]
    report.equal(f"{dtype}: types of block 2", {t.tensor_type.name for t in tensors},
                 {dtype.upper()})
    wrong = [t.name for t in tensors if not np.array_equal(
        decoded(quantloupe, t, folder), gguf.dequantize(t.data, t.tensor_type))]
    report.check(f"{dtype}: {len(tensors)} matrices decode as in gguf", not wrong, wrong)


def check_recipe(report, quantloupe, model, folder):
    path = quantloupe.export(model, "q4_k_m", folder / "q4_k_m.gguf")
    reader = open_gguf(path)
    types = {tensor.name: tensor.tensor_type.name for tensor in reader.tensors}
    report.equal("demo Q4_K_M: types", types, {name: q4_k_m_type(name) for name in types})
    report.equal("demo Q4_K_M: file type", reader.fields["general.file_type"].contents(), 15)
    answer = llama_cpp.ask(path, [llama_cpp.complete([5, 6, 7], 40)])[0]
    report.equal("demo Q4_K_M: llama.cpp generates", len(answer["tokens"]), 40)


def check_importance(report, quantloupe, model, folder):
    """An importance matrix that gguf wrote, used for a whole model."""
    plain = quantloupe.export(model, "f16", folder / "f16.gguf")
    matrix = folder / "importance.gguf"
    means = importance.write(plain, matrix)
    path = quantloupe.export(model, "q4_k_m+imatrix", folder / "weighted.gguf", "--imatrix", matrix)
    fields = open_gguf(path).fields
    found = {key: fields[f"quantize.imatrix.{key}"].contents()
             for key in ("file", "dataset", "entries_count", "chunks_count")}
    report.equal("importance: keys of the file", found, {
        "file": matrix.name, "dataset": importance.DATASETS[0], "entries_count": len(means),
        "chunks_count": importance.CHUNKS})
    errors = {}
    for name, file in (("plain", quantloupe.export(model, "q4_k_m", folder / "q4_k_m.gguf")),
                       ("weighted", path)):
        originals = {t.name: t.data for t in open_gguf(plain).tensors}
        total = 0.0
        for tensor in open_gguf(file).tensors:
            if tensor.name in means:
                error = gguf.dequantize(tensor.data, tensor.tensor_type) - \
                    originals[tensor.name].astype("<f4")
                total += float((means[tensor.name] * error ** 2).sum(dtype=np.float64))
        errors[name] = total
    report.check("importance: lowers the weighted error", errors["weighted"] < errors["plain"],
                 errors)
    answer = llama_cpp.ask(path, [llama_cpp.complete([5, 6, 7], 40)])[0]
    report.equal("importance: llama.cpp generates", len(answer["tokens"]), 40)


def check_written_importance(report, writer, folder):
    """Importance matrices of ours in gguf's reader: sums 0, 1, 2 … over 4 tokens and an expert stack."""
    if writer is None:
        report.skip("importance matrices in gguf's reader", "--imatrix-writer was not given")
        return
    path = folder / "written.gguf"
    subprocess.run([writer, path], check=True)
    reader = open_gguf(path)
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    report.equal("written importance: type", reader.fields["general.type"].contents(), "imatrix")
    report.equal("written importance: data sets",
                 reader.fields["imatrix.datasets"].contents(), ["a.txt", "b.txt"])
    report.equal("written importance: chunks", [
        reader.fields[f"imatrix.{key}"].contents() for key in ("chunk_count", "chunk_size")],
        [3, 512])
    report.equal("written importance: names", sorted(tensors), sorted(
        f"{name}.{half}" for name in ("blk.0.attn_q.weight", "blk.0.ffn_up_exps.weight")
        for half in ("in_sum2", "counts")))
    shapes = {name: [int(n) for n in tensor.shape] for name, tensor in tensors.items()}
    report.equal("written importance: shape of a matrix", shapes["blk.0.attn_q.weight.in_sum2"],
                 [8])
    report.equal("written importance: shape of a stack", shapes["blk.0.ffn_up_exps.weight.in_sum2"],
                 [8, 2])
    report.equal("written importance: sums of a stack",
                 tensors["blk.0.ffn_up_exps.weight.in_sum2"].data.reshape(-1).tolist(),
                 [float(n) for n in range(16)])
    report.equal("written importance: counts of a stack",
                 tensors["blk.0.ffn_up_exps.weight.counts"].data.reshape(-1).tolist(), [4.0, 0.0])


def check_listing(report, quantloupe):
    listed = json.loads(quantloupe.run("schemes", "--json").stdout)
    grids = {grid["text"]: grid["fits"] for grid in listed["grids"]}
    report.check("schemes: grids of every type", set(TYPES) <= grids.keys(), sorted(grids))
    report.check("schemes: fits of q4_k", {"+imatrix", "+search"} <= set(grids["q4_k"]),
                 grids["q4_k"])
    recipes = {recipe["name"]: recipe for recipe in listed["recipes"]}
    report.equal("schemes: a recipe", recipes["Q4_K_M"], {
        "name": "Q4_K_M", "text": "recipe:Q4_K_M", "base": "q4_k", "file_type": 15})


def check(report, quantloupe, model, writer, folder):
    folder.mkdir()
    report.attempt("schemes", lambda: check_listing(report, quantloupe))
    for dtype in TYPES:
        report.attempt(f"{dtype} in gguf", lambda t=dtype: check_decoding(
            report, quantloupe, model, t, folder))
    report.attempt("demo Q4_K_M", lambda: check_recipe(report, quantloupe, model, folder))
    report.attempt("importance", lambda: check_importance(report, quantloupe, model, folder))
    report.attempt("written importance",
                   lambda: check_written_importance(report, writer, folder))
