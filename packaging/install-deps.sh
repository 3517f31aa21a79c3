#!/usr/bin/env bash
# Installs what Debian 12 lacks, and nothing that is there already.
#   install-deps.sh run     to build and run the program
#   install-deps.sh test    also what ./test.sh needs
#   install-deps.sh lint    also clang-tidy and what the fuzz preset needs
set -euo pipefail

build=(cmake ninja-build g++ pkg-config
    qt6-base-dev qt6-svg-dev qt6-tools-dev qt6-l10n-tools libqcustomplot-dev
    libhwy-dev nlohmann-json3-dev libboost-iostreams-dev libicu-dev libfmt-dev libcli11-dev libxxhash-dev)
# Run time: icons, the texts of Qt's own dialogs, a font with Chinese characters.
run=(libqt6svg6 qt6-translations-l10n fonts-dejavu-core fonts-wqy-microhei)
test=(clang-format git python3 python3-venv)

lint=(clang clang-tidy libclang-rt-14-dev libomp-dev)

packages=("${build[@]}" "${run[@]}")
case "${1:-run}" in
    run) ;;
    test) packages+=("${test[@]}") ;;
    lint) packages+=("${test[@]}" "${lint[@]}") ;;
    *) echo "usage: install-deps.sh [run|test|lint]" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
        missing+=("$package")
    fi
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
    sudo=sudo
fi
echo "Installing: ${missing[*]}"
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
