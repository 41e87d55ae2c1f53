#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing (Debian 12), builds, and runs all tests. The last
# line is "N passed, N failed, N skipped", above it the names of failures.
#
#   sh tests/run.sh [--quick] [--slow]
#     --quick   the full suite with gcc only: not again with clang, sanitizers,
#               valgrind and oneDNN 3
#     --slow    the tests that take minutes, too
#   SYNGAN_TEST_DATA   folder of real data; tests that need it skip without
#   SYNGAN_ONEDNN3     folder of an unpacked oneDNN 3.x; else it is downloaded
set -u
cd "$(dirname "$0")/.." || exit 1
. cmake/packages.sh

quick=
exclude='-LE slow'
for argument; do
    case $argument in
    --quick) quick=1 ;;
    --slow) exclude= ;;
    *)
        sed -n '3,12s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
    esac
done

# shellcheck disable=SC2086
install $PACKAGES_BUILD $PACKAGES_TEST || exit 1
# shellcheck disable=SC2086
install $PACKAGES_TEST_MORE || echo "Tests that need them are skipped."

export OMP_WAIT_POLICY=passive
export CMOCKA_MESSAGE_OUTPUT=tap
if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
jobs=$(nproc)

# A Python with numpy, and safetensors' own reader and pyarrow, which read what
# the library writes.
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import numpy' 2>/dev/null; then
        export SYNGAN_TEST_PYTHON="$python"
        break
    fi
done
# python_module NAME VERSION: by pip into build/python, unless it is there.
python_module() {
    PYTHONPATH="$PWD/build/python${PYTHONPATH:+:$PYTHONPATH}" \
        "$python" -c "import $1" 2>/dev/null && return
    "$python" -m pip install -q --disable-pip-version-check --root-user-action ignore \
        --no-deps --only-binary :all: --target build/python --upgrade \
        "$1==$2" || echo "Tests that need Python's $1 are skipped."
}
python_module safetensors 0.4.5
python_module pyarrow 18.1.0
export PYTHONPATH="$PWD/build/python${PYTHONPATH:+:$PYTHONPATH}"

mkdir -p build

# A locale with a decimal comma, which must not change any file or message.
if mkdir -p build/locale && localedef -i de_DE -f UTF-8 \
    build/locale/de_DE.UTF-8 2>/dev/null; then
    export LOCPATH="$PWD/build/locale"
else
    echo "Tests that need a locale with a decimal comma are skipped."
fi

results=$PWD/build/results.txt
: >"$results"

# build STAGE PRESET OPTION...: into build/STAGE; quiet unless it fails.
build() {
    stage=$1
    preset=$2
    shift 2
    echo "== $stage: build"
    mkdir -p "build/$stage"
    if cmake --preset "$preset" -B "build/$stage" "$@" \
        >"build/$stage/log.txt" 2>&1 &&
        cmake --build "build/$stage" --parallel "$jobs" \
            >>"build/$stage/log.txt" 2>&1; then
        return 0
    fi
    tail -n 40 "build/$stage/log.txt"
    echo "failed $stage: does not build" >>"$results"
    return 1
}

# run STAGE DIRECTORY ARGUMENT...: the tests that ctest's arguments choose, in
# a build directory.
run() {
    stage=$1
    directory=$2
    shift 2
    echo "== $stage: test"
    # shellcheck disable=SC2086
    ctest --test-dir "build/$directory" $exclude --output-on-failure \
        --test-output-size-passed 10000000 --test-output-size-failed 10000000 \
        --output-junit junit.xml "$@"
    python3 tests/count.py "$stage" "build/$directory/junit.xml" "$results"
}

# skip STAGE REASON
skip() {
    echo "== $1: skipped: $2"
    echo "skipped $1: $2" >>"$results"
}

# Modules of lib/, for the stages that repeat a part of the tests.
computing='^(tensor|graph|backend|op|compile|model)$'
all_modules='^(base|tensor|file|data|graph|backend|op|compile|model|train|table|exchange|encode|synth|eval|fuzz)$'

run_clang() {
    if ! command -v clang >/dev/null; then
        skip clang "no clang"
    elif build clang clang; then
        run clang clang -j "$jobs" -L "$all_modules"
    fi
}

# Absurd sizes are refused by a return value, as the C library does.
run_address_sanitizer() {
    if build asan asan; then
        ASAN_OPTIONS=allocator_may_return_null=1 \
            UBSAN_OPTIONS=print_stacktrace=1 \
            run asan asan -j "$jobs" -L "$all_modules"
    fi
}

# One compute thread, since the sanitizer doesn't know libgomp's barriers; the
# library's own threads are what it watches. It needs addresses that newer
# kernels randomise too widely, so that is switched off where it can be.
run_thread_sanitizer() {
    fixed=
    if setarch -R true 2>/dev/null; then
        fixed='setarch -R'
    fi
    echo 'int main(void) { return 0; }' >build/empty.c
    if ! gcc -fsanitize=thread build/empty.c -o build/empty ||
        ! $fixed build/empty; then
        skip tsan "the thread sanitizer does not run on this machine"
    elif build tsan tsan; then
        SYNGAN_TEST_LAUNCHER="$fixed taskset -c 0" OMP_NUM_THREADS=1 \
            TSAN_OPTIONS=allocator_may_return_null=1 \
            run tsan tsan -j "$jobs" -L '^(base|data|model|train)$'
    fi
}

run_valgrind() {
    if ! command -v valgrind >/dev/null; then
        skip valgrind "no valgrind"
        return
    fi
    SYNGAN_TEST_LAUNCHER="valgrind -q --error-exitcode=99 --leak-check=full \
--show-leak-kinds=definite --errors-for-leak-kinds=definite" \
        run valgrind test -j "$jobs" -L valgrind
}

# The core alone, as it is without tables.
run_core() {
    if build core test -DSYNGAN_TABLES=OFF; then
        run core core -j "$jobs" -L '^(base|data|model|train|examples)$'
    fi
}

run_onednn3() {
    prefix=${SYNGAN_ONEDNN3:-build/onednn3/prefix}
    if ! sh tests/onednn3.sh "$prefix"; then
        skip onednn3 "oneDNN 3 can't be downloaded"
    elif build onednn3 test -Ddnnl_DIR="$(cd "$prefix" && pwd)/lib/cmake/dnnl"
    then
        run onednn3 onednn3 -j "$jobs" -L "$computing|^(train|synth)$"
    fi
}

if build test test; then
    run test test -j "$jobs"
fi
if [ -z "$quick" ]; then
    run_clang
    run_address_sanitizer
    run_thread_sanitizer
    run_valgrind
    run_onednn3
    run_core
fi

echo
sort "$results" | grep -v '^passed '
count() {
    grep -c "^$1 " "$results"
}
failed=$(count failed)
echo "$(count passed) passed, $failed failed, $(count skipped) skipped"
[ "$failed" = 0 ]
