#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the examples that are not in C, and the command of README.md.
#   programs.sh cpp|python|command, with SOURCE and BUILD in the environment
# shellcheck disable=SC2153
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${SYNGAN_TEST_PYTHON:-python3}

# refuses STATUS COMMAND...: it must end with this status and say why.
refuses() {
    expected=$1
    shift
    status=0
    "$@" >"$work/said" 2>&1 || status=$?
    if [ "$status" != "$expected" ] || [ ! -s "$work/said" ]; then
        echo "$*: status $status instead of $expected, said:"
        cat "$work/said"
        exit 1
    fi
}

case $1 in
cpp)
    program=$BUILD/examples/mnist_gan_cpp
    "$program" 2 "$work/digits.png"
    test "$(head -c 4 "$work/digits.png" | tail -c 3)" = PNG
    refuses 2 "$program" many
    refuses 1 "$program" 1 "$work/missing/digits.png"
    ;;
python)
    if ! "$python" -c 'import numpy' 2>/dev/null; then
        echo "skipped: $python has no numpy"
        exit 77
    fi
    program=$SOURCE/examples/python/syngan_numpy.py
    "$python" "$program" --lib "$BUILD/libsyngan.so" --iterations 3 \
        --out "$work/digits.npy"
    "$python" - "$work/digits.npy" <<'END'
import sys, numpy
images = numpy.load(sys.argv[1])
assert images.shape == (16, 1, 28, 28) and images.dtype == numpy.float32
assert numpy.abs(images).max() <= 1 and images.std() > 0
END
    refuses 2 "$python" "$program" --iterations many
    if ! "$python" -c 'import pyarrow' 2>/dev/null; then
        echo "$python has no pyarrow: no tables"
        exit 0
    fi
    program=$SOURCE/examples/python/syngan_table.py
    "$python" "$program" --lib "$BUILD/libsyngan.so" | tee "$work/said"
    grep -q "^amount: real$" "$work/said"
    ;;
command)
    (cd "$work" && sh "$SOURCE/examples/run.sh" --iterations 2 --batch 4 \
        --out "$work/out") | tee "$work/said"
    grep -q "^$work/out/gan_generated_image_epoch_0.png$" "$work/said"
    grep -q "^$work/out/history.csv$" "$work/said"
    grep -q "^$work/out/.*\.safetensors$" "$work/said"
    (cd "$work" && sh "$SOURCE/examples/run.sh" table --epochs 1 -n 100 \
        -o "$work/table") | tee "$work/said"
    for file in model.safetensors synthetic.csv report.json report.html; do
        grep -q "^$work/table/$file$" "$work/said"
    done
    ;;
esac
