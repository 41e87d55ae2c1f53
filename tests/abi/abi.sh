#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The binary interface: compares the shared library with the baseline, or makes
# it the new baseline. The library needs debug information.
#
#   sh tests/abi/abi.sh check libsyngan.so
#   sh tests/abi/abi.sh refresh libsyngan.so
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
baseline=$root/tests/abi/libsyngan.abi
library=$2

if ! command -v abidiff >/dev/null; then
    echo "skipped: no abidiff (Debian: abigail-tools)"
    exit 77
fi
case $1 in
refresh) # types that no public header defines are the library's own affair
    abidw --headers-dir "$root/include" --drop-private-types \
        --no-corpus-path --no-comp-dir-path --no-show-locs \
        --no-elf-needed --out-file "$baseline" "$library"
    ;;
check)
    abidiff --no-show-locs --drop-private-types \
        --headers-dir1 "$root/include" --headers-dir2 "$root/include" \
        "$baseline" "$library"
    ;;
*)
    echo "usage: abi.sh check|refresh LIBRARY"
    exit 2
    ;;
esac
