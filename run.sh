#!/usr/bin/env bash
# Installs what is missing, builds Release, and opens the window: on the demo model, or on what is
# given (a .gguf or .safetensors file, or a model directory).
set -euo pipefail
paths=()
for argument in "$@"; do
    # A path must survive the change of directory below.
    [ -e "$argument" ] && argument=$(realpath "$argument")
    paths+=("$argument")
done
cd "$(dirname "$0")"

packaging/install-deps.sh run
cmake --preset release -DQL_TESTS=OFF -DQL_WERROR=OFF -B build/run >/dev/null
cmake --build build/run
if [ ${#paths[@]} -eq 0 ]; then
    paths=(--demo)
fi
exec build/run/app/quantloupe "${paths[@]}"
