#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How good are the digits? Trains mnist_gan on real MNIST with several seeds and
# scores its checkpoints: Fréchet distance of 10,000 samples to the test images
# in the features of a classifier, and the share of the rarest digit.
#
#   sh bench/quality.sh DATA [RECIPE [SEEDS [ITERATIONS [TYPE]]]]
#     DATA        folder with MNIST's four IDX files, plain or .gz
#     RECIPE      default or published (default)
#     SEEDS       "1 2 3"
#     ITERATIONS  "1000 2000"
#     TYPE        f32 or bf16 (f32)
#   THREADS       environment: threads of each run (all processors)
set -eu
if [ $# -lt 1 ]; then
    sed -n '3,13s/^# \{0,1\}//p' "$0"
    exit 2
fi
data=$1
recipe=${2:-default}
seeds=${3:-1 2 3}
iterations=${4:-1000 2000}
type=${5:-f32}
threads=${THREADS:-$(nproc)}
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/packages.sh"
# shellcheck disable=SC2086
install $PACKAGES_BUILD || exit 1

build=$root/build/quality
out=$root/out/quality
mkdir -p "$build" "$out"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DSYNGAN_BENCH=ON -DSYNGAN_EXAMPLES=ON >"$build/log.txt"
cmake --build "$build" >>"$build/log.txt"

for seed in $seeds; do
    run=$out/$recipe-$type-$seed
    half=
    if [ "$type" = bf16 ]; then
        half=--bf16
    fi
    set -- ${half:+"$half"}
    for count in $iterations; do
        "$build/examples/mnist_gan" "$@" --data "$data" --recipe "$recipe" \
            --seed "$seed" --threads "$threads" --out "$run" \
            --iterations "$count"
        cp "$run/mnist_gan.safetensors" "$run-$count.safetensors"
        set -- ${half:+"$half"} --resume "$run/mnist_gan.safetensors"
    done
done
for count in $iterations; do
    set --
    for seed in $seeds; do
        set -- "$@" "$out/$recipe-$type-$seed-$count.safetensors"
    done
    "$build/bench/bench_score" -t "$threads" "$data" "$out/classifier.safetensors" "$@"
done
