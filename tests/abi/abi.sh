#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The binary interface: compares what the headers declare with the baseline, or
# makes it the new baseline. It is read from a library made of the headers
# alone, where opaque structs are opaque; the rule "symbols" sees to it that
# the real one has just these functions.
#
#   sh tests/abi/abi.sh check|refresh
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
baseline=$root/tests/abi/libsyngan.abi

for tool in abidw gcc; do
    if ! command -v $tool >/dev/null; then
        echo "skipped: no $tool (Debian: abigail-tools gcc)"
        exit 77
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
abi=$(cd "$root/tests/rules" && "${PYTHON:-python3}" -c \
    'import project; print(project.abi_version())')
library=$work/libsyngan.so.$abi
sed "s/@SYNGAN_ABI@/$abi/" "$root/cmake/syngan.map" >"$work/syngan.map"
"${PYTHON:-python3}" "$root/tests/rules/interface.py" >"$work/interface.c"
# There, so that the baseline holds no path.
(cd "$work" && gcc -std=c11 -g -fPIC -shared -fvisibility=hidden \
    -I "$root/include" -Wl,--version-script=syngan.map \
    -Wl,-soname,"libsyngan.so.$abi" interface.c -o "$library")

case $1 in
refresh)
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
        --no-parameter-names --out-file "$baseline" "$library"
    ;;
check)
    abidiff --no-show-locs "$baseline" "$library"
    ;;
*)
    echo "usage: abi.sh check|refresh"
    exit 2
    ;;
esac
