#!/usr/bin/env bash
# Fails when the command line program links Qt.
set -euo pipefail
if ldd "$1" | grep -i 'libqt'; then
    echo "$1 links Qt" >&2
    exit 1
fi
