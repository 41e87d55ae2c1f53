#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which lines of the library the tests run: builds with counters, runs all
# tests but install and slow ones, prints the share for each file.
#   sh tests/coverage.sh     (needs lcov)
set -eu
cd "$(dirname "$0")/.."
build=build/coverage
cmake --preset coverage
cmake --build "$build" --parallel
lcov -q --zerocounters --directory "$build"
export OMP_WAIT_POLICY=passive
ctest --test-dir "$build" -LE 'slow|install|rules' --output-on-failure || true
lcov -q --capture --directory "$build" --output-file "$build/all.info"
lcov -q --extract "$build/all.info" "$PWD/lib/*" \
    --output-file "$build/lib.info"
lcov --list "$build/lib.info"
