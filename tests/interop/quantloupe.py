"""Calls quantloupe-cli."""
import json
import subprocess


class Quantloupe:
    def __init__(self, program):
        self.program = str(program)

    def run(self, *arguments, timeout=300):
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, errors="replace")

    def export(self, model, scheme, target, *more):
        """Exports `model`; raises with the program's sentence if that fails."""
        done = self.run("quantize", model, "--scheme", scheme, "-o", target, *more)
        if done.returncode != 0:
            raise RuntimeError(f"export failed ({done.returncode}): {done.stderr.strip()}")
        return target

    def verify(self, path):
        done = self.run("verify", path, "--json")
        return done.returncode == 0 and json.loads(done.stdout)["ok"]
