#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing (Debian 12), builds, trains a GAN on the built-in
# digits and names the files that it wrote. Arguments go to mnist_gan:
#
#   sh examples/run.sh [--out DIR] [--iterations N] [--data DIR] ...
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/packages.sh"
# shellcheck disable=SC2086
install $PACKAGES_BUILD || exit 1

out=out
wanted=
for argument; do
    case $wanted$argument in
    --out=*) out=${argument#--out=} ;;
    out:*) out=$argument ;;
    esac
    wanted=
    if [ "$argument" = --out ]; then
        wanted=out:
    fi
done

build=$root/build/examples
mkdir -p "$build" "$out"
echo "Building in $build"
if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release &&
    cmake --build "$build"; } >"$build/log.txt" 2>&1; then
    tail -n 40 "$build/log.txt"
    exit 1
fi

touch "$build/started"
trap : INT # Ctrl-C is for mnist_gan, which then saves its state
status=0
"$build/examples/mnist_gan" --out "$out" "$@" || status=$?
written=$(find "$out" -type f -newer "$build/started" | sort)
if [ -n "$written" ]; then
    printf 'Written:\n%s\n' "$written"
fi
exit "$status"
