#!/usr/bin/env bash
# Fails when a folder includes what stands above it, or when core knows Qt.
# run, export -> measure -> model -> schemes -> backend -> grids -> files, tensor -> base
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A allowed=(
    [base]="base"
    [tensor]="base tensor"
    [files]="base tensor files"
    [grids]="base tensor files grids"
    [backend]="base tensor files grids backend"
    [schemes]="base tensor files grids backend schemes"
    [model]="base tensor files grids backend schemes model"
    [measure]="base tensor files grids backend schemes model measure"
    [run]="base tensor files grids backend schemes model measure run"
    [export]="base tensor files grids backend schemes model measure run export"
)
failed=0
complain() {
    printf '%s\n' "$1" >&2
    failed=1
}

for folder in core/*/; do
    name=$(basename "$folder")
    [ -n "${allowed[$name]:-}" ] || complain "core/$name is not in the list of layers"
    while IFS=: read -r file include; do
        other=$(sed -E 's,.*"core/([a-z]+)/.*,\1,' <<<"$include")
        [[ " ${allowed[$name]:-} " == *" $other "* ]] || complain "$file includes core/$other"
    done < <(grep -roE '#include "core/[a-z]+/' "$folder" || true)
done
while IFS= read -r line; do complain "above core: $line"; done \
    < <(grep -rnE '#include ("(app|widgets)/|<Q)' core || true)
while IFS= read -r line; do complain "widgets draw values of core/measure only: $line"; done \
    < <(grep -rnE '#include "(app/|core/(files|grids|backend|schemes|model|run|export)/)' widgets || true)
while IFS= read -r line; do complain "the CLI has no Qt: $line"; done \
    < <(grep -rnE '#include ("widgets/|<Q)' app/cli || true)
exit $failed
