#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing (Debian 12), builds, runs an example and names the
# files that it wrote. Arguments go to mnist_gan, which trains a GAN on the
# built-in digits, or, after "table", to synthetic_table's command "run", which
# learns a table and makes one like it:
#
#   sh examples/run.sh [--out DIR] [--iterations N] [--data DIR] ...
#   sh examples/run.sh table [FILE.csv] [--out DIR] [--epochs N] ...
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/packages.sh"
# shellcheck disable=SC2086
install $PACKAGES_BUILD || exit 1

program=mnist_gan command=
if [ "${1:-}" = table ]; then
    program=synthetic_table command=run
    shift
fi
out=out
wanted=
for argument; do
    case $wanted$argument in
    --out=*) out=${argument#--out=} ;;
    -o?*) out=${argument#-o} ;;
    out:*) out=$argument ;;
    esac
    wanted=
    case $argument in
    --out | -o) wanted=out: ;;
    esac
done

build=$root/build/examples
mkdir -p "$build" "$out"
echo "Building the library and its examples in $build: a minute or two the first time"
if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release &&
    cmake --build "$build"; } >"$build/log.txt" 2>&1; then
    tail -n 40 "$build/log.txt"
    echo "Building failed; all it said is in $build/log.txt"
    exit 1
fi
echo "Built; now $program runs"

touch "$build/started"
trap : INT TERM HUP # for the program, which then saves its state
status=0
"$build/examples/$program" ${command:+"$command"} --out "$out" "$@" || status=$?
written=$(find "$out" -type f -newer "$build/started" | sort)
if [ -n "$written" ]; then
    printf 'Written:\n%s\n' "$written"
fi
exit "$status"
