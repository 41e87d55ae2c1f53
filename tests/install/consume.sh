#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Uses the library in one of the ways that other projects do.
#   consume.sh KIND, with SOURCE, BUILD, WORK (folders), CC, CXX, PYTHON,
#   dnnl_DIR and FLAGS (of compilers) in the environment
# shellcheck disable=SC2153
set -eu
kind=$1
prefix=$WORK/prefix
work=$WORK/$kind
export dnnl_DIR

# What a program links: exactly one OpenMP runtime, oneDNN's.
check_links() {
    ldd "$1" >"$work/links"
    if grep -E 'lib(omp|iomp5)\.so' "$work/links"; then
        echo "a second OpenMP runtime is linked"
        exit 1
    fi
    grep -q 'libgomp\.so' "$work/links" || {
        echo "libgomp is not linked"
        exit 1
    }
}

# run PROGRAM shared|static: runs it with the library of that kind.
run() {
    export LD_LIBRARY_PATH="$libdir:$dnnl_DIR/../.."
    check_links "$1"
    case $2:$(grep -c 'libsyngan\.so' "$work/links" || true) in
    shared:1 | static:0) ;;
    *)
        echo "expected the $2 library, got:"
        cat "$work/links"
        exit 1
        ;;
    esac
    "$1"
}

# compile COMPILER SOURCE FLAG...
compile() {
    compiler=$1 source=$2
    shift 2
    # shellcheck disable=SC2086
    "$compiler" $FLAGS "$SOURCE/tests/install/$source" -o "$work/consumer" "$@"
}

# build_project ARGUMENT...: the project in project/ by CMake.
build_project() {
    cmake -S "$SOURCE/tests/install/project" -B "$work/build" \
        -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="$FLAGS" "$@"
    cmake --build "$work/build" --parallel 2
}

if [ "$kind" = prefix ]; then
    rm -rf "$prefix"
    cmake --install "$BUILD" --prefix "$prefix"
    exit
fi
rm -rf "$work"
mkdir -p "$work"
if [ -d "$prefix" ]; then
    libdir=$(dirname "$(find "$prefix" -name libsyngan.a)")
    export PKG_CONFIG_PATH="$libdir/pkgconfig"
fi

case $kind in
files) # all that should be installed is, and nothing else
    (cd "$SOURCE/include" && find . -type f) | sort >"$work/headers"
    (cd "$prefix/include" && find . -type f) | sort >"$work/installed"
    diff "$work/headers" "$work/installed"
    # CMake adds a file for each configuration, like syngan-shared-release.cmake
    (cd "$libdir" && find . ! -type d ! -name 'syngan-s*-*.cmake') |
        sort >"$work/files"
    sed "s/VERSION/$(pkg-config --modversion syngan)/" <<END | sort |
./cmake/syngan/dependencies.cmake
./cmake/syngan/syngan-config-version.cmake
./cmake/syngan/syngan-config.cmake
./cmake/syngan/syngan-shared.cmake
./cmake/syngan/syngan-static.cmake
./libsyngan.a
./libsyngan.so
./libsyngan.so.0
./libsyngan.so.VERSION
./pkgconfig/syngan.pc
END
        diff - "$work/files"
    readelf -d "$libdir/libsyngan.so" | grep -q 'SONAME.*\[libsyngan.so.0\]'
    DESTDIR=$work/root cmake --install "$BUILD" >/dev/null
    find "$work/root" -name libsyngan.so | grep -q .
    if grep -r "$SOURCE" "$prefix" --include='*.cmake' --include='*.pc'; then
        echo "a path of the source tree is installed"
        exit 1
    fi
    ;;
find_package)
    build_project -DCMAKE_PREFIX_PATH="$prefix"
    run "$work/build/consumer" shared
    ;;
find_package_static)
    build_project -DCMAKE_PREFIX_PATH="$prefix" -DCOMPONENT=static
    run "$work/build/consumer" static
    ;;
pkg_config)
    # shellcheck disable=SC2046
    compile "$CC" consumer.c -std=c11 $(pkg-config --cflags --libs syngan)
    run "$work/consumer" shared
    ;;
pkg_config_static) # where only the static library lies
    cp -a "$prefix" "$work/prefix"
    find "$work/prefix" -name 'libsyngan.so*' -delete
    PKG_CONFIG_PATH=$work/prefix/${libdir#"$prefix"/}/pkgconfig
    # shellcheck disable=SC2046
    compile "$CC" consumer.c -std=c11 \
        $(pkg-config --static --cflags --libs syngan)
    run "$work/consumer" static
    ;;
cpp)
    # shellcheck disable=SC2046
    compile "$CXX" consumer.cpp -std=c++17 -Wall -Wextra -Wpedantic -Werror \
        $(pkg-config --cflags --libs syngan)
    run "$work/consumer" shared
    ;;
python)
    if [ -n "$FLAGS" ]; then
        echo "skipped: Python can't load an instrumented library"
        exit 77
    fi
    "$PYTHON" "$SOURCE/tests/install/consumer.py" "$libdir/libsyngan.so.0"
    ;;
add_subdirectory) # the static library inside another project
    build_project -DSYNGAN_SOURCE="$SOURCE" -DBUILD_SHARED_LIBS=OFF
    libdir=/
    run "$work/build/consumer" static
    ;;
plain_build) # the command of the README, with nothing else asked
    cmake -S "$SOURCE" -B "$work/build"
    cmake --build "$work/build" --parallel 2
    test -e "$work/build/libsyngan.so"
    test -x "$work/build/examples/mnist_gan"
    ;;
without_options) # without the libraries that can be left out
    cmake -S "$SOURCE" -B "$work/build" -DSYNGAN_PNG=OFF -DSYNGAN_ZLIB=OFF \
        -DSYNGAN_CSV=OFF -DSYNGAN_SQLITE=OFF
    cmake --build "$work/build" --parallel 2
    if readelf -d "$work/build/libsyngan.so" |
        grep -E 'NEEDED.*lib(png|z|csv|sqlite3)'; then
        echo "a library that can be left out is linked"
        exit 1
    fi
    ;;
*)
    echo "unknown kind $kind"
    exit 1
    ;;
esac
