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
    program=$SOURCE/examples/python/syngan_synthesizer.py
    "$python" "$program" --lib "$BUILD/libsyngan.so" --epochs 1 --rows 100 \
        --out "$work/rows.csv" | tee "$work/said"
    grep -q "^Quality " "$work/said"
    test "$(wc -l <"$work/rows.csv")" = 101
    "$python" - "$SOURCE/examples/python" "$BUILD/libsyngan.so" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import pyarrow
from syngan_numpy import Error
from syngan_synthesizer import Library, evaluate, fit, from_arrow
rows = pyarrow.table({"age": list(range(60)), "town": ["a", "b", "c"] * 20})
real = from_arrow(Library(sys.argv[2]), rows)
synthesizer = fit(real, epochs=1, batch=20, recipe="ctgan")
synthetic = synthesizer.sample(20, seed=3, where="town = b")
assert set(synthetic.to_arrow()["town"].to_pylist()) == {"b"}
assert synthetic.to_arrow().equals(
    synthesizer.sample(20, seed=3, where="town = b").to_arrow())
values = evaluate(real, synthesizer.sample(60), holdout=real).values()
assert 0 <= values["quality.score"] <= 1
assert values["privacy.copies.holdout"] == 1
for options in ({"epochs": "many"}, {"nonsense": 1}):
    try:
        fit(real, **options)
    except Error as error:
        assert list(options)[0] in str(error)
    else:
        raise AssertionError(f"{options} must be refused")
END
    ;;
command)
    (cd "$work" && sh "$SOURCE/examples/run.sh" --iterations 2 --batch 4 \
        --out "$work/out") | tee "$work/said"
    grep -q "^$work/out/generated_iteration_0.png$" "$work/said"
    grep -q "^$work/out/history.csv$" "$work/said"
    grep -q "^$work/out/.*\.safetensors$" "$work/said"
    (cd "$work" && sh "$SOURCE/examples/run.sh" table --epochs 1 -n 100 \
        -o "$work/table") | tee "$work/said"
    for file in model.safetensors synthetic.csv report.json report.html; do
        grep -q "^$work/table/$file$" "$work/said"
    done
    ;;
esac
