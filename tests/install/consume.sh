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

# abi VERSION: the binary interface's, major.minor before 1.0, else major.
abi() {
    case $1 in
    0.*) echo "${1%.*}" ;;
    *) echo "${1%%.*}" ;;
    esac
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
    version=$(pkg-config --modversion syngan)
    sed "s/VERSION/$version/;s/ABI/$(abi "$version")/" <<END | sort |
./cmake/syngan/dependencies.cmake
./cmake/syngan/syngan-config-version.cmake
./cmake/syngan/syngan-config.cmake
./cmake/syngan/syngan-shared.cmake
./cmake/syngan/syngan-static.cmake
./libsyngan.a
./libsyngan.so
./libsyngan.so.ABI
./libsyngan.so.VERSION
./pkgconfig/syngan-static.pc
./pkgconfig/syngan.pc
END
        diff - "$work/files"
    readelf -d "$libdir/libsyngan.so" | grep SONAME |
        grep -qF "[libsyngan.so.$(abi "$version")]"
    for text in LICENSE NOTICE; do
        file=$(find "$prefix" -name $text)
        diff "$SOURCE/$text" "$file"
    done
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
pkg_config_static) # with both libraries there
    test -e "$libdir/libsyngan.so"
    # shellcheck disable=SC2046
    compile "$CC" consumer.c -std=c11 \
        $(pkg-config --cflags --libs syngan-static)
    run "$work/consumer" static
    ;;
versions) # a package of another minor version does not fit
    version=$(pkg-config --modversion syngan)
    major=${version%%.*} minor=${version#*.}
    minor=${minor%%.*}
    for wanted in "$major.$minor" "$version"; do
        build_project -DCMAKE_PREFIX_PATH="$prefix" -DWANTED="$wanted"
    done
    if [ "$major" = 0 ] && build_project -DCMAKE_PREFIX_PATH="$prefix" \
        -DWANTED="$major.$((minor + 1))"; then
        echo "another minor version was accepted"
        exit 1
    fi
    ;;
old_cpp) # one sentence, not a page of them
    printf '#include <syngan.hpp>\nint main() { return 0; }\n' >"$work/old.cpp"
    for standard in c++98 c++11 c++14; do
        # shellcheck disable=SC2046
        if "$CXX" -std=$standard -fsyntax-only "$work/old.cpp" \
            $(pkg-config --cflags syngan) 2>"$work/errors"; then
            echo "$standard was accepted"
            exit 1
        fi
        test "$(grep -c 'error:' "$work/errors")" = 1
        grep -q 'needs C++17' "$work/errors"
    done
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
    "$PYTHON" "$SOURCE/tests/install/consumer.py" "$libdir/libsyngan.so"
    ;;
add_subdirectory) # the static library inside another project
    build_project -DSYNGAN_SOURCE="$SOURCE" -DBUILD_SHARED_LIBS=OFF
    libdir=/
    run "$work/build/consumer" static
    ;;
add_subdirectory_install) # the program starts from where it is installed
    for shared in "" -DBUILD_SHARED_LIBS=ON; do
        build_project -DSYNGAN_SOURCE="$SOURCE" ${shared:+"$shared"} \
            -DCMAKE_INSTALL_PREFIX="$work/apart"
        cmake --install "$work/build"
        mv "$work/build" "$work/gone" # what lies there does not help
        libdir=/
        run "$work/apart/bin/consumer" "$([ -n "$shared" ] && echo shared || echo static)"
        rm -rf "$work/gone" "$work/apart"
    done
    ;;
build_type_none) # as packagers build: no assertions
    cmake -S "$SOURCE" -B "$work/build" -DCMAKE_BUILD_TYPE=None \
        -DCMAKE_C_FLAGS=-O1 -DSYNGAN_EXAMPLES=OFF
    cmake --build "$work/build" --parallel 2
    if nm -D "$work/build/libsyngan.so" | grep __assert_fail ||
        readelf -d "$work/build/libsyngan.so" | grep -w RELR; then
        echo "assertions or packed relocations are in the library"
        exit 1
    fi
    ;;
options) # each file that an option changes compiles with all combinations
    files=$(grep -lE 'SYNGAN_HAVE_(PNG|ZLIB|CSV|SQLITE)' "$SOURCE"/lib/*/*/*.c)
    for png in "" -DSYNGAN_HAVE_PNG; do
        for zlib in "" -DSYNGAN_HAVE_ZLIB; do
            for csv in "" -DSYNGAN_HAVE_CSV; do
                for sqlite in "" -DSYNGAN_HAVE_SQLITE; do
                    # shellcheck disable=SC2046,SC2086
                    "$CC" -std=c11 -fsyntax-only -D_GNU_SOURCE -Wall -Wextra \
                        -Werror -I"$SOURCE/include" -I"$SOURCE/lib/core" \
                        -I"$SOURCE/lib/tables" -DSYNGAN_HAVE_TABLES \
                        $(pkg-config --cflags libpng) $png $zlib $csv $sqlite \
                        $files
                done
            done
        done
    done
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
