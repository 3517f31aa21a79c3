"""Broken and hostile files: the program says one sentence and exits with 1. Odd but legal ones pass
`verify`, which looks at the container only (they lack most of what makes a model)."""
import subprocess
from pathlib import Path


def is_one_sentence(text):
    lines = [line for line in text.strip().splitlines() if line]
    return len(lines) == 1 and lines[0].endswith(".") and "terminate called" not in text


def check_file(report, quantloupe, kind, path):
    name = f"{kind} file {path.parent.name}/{path.name}"
    done = quantloupe.run("verify" if kind == "legal" else "info", path, timeout=30)
    if kind == "legal":
        report.check(name, done.returncode == 0,
                     f"exit status {done.returncode}, said {done.stderr[:200]!r}")
    else:
        report.check(name, done.returncode == 1 and is_one_sentence(done.stderr),
                     f"exit status {done.returncode}, said {done.stderr[:300]!r}")


def check(report, quantloupe, writer, folder):
    if writer is None:
        report.skip("hostile files", "the program write_hostile_files was not given")
        return
    written = subprocess.run([writer, folder / "hostile"], check=True, capture_output=True, text=True)
    for line in written.stdout.splitlines():
        kind, path = line.split(" ", 1)
        report.attempt(line, lambda k=kind, p=Path(path): check_file(report, quantloupe, k, p))
