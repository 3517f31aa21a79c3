"""Checks what Quantloupe writes with programs that are not its own: gguf's reader, llama.cpp, and a
forward pass in numpy. Needs the packages in requirements.txt.

    python tests/interop/run.py QUANTLOUPE_CLI [--hostile-writer WRITE_HOSTILE_FILES]
                                [--imatrix-writer WRITE_IMATRIX_FILE]
"""
import argparse
import sys
import tempfile
from pathlib import Path

import check_cli
import check_demo
import check_exports
import check_grids
import check_hostile
import check_shared
import check_tiny_models
import check_tokenize
from quantloupe import Quantloupe
from report import Report

ROOT = Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cli", type=Path, help="path of quantloupe-cli")
    parser.add_argument("--hostile-writer", type=Path,
                        help="path of write_hostile_files, which the tests build")
    parser.add_argument("--imatrix-writer", type=Path,
                        help="path of write_imatrix_file, which the tests build")
    arguments = parser.parse_args()
    report = Report()
    quantloupe = Quantloupe(arguments.cli.resolve())
    demo_model = ROOT / "resources" / "demo_model"
    with tempfile.TemporaryDirectory(prefix="quantloupe-interop-") as temporary:
        folder = Path(temporary)
        check_demo.check(report, quantloupe, demo_model, ROOT / "tests" / "data" / "demo_model",
                         folder)
        check_cli.check(report, quantloupe, demo_model,
                        ROOT / "tests" / "data" / "golden" / "gguf", folder / "cli")
        check_tokenize.check(report, quantloupe, demo_model, folder / "tokenize")
        check_grids.check(report, quantloupe, demo_model, arguments.imatrix_writer,
                          folder / "grids")
        check_exports.check(report, quantloupe, demo_model, folder / "exports")
        tiny = folder / "tiny"
        check_tiny_models.check(report, quantloupe, demo_model, tiny)
        check_shared.check(report, quantloupe, ROOT.parent / "shared", folder)
        check_hostile.check(report, quantloupe, arguments.hostile_writer, folder)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
