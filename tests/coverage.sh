#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which lines and branches of the library the tests run: builds with counters,
# runs all tests but install and slow ones, prints the shares of each module.
#   sh tests/coverage.sh [--files]
set -eu
cd "$(dirname "$0")/.."
build=build/coverage
cmake --preset coverage
cmake --build "$build" --parallel
find "$build" -name '*.gcda' -delete
export OMP_WAIT_POLICY=passive
ctest --test-dir "$build" -LE 'slow|install|rules' --output-on-failure || true
python3 tests/coverage.py "$build" "$@"
