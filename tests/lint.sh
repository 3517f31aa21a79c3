#!/usr/bin/env bash
# clang-tidy over our sources; needs a configured Release build (moc files, compile commands).
#   tests/lint.sh            everything
#   tests/lint.sh FILE...    some files
set -euo pipefail
cd "$(dirname "$0")/.."
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
    mapfile -t files < <(git ls-files 'core/*.cpp' 'app/*.cpp' 'widgets/*.cpp')
fi
# Highway's multi-target sources are parsed for one target: faster, and the code is the same.
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" \
    clang-tidy --quiet -p build/release --extra-arg=-DHWY_COMPILE_ONLY_STATIC --extra-arg=-Wno-unknown-warning-option
