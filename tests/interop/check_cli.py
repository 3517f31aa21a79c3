"""The command line as scripts see it: exit statuses, JSON keys, reference bytes, interruptions."""
import json
import resource
import signal
import subprocess
import time
from pathlib import Path

import numpy as np

ROWS, COLS = 8, 512  # of every reference input
BLOCK_TYPES = ("q4_0", "q4_1", "q5_0", "q5_1", "q8_0")
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


def codec(quantloupe, direction, dtype, source, target, rows=ROWS, cols=COLS):
    return quantloupe.run("codec", direction, "--type", dtype, "--rows", rows, "--cols", cols,
                          "--in", source, "--out", target)


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
    check_keys(report, "info", info, {"architecture", "parameters", "tensors"})
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
    exported = quantloupe.export(model, "q8_0", folder / "verified.gguf")
    verified = answer(quantloupe, "verify", exported)
    check_keys(report, "verify", verified, {"ok", "problems"})
    report.check("verify: good", verified["ok"] and not verified["problems"], verified["problems"])
    results = answer(quantloupe, "bench")["results"]
    check_keys(report, f"bench, the last of {len(results)}", results[-1],
               {"name", "value", "unit", "threads"})


def check_plan(report, quantloupe, model, folder):
    plan = folder / "plan.json"
    plan.write_text(json.dumps(PLAN))
    arguments = ("quantize", model, "--plan", plan, "-o", folder / "planned.gguf")
    for name, more in (("dry run", ["--dry-run"]), ("export", [])):
        tensors = {t["name"]: t for t in answer(quantloupe, *arguments, *more)["tensors"]}
        found = {n: tuple(tensors[n][key] for key in ("dtype", "scheme", "rule")) for n in PLANNED}
        report.equal(f"plan, {name}: types, schemes and rules", found, PLANNED)
        report.equal(f"plan, {name}: a file", (folder / "planned.gguf").exists(), name == "export")


def converted(quantloupe, direction, dtype, source, target):
    """The bytes that `codec` makes of a reference file; raises if it fails."""
    done = codec(quantloupe, direction, dtype, source, target)
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


def check_signal(report, quantloupe, number, folder):
    """Interrupts the encoding of zeros that take no room on the disk."""
    folder.mkdir()
    source, target, rows, cols = folder / "zeros.f32", folder / "zeros.q4_1", 1 << 19, 1 << 10
    with open(source, "wb") as file:
        file.truncate(rows * cols * 4)
    process = subprocess.Popen(
        [quantloupe.program, "codec", "encode", "--threads", "1", "--type", "q4_1", "--rows",
         str(rows), "--cols", str(cols), "--in", source, "--out", target],
        stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))  # nohup would pass on its own
    while not list(folder.glob(LITTER)) and process.poll() is None:
        time.sleep(0.001)
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


def check(report, quantloupe, model, golden, folder):
    folder.mkdir()
    checks = {"errors": lambda: check_errors(report, quantloupe, model, folder),
              "JSON": lambda: check_json(report, quantloupe, model, folder),
              "plan": lambda: check_plan(report, quantloupe, model, folder),
              "not finite": lambda: check_not_finite(report, quantloupe, folder),
              "threads": lambda: check_threads(report, quantloupe, model, folder),
              "size limit": lambda: check_size_limit(report, quantloupe, model, folder / "limit"),
              "csv": lambda: check_csv(report, quantloupe, model, folder)}
    for dtype in BLOCK_TYPES:
        checks[f"codec {dtype}"] = lambda t=dtype: check_codec(
            report, quantloupe, golden, t, folder)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        checks[f"signal {number}"] = lambda n=number: check_signal(
            report, quantloupe, n, folder / f"signal-{n}")
    for name, action in checks.items():
        report.attempt(f"command line: {name}", action)
    report.equal("command line: no litter", list(folder.rglob(LITTER)), [])
