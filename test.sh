#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. The same command for people and for CI.
#   ./test.sh           everything
#   ./test.sh quick     the Release build and its tests only
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

step "packages"
packaging/install-deps.sh test

step "layers and format"
tests/check_layers.sh
git ls-files -z '*.h' '*.cpp' | xargs -0 clang-format --dry-run --Werror

step "release: build"
cmake --preset release >/dev/null
cmake --build --preset release
tests/check_no_qt.sh build/release/app/cli/quantloupe-cli

step "release: tests"
ctest --preset release
[ "${1:-all}" = quick ] && exit 0

step "interop: the files in other programs"
if [ ! -x build/venv/bin/python ]; then
    python3 -m venv build/venv
fi
build/venv/bin/pip install --quiet --disable-pip-version-check -r tests/interop/requirements.txt
build/venv/bin/python tests/interop/run.py build/release/app/cli/quantloupe-cli \
    --hostile-writer build/release/tests/write_hostile_files \
    --imatrix-writer build/release/tests/write_imatrix_file

step "address and undefined-behaviour sanitizers"
cmake --preset asan >/dev/null
cmake --build --preset asan
ctest --preset asan

step "thread sanitizer: the job system"
cmake --preset tsan >/dev/null
cmake --build --preset tsan --target test_jobs test_base
ctest --preset tsan -R '^(test_jobs|test_base)$'

step "done"
