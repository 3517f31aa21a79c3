"""The command line as scripts see it: exit statuses, JSON keys, reference bytes, interruptions."""
import json
import resource
import signal
import subprocess
import time
from pathlib import Path

import numpy as np

ROWS, COLS = 8, 512  # of every reference input
WEIGHTED_TYPES = ("q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl",
                  "iq4_xs")
BLOCK_TYPES = (*WEIGHTED_TYPES, "q8_0", "mxfp4", "nvfp4", "tq1_0", "tq2_0", "q1_0", "q2_0")
LITTER = ".quantloupe-*"
PLAN = {"base": "q4_0", "rules": [{"match": "blk.*.ffn_down.weight", "scheme": "q8_0"},
                                  {"match": "blk.0.*", "scheme": "keep"}]}
# What the plan gives: type, scheme, and the rule that decided.
PLANNED = {"blk.1.attn_q.weight": ("Q4_0", "q4_0", "base"),
           "blk.1.ffn_down.weight": ("Q8_0", "q8_0", 1),
           "blk.0.ffn_down.weight": ("BF16", "keep", 2),
           "token_embd.weight": ("BF16", "keep", None)}


def answer(quantloupe, *arguments):
    """The JSON that a command prints; raises if it fails."""
    done = quantloupe.run(*arguments, "--json")
    if done.returncode != 0:
        raise RuntimeError(f"exit status {done.returncode}: {done.stdout[:300]}{done.stderr[:300]}")
    return json.loads(done.stdout)


def check_keys(report, name, found, keys):
    report.check(f"{name}: JSON keys", keys <= found.keys(),
                 f"{sorted(keys - found.keys())} are missing")


def codec(quantloupe, direction, dtype, source, target, *more, rows=ROWS, cols=COLS):
    return quantloupe.run("codec", direction, "--type", dtype, "--rows", rows, "--cols", cols,
                          "--in", source, "--out", target, *more)


def is_error(done, code, status):
    error = json.loads(done.stdout)["error"]
    return done.returncode == status and error["code"] == code and \
        error.keys() == {"code", "message", "context"}


def check_errors(report, quantloupe, model, folder):
    cases = [("no command", 2, []), ("unknown command", 2, ["bogus", model]),
             ("unknown option", 2, ["info", model, "--bogus"]), ("no model", 2, ["info"]),
             ("unknown scheme", 2, ["compare", model, "--schemes", "q9_9"]),
             ("no scheme and no plan", 2, ["quantize", model, "-o", folder / "no.gguf"]),
             ("missing file", 1, ["info", folder / "missing.gguf"])]
    for name, status, arguments in cases:
        done = quantloupe.run(*arguments)
        report.check(f"{name}: exit status {status} and a message",
                     done.returncode == status and done.stderr and not done.stdout,
                     f"exit status {done.returncode}, {done.stderr!r}, {done.stdout[:200]!r}")
        code = "usage" if status == 2 else "not_found"
        report.check(f"{name}: error object", is_error(quantloupe.run("--json", *arguments), code,
                                                       status))
    report.check("an unknown command is named", "'bogus'" in quantloupe.run("bogus").stderr)
    done = quantloupe.run("info", folder / "\x1b[31mred.gguf")
    report.check("a message holds no terminal escapes", "\x1b" not in done.stderr and "red" in
                 done.stderr, repr(done.stderr))


def check_json(report, quantloupe, model, folder):
    info = answer(quantloupe, "info", model)
    check_keys(report, "info", info, {"architecture", "parameters", "tensors", "runnable",
                                       "kv_bytes_per_token"})
    hyper = info["hyperparameters"]
    report.check("info, the KV cache", info["kv_bytes_per_token"] == 2 * 2 * hyper["block_count"]
                 * hyper["head_count_kv"] * hyper["head_dim"], info["kv_bytes_per_token"])
    check_keys(report, "info, a tensor", info["tensors"][0],
               {"name", "role", "dtype", "shape", "bytes"})
    report.check("--json before the command", json.loads(
        quantloupe.run("--json", "info", model).stdout) == info, "it gives something else")
    table = folder / "table.csv"
    compared = answer(quantloupe, "compare", model, "--schemes", "q4_0,q8_0", "--csv", table)
    schemes = compared["schemes"]
    check_keys(report, "compare", schemes[0],
               {"scheme", "bytes", "bits_per_weight", "rmse", "sqnr", "seconds"})
    report.equal("compare: the schemes in order", [s["scheme"] for s in schemes], ["q4_0", "q8_0"])
    report.equal("compare: rows of the CSV file", len(table.read_text().splitlines()), 3)
    report.check("compare without a text: no error of outputs", "output_error" not in schemes[0])
    text = folder / "text.txt"
    text.write_text("One text for all of it. " * 40)
    calibrated = answer(quantloupe, "compare", model, "--schemes", "int3:g32,int3:g32+gptq",
                        "--calibration-context", 16, "--calibration-samples", 8)
    report.equal("compare without a text: where something is calibrated, on the calibration",
                 calibrated["output_errors_on"], "calibration")
    errors = [scheme["output_error"] for scheme in calibrated["schemes"]]
    report.check("compare: there GPTQ is better than nearest, whose weights are nearer",
                 0 < errors[1] < errors[0] and
                 calibrated["schemes"][0]["rmse"] < calibrated["schemes"][1]["rmse"], errors)
    for option in ("--text", "--calibration"):
        more = ["--context", "16"] if option == "--text" else ["--calibration-context", "16"]
        compared = answer(quantloupe, "compare", model, "--schemes", "q4_0,q8_0", option, text, *more,
                          "--csv", table)
        errors = [scheme["output_error"] for scheme in compared["schemes"]]
        report.check(f"compare {option}: errors of outputs", 0.3 > errors[0] > 5 * errors[1] > 0,
                     errors)
        report.equal(f"compare {option}: they are in the CSV file too",
                     [float(row.split(",")[-1]) for row in table.read_text().splitlines()[1:]],
                     errors)
        measured = [t for t in compared["schemes"][0]["tensors"] if "output_error" in t]
        report.check(f"compare {option}: the mean is that of the linears", np.isclose(
            np.mean([t["output_error"] for t in measured]), errors[0]), len(measured))
        report.equal(f"compare {option}: predictions", "perplexity" in compared["schemes"][0],
                     option == "--text")
        report.equal(f"compare {option}: on what", compared["output_errors_on"],
                     option.removeprefix("--"))
    calibrated = answer(quantloupe, "perplexity", model, "--scheme", "int8@int8:static", "--kl",
                        "--text", text, "--context", 64, "--windows", 2)
    report.check("perplexity: static activations", 0 < calibrated["kl"]["mean"] < 1,
                 calibrated["kl"])
    exported = quantloupe.export(model, "q8_0", folder / "verified.gguf")
    verified = answer(quantloupe, "verify", exported)
    check_keys(report, "verify", verified, {"ok", "problems"})
    report.check("verify: good", verified["ok"] and not verified["problems"], verified["problems"])
    results = answer(quantloupe, "bench")["results"]
    check_keys(report, f"bench, the last of {len(results)}", results[-1],
               {"name", "value", "unit", "threads"})
    results = answer(quantloupe, "bench", "--gptq", "256")["results"]
    report.equal("bench --gptq: its steps", [r["name"] for r in results],
                 ["gptq factor 256 x 256", "gptq rounding 256 x 256"])
    check_keys(report, "bench --gptq", results[0],
               {"name", "value", "unit", "threads", "gemm_share"})


def check_plan(report, quantloupe, model, folder):
    plan = folder / "plan.json"
    plan.write_text(json.dumps(PLAN))
    arguments = ("quantize", model, "--plan", plan, "-o", folder / "planned.gguf")
    for name, more in (("dry run", ["--dry-run"]), ("export", [])):
        tensors = {t["name"]: t for t in answer(quantloupe, *arguments, *more)["tensors"]}
        found = {n: tuple(tensors[n][key] for key in ("dtype", "scheme", "rule")) for n in PLANNED}
        report.equal(f"plan, {name}: types, schemes and rules", found, PLANNED)
        report.equal(f"plan, {name}: a file", (folder / "planned.gguf").exists(), name == "export")


def check_answers(report, quantloupe, model, folder):
    """What people are told who ask for something that cannot be, or only look."""
    bare = folder / "bare"  # a model without its tokenizer
    bare.mkdir()
    for name in ("config.json", "model.safetensors"):
        (bare / name).symlink_to(model / name)
    at = ("-o", folder / "answer")
    dry = ("--dry-run",)
    group = ("--scheme", "int4:g64")
    gptq = (*group, "--format", "gptq")
    calibrated = ("--scheme", "q4_0+gptq", *dry)
    sizes = ["'{}' is no size", "500MB, 2GB"]
    counts = ["'{}' is no number of windows"]
    cases = [("awq", 1, ["awq/q4_0", "--format gptq or awq or"], ("--scheme", "awq", *dry)),
             ("int4", 1, ["--format"], (*group, *dry)),
             ("int5 in a chosen format", 1, ["q_proj", "int4:g128 would fit"],
              ("--scheme", "int5", "--format", "gptq", *dry)),
             ("groups", 1, ["q_proj", "Groups of 100", "rows of 256"],
              ("--scheme", "int4:g100:asym", "--format", "awq", *dry)),
             ("no target", 2, ["--output"], ("--scheme", "q4_0")),
             ("a dry run without a target", 0, ["would be"], ("--scheme", "q4_0", *dry)),
             ("a dry run of a folder", 0, [" of weights in 1 file, and ", " of tokenizer"],
              (*gptq, *dry)),
             ("a dry run into the model", 2, ["the model itself"], (*gptq, *dry, "-o", model)),
             ("long windows", 0, ["was made for 512 tokens"],
              (*calibrated, "--calibration-context", 1024)),
             *((f"shards of {size}", 2, [part.format(size) for part in sizes],
                (*gptq, *dry, f"--shard-size={size}")) for size in ("0", "-1", "2XB", "2.5GB")),
             ("shards of 2 MB", 0, ["in 3 files"], (*gptq, *dry, "--shard-size", "2MB")),
             ("shards of a file", 2, ["is for folders"],
              ("--scheme", "q4_0", *dry, "--shard-size", "2MB")),
             ("groups that fit few", 0, ["36 tensors got something else", "Groups of 48"],
              ("--scheme", "int4:g48", "--format", "compressed-tensors", "-o", folder / "few")),
             ("a dry run over an export", 0, ["It would replace the one that is there."],
              (*group, "--format", "compressed-tensors", *dry, "-o", folder / "few")),
             ("linears that vLLM joins", 0, ["Loaded by transformers with", "transformers chat"],
              (*group, "--tensor-type", "q_proj=int8", "--format", "compressed-tensors", "-o",
               folder / "unlike")),
             *((f"{count} windows", 2, [part.format(count) for part in counts],
                (*calibrated, f"--calibration-samples={count}")) for count in ("-1", "1.5", "x")),
             ("calibration is timed", 0, ["calibrated in ", "written and verified in "],
              ("--scheme", "q4_0+gptq", "--calibration-samples", 1, "-o", folder / "timed.gguf"))]
    for name, status, parts, arguments in cases:
        done = quantloupe.run("quantize", model, *arguments)
        said = done.stdout + done.stderr
        report.check(f"quantize, {name}: exit status {status}, and says so",
                     done.returncode == status and all(part in said for part in parts),
                     f"exit status {done.returncode}, {said[-300:]!r}")
    done = quantloupe.run("quantize", bare, *gptq, *at)
    report.check("quantize without a tokenizer: a note", "no tokenizer" in done.stderr, done.stderr)
    text = folder / "words.txt"
    text.write_text("Some words to predict. " * 40)
    said = quantloupe.run("perplexity", folder / "answer", "--original", model, "--text", text,
                          "--context", 64, "--windows", 1).stdout
    report.check("perplexity: which is the original, and how many windows",
                 f"{model} (the original)\n" in said and f"\n{folder / 'answer'}\n" in said and
                 "in 1 window of 64" in said, said)


def converted(quantloupe, direction, dtype, source, target, *more):
    """The bytes that `codec` makes of a reference file; raises if it fails."""
    done = codec(quantloupe, direction, dtype, source, target, *more)
    if done.returncode != 0:
        raise RuntimeError(f"{source.name}: {done.stderr.strip()}")
    return target.read_bytes()


def check_codec(report, quantloupe, golden, dtype, folder):
    blocks, floats = folder / "blocks.bin", folder / "floats.f32"
    names = {path.stem.removeprefix("input_") for path in golden.glob("input_*.f32")}
    names.remove("denorm")  # the reference's bytes are undefined: looked at below
    wrong = [name for name in sorted(names)
             if converted(quantloupe, "encode", dtype, golden / f"input_{name}.f32", blocks)
             != (golden / f"{name}.{dtype}.bin").read_bytes()]
    report.check(f"codec encode {dtype}: {len(names)} inputs as ggml", names and not wrong, wrong)
    report.check(f"codec decode {dtype}: as ggml",
                 converted(quantloupe, "decode", dtype, golden / f"studentt.{dtype}.bin", floats)
                 == (golden / f"studentt.{dtype}.deq.f32").read_bytes())
    converted(quantloupe, "encode", dtype, golden / "input_denorm.f32", blocks)
    values = np.frombuffer(converted(quantloupe, "decode", dtype, blocks, floats), "<f4")
    report.check(f"codec {dtype}: tiny denormal weights stay tiny", (np.abs(values) < 1e-39).all())


def check_weighted_codec(report, quantloupe, golden, dtype, folder):
    blocks, weights = folder / "blocks.bin", golden / "imatrix_512.f32"
    names = {path.name.split(".")[0] for path in golden.glob(f"*.{dtype}.imat.bin")} - {"denorm"}
    for written in (dtype, dtype + "+imatrix"):
        wrong = [name for name in sorted(names) if converted(
            quantloupe, "encode", written, golden / f"input_{name}.f32", blocks, "--importance",
            weights) != (golden / f"{name}.{dtype}.imat.bin").read_bytes()]
        report.check(f"codec encode {written} with importance: {len(names)} inputs as ggml",
                     len(names) > 5 and not wrong, wrong)


def weighted_error(quantloupe, golden, text, folder, *more):
    blocks, floats = folder / "blocks.bin", folder / "floats.f32"
    source = golden / "input_gauss.f32"
    converted(quantloupe, "encode", text, source, blocks, *more)
    converted(quantloupe, "decode", text.split("+")[0], blocks, floats)
    error = np.fromfile(floats, "<f4").astype(float) - np.fromfile(source, "<f4")
    weights = np.fromfile(golden / "imatrix_512.f32", "<f4") if more else 1.0
    return float((weights * error.reshape(ROWS, COLS) ** 2).sum())


def check_search(report, quantloupe, golden, folder):
    fits = {grid["text"]: grid["fits"] for grid in answer(quantloupe, "schemes")["grids"]}
    searched = [text for text in fits if "+search" in fits[text]]
    report.check("codec: there are searches", {"q4_0", "q4_k"} <= set(searched), searched)
    importance = ("--importance", golden / "imatrix_512.f32")
    for more in ((), importance):
        # Only a reference that can be weighted is compared with a weighted search.
        compared = [text for text in searched if not more or "+imatrix" in fits[text]]
        worse = [text for text in compared
                 if weighted_error(quantloupe, golden, text + "+search", folder, *more)
                 > weighted_error(quantloupe, golden, text, folder, *more)]
        name = "with importance" if more else "without importance"
        report.check(f"codec: a search is never worse, {name}", not worse, worse)


def check_importance_errors(report, quantloupe, model, golden, folder):
    source, target = golden / "input_gauss.f32", folder / "refused.gguf"
    weights = np.fromfile(golden / "imatrix_512.f32", "<f4")
    bad = {"negative": -weights, "NaN": weights * np.nan, "too short": weights[:-1]}
    for name, values in bad.items():
        values.tofile(folder / "bad-importance.f32")
        done = codec(quantloupe, "encode", "q4_k", source, target, "--importance",
                     folder / "bad-importance.f32")
        report.check(f"codec refuses importance: {name}", done.returncode != 0 and
                     "bad-importance" in done.stderr and not target.exists(), done.stderr)
    done = codec(quantloupe, "encode", "q4_k+imatrix", source, target)
    report.check("codec +imatrix without a file: one sentence, exit status 2",
                 done.returncode == 2 and "--importance" in done.stderr, done.stderr)
    done = codec(quantloupe, "encode", "f16", source, target, "--importance",
                 golden / "imatrix_512.f32")
    report.check("codec: floats take no importance", done.returncode == 2, done.stderr)
    done = codec(quantloupe, "encode", "q8_0", source, target, "--importance",
                 golden / "imatrix_512.f32")
    report.check("codec: what ggml never weights takes importance only with +search",
                 done.returncode == 2 and "weighted" in done.stderr, done.stderr)
    for command in (["quantize", model, "--scheme", "q4_0+imatrix", "-o", target],
                    ["quantize", model, "--scheme", "q4_k_m+imatrix", "-o", target],
                    ["compare", model, "--schemes", "q4_0,q4_0+imatrix"],
                    ["compare", model, "--schemes", "q4_0", "--tensor-type", "attn_v=q4_1+imatrix"]):
        done = quantloupe.run(*command)
        report.check(f"{command[0]} {command[3]} without --imatrix: one sentence, exit status 2",
                     done.returncode == 2 and "--imatrix FILE" in done.stderr and
                     len(done.stderr.splitlines()) == 1, done.stderr)
    done = quantloupe.run("quantize", model, "--scheme", "q4_0+imatrix", "--imatrix",
                          golden / "tiny" / "tiny.imatrix.gguf", "-o", target)
    report.check("importance of another model is refused", done.returncode == 1 and
                 "another model" in done.stderr and not target.exists(), done.stderr)


def check_importance(report, quantloupe, golden):
    """The tiny model and its importance matrix, in both forms."""
    tiny = golden / "tiny"
    model = tiny / "tiny-llama-f16.gguf"
    plain = answer(quantloupe, "compare", model, "--schemes", "q3_k")["schemes"][0]
    report.check("compare without importance: no weighted error", "weighted_rmse" not in plain)
    found = []
    for form in ("gguf", "dat"):
        schemes = answer(quantloupe, "compare", model, "--schemes", "q3_k,q3_k+imatrix", "--imatrix",
                         tiny / f"tiny.imatrix.{form}")["schemes"]
        found.append([scheme["weighted_rmse"] for scheme in schemes])
        report.equal(f"compare --imatrix .{form}: the plain scheme is the same", schemes[0]["rmse"],
                     plain["rmse"])
        report.check(f"compare --imatrix .{form}: importance lowers the weighted error",
                     0 < found[-1][1] < found[-1][0], found[-1])
    report.check("compare: both forms weight alike", np.allclose(found[0], found[1], rtol=1e-5),
                 found)


def planned(quantloupe, model, folder, *arguments):
    tensors = answer(quantloupe, "quantize", model, "-o", folder / "no.gguf", "--dry-run",
                     *arguments)["tensors"]
    return {tensor["name"]: tensor["dtype"] for tensor in tensors}


def check_tensor_types(report, quantloupe, model, folder):
    types = planned(quantloupe, model, folder, "--scheme", "q4_k_m", "--tensor-type", "attn_v=q8_0",
                    "--tensor-type", "blk\\.[01]\\.=q5_k", "--tensor-type", "attn=q3_k")
    expected = {"blk.0.attn_v.weight": "Q8_0", "blk.0.attn_q.weight": "Q5_K",
                "blk.0.ffn_up.weight": "Q5_K", "blk.2.attn_k.weight": "Q3_K",
                # The recipe counts from block 2 on, which is the first that no rule decides for.
                "blk.2.ffn_down.weight": "Q4_K", "blk.4.ffn_down.weight": "Q6_K",
                "blk.3.attn_norm.weight": "F32", "token_embd.weight": "Q6_K"}
    report.equal("--tensor-type: the first that matches wins",
                 {name: types[name] for name in expected}, expected)
    recipe = planned(quantloupe, model, folder, "--scheme", "recipe:q4_0")
    grid = planned(quantloupe, model, folder, "--scheme", "q4_0")
    report.equal("a recipe covers the embedding, a grid the linears",
                 (recipe["token_embd.weight"], grid["token_embd.weight"]), ("Q6_K", "BF16"))
    compared = answer(quantloupe, "compare", model, "--schemes", "q4_k_m,recipe:Q3_K_M",
                      "--tensor-type", "ffn_down=q8_0")["schemes"]
    report.equal("compare: plans in order", [scheme["scheme"] for scheme in compared],
                 ["recipe:Q4_K_M; *ffn_down*=q8_0", "recipe:Q3_K_M; *ffn_down*=q8_0"])
    down = {tensor["scheme"] for scheme in compared for tensor in scheme["tensors"]
            if "down_proj" in tensor["name"]}
    report.equal("compare --tensor-type: what ffn_down gets", down, {"q8_0"})
    done = quantloupe.run("quantize", model, "--scheme", "q4_0", "--tensor-type", "a(=q8_0", "-o",
                          folder / "no.gguf")
    report.check("--tensor-type: a bad expression is pointed at", done.returncode == 2 and
                 "^" in done.stderr, done.stderr)


def check_not_finite(report, quantloupe, folder):
    for name, value in (("NaN", np.nan), ("infinity", np.inf), ("beyond F16", 1e30)):
        source, target = folder / "bad.f32", folder / "bad.q4_0"
        values = np.ones(ROWS * COLS, "<f4")
        values[1000] = value
        values.tofile(source)
        done = codec(quantloupe, "encode", "q4_0", source, target)
        report.check(f"codec encode refuses {name}", done.returncode == 1 and
                     "bad.f32" in done.stderr and not target.exists(), done.stderr)


def check_threads(report, quantloupe, model, folder):
    one, two = (quantloupe.export(model, "q4_0", folder / f"threads-{n}.gguf", "--threads", n)
                for n in (1, 2))
    report.check("1 and 2 threads write the same file", one.read_bytes() == two.read_bytes())


def start_encoding(quantloupe, folder, **more):
    """A program that encodes zeros, which take no room on the disk, and their file."""
    folder.mkdir()
    source, target, rows, cols = folder / "zeros.f32", folder / "zeros.q4_1", 1 << 19, 1 << 10
    with open(source, "wb") as file:
        file.truncate(rows * cols * 4)
    process = subprocess.Popen(
        [quantloupe.program, "codec", "encode", "--threads", "1", "--type", "q4_1", "--rows",
         str(rows), "--cols", str(cols), "--in", source, "--out", target],
        stderr=subprocess.PIPE, text=True, **more)
    while not list(folder.glob(LITTER)) and process.poll() is None:
        time.sleep(0.001)
    return process, source


def check_dry_run(report, quantloupe, model, folder):
    """What a killed program has left stays until something is written there."""
    process, source = start_encoding(quantloupe, folder)
    process.kill()
    process.communicate()
    before = set(folder.iterdir())
    report.equal("killed: the file and what was left", len(before), 2)
    for target, *more in (("dry.gguf", "--scheme", "q4_0"),
                          ("dry", "--scheme", "int4:g32", "--format", "gptq")):
        done = quantloupe.run("quantize", model, "-o", folder / target, *more, "--dry-run")
        report.check(f"a dry run to {target} changes nothing",
                     done.returncode == 0 and set(folder.iterdir()) == before, done.stderr)
    written = quantloupe.export(model, "q4_0", folder / "written.gguf")
    report.equal("an export removes it", set(folder.iterdir()), {source, written})


def check_signal(report, quantloupe, number, folder):
    process, source = start_encoding(
        quantloupe, folder,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))  # nohup would pass on its own
    time.sleep(0.1)  # for threads to start, if there were any
    threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    name = signal.Signals(number).name
    report.equal(f"{name}: threads before, with --threads 1", threads, 1)
    report.check(f"{name}: stopped with a message", process.returncode == 1 and "Stopped" in said,
                 f"exit status {process.returncode}, {said!r}")
    report.equal(f"{name}: nothing is left", [p.name for p in folder.iterdir()], [source.name])


def check_size_limit(report, quantloupe, model, folder):
    folder.mkdir()
    done = subprocess.run(
        [quantloupe.program, "quantize", model, "--scheme", "q4_0", "-o", folder / "limited.gguf"],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
    report.check("a limit on the size of files is an error like others",
                 done.returncode == 1 and "cannot be written" in done.stderr,
                 f"exit status {done.returncode}, {done.stderr!r}")
    report.equal("a limit on the size of files: nothing is left", list(folder.iterdir()), [])


def check_csv(report, quantloupe, model, folder):
    done = quantloupe.run("compare", model, "--schemes", "q4_0", "--csv", folder / "no" / "t.csv")
    report.check("a table that cannot be written is told before the work",
                 done.returncode == 1 and not done.stdout and "t.csv" in done.stderr, done.stderr)


def check_resume(report, quantloupe, model, folder):
    """GPTQ that was killed goes on, and ends with the same file."""
    folder.mkdir()
    state = folder / "state"
    options = ("--calibration-samples", 8)
    whole = quantloupe.export(model, "q4_k+gptq", folder / "whole.gguf", *options)
    command = ["quantize", model, "--scheme", "q4_k+gptq", "-o", folder / "resumed.gguf",
               "--resume", state, *options]
    killed = subprocess.Popen([quantloupe.program, *map(str, command)], stdout=subprocess.DEVNULL)
    while killed.poll() is None and not (state.exists() and state.stat().st_size > 500_000):
        time.sleep(0.005)
    killed.kill()
    killed.wait()
    report.check("killed: what was rounded is kept", state.exists() and
                 state.stat().st_size > 500_000 and not (folder / "resumed.gguf").exists())
    done = quantloupe.run(*command)
    report.equal("after it was killed it goes on", done.returncode, 0)
    report.check("killed and resumed: the bytes are those of a whole run",
                 (folder / "resumed.gguf").read_bytes() == whole.read_bytes())
    report.check("the kept work is removed at the end", not state.exists())
    done = quantloupe.run("quantize", model, "--scheme", "q4_0", "-o", folder / "no.gguf",
                          "--resume", whole)
    report.check("a file of another kind is refused and stays", done.returncode == 2 and
                 "choose another" in done.stderr and whole.exists(), done.stderr)


def check(report, quantloupe, model, golden, folder):
    folder.mkdir()
    checks = {"errors": lambda: check_errors(report, quantloupe, model, folder),
              "JSON": lambda: check_json(report, quantloupe, model, folder),
              "plan": lambda: check_plan(report, quantloupe, model, folder),
              "answers": lambda: check_answers(report, quantloupe, model, folder),
              "not finite": lambda: check_not_finite(report, quantloupe, folder),
              "threads": lambda: check_threads(report, quantloupe, model, folder),
              "dry run": lambda: check_dry_run(report, quantloupe, model, folder / "dry"),
              "size limit": lambda: check_size_limit(report, quantloupe, model, folder / "limit"),
              "csv": lambda: check_csv(report, quantloupe, model, folder),
              "resume": lambda: check_resume(report, quantloupe, model, folder / "resume"),
              "search": lambda: check_search(report, quantloupe, golden, folder),
              "importance": lambda: check_importance(report, quantloupe, golden),
              "importance errors": lambda: check_importance_errors(
                  report, quantloupe, model, golden, folder),
              "tensor types": lambda: check_tensor_types(report, quantloupe, model, folder)}
    for dtype in WEIGHTED_TYPES:
        checks[f"codec {dtype}+imatrix"] = lambda t=dtype: check_weighted_codec(
            report, quantloupe, golden, t, folder)
    for dtype in BLOCK_TYPES:
        checks[f"codec {dtype}"] = lambda t=dtype: check_codec(
            report, quantloupe, golden, t, folder)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        checks[f"signal {number}"] = lambda n=number: check_signal(
            report, quantloupe, n, folder / f"signal-{n}")
    for name, action in checks.items():
        report.attempt(f"command line: {name}", action)
    report.equal("command line: no litter", list(folder.rglob(LITTER)), [])
