#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# For scripts in the project's folder to read by ".": installs what building
# needs (Debian 12) and builds the measuring programs in build/bench. Messages
# go to stderr.
. cmake/packages.sh

{
    # shellcheck disable=SC2086
    install $PACKAGES_BUILD python3 || exit 1
    mkdir -p build/bench
    echo "Building in build/bench"
    if ! { cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DSYNGAN_BENCH=ON -DSYNGAN_EXAMPLES=OFF &&
        cmake --build build/bench; } >build/bench/log.txt 2>&1; then
        tail -n 40 build/bench/log.txt
        exit 1
    fi
} >&2
