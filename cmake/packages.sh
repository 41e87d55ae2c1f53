#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034
# For scripts to read by ".": Debian packages that are needed, installed where they are
# missing and this may be done, else named.

PACKAGES_BUILD="gcc g++ cmake ninja-build pkg-config libdnnl-dev \
ocl-icd-opencl-dev libjansson-dev libxxhash-dev libpng-dev zlib1g-dev \
libcsv-dev libsqlite3-dev"
PACKAGES_TEST="libcmocka-dev python3"
PACKAGES_TEST_MORE="clang clang-format-14 valgrind abigail-tools git \
python3-numpy python3-pip locales ccache"

# missing PACKAGE...: prints those that are not installed.
missing() {
    for package; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        *" installed") ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

# install PACKAGE...: installs what is missing; 1 if that failed or this user
# may not, having named it.
install() {
    if ! command -v dpkg-query >/dev/null; then
        echo "This is not Debian. Needed, by Debian's names: $*"
        return 0
    fi
    wanted=$(missing "$@")
    if [ -z "$wanted" ]; then
        return 0
    fi
    as_root=
    if [ "$(id -u)" != 0 ]; then
        as_root=sudo
        if ! command -v sudo >/dev/null || ! { [ -t 0 ] || sudo -n true; }; then
            echo "Please install: apt-get install $wanted"
            return 1
        fi
    fi
    echo "Installing $wanted"
    # shellcheck disable=SC2086
    if ! $as_root apt-get -q update ||
        ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install \
            --no-install-recommends $wanted; then
        echo "Please install: apt-get install $wanted"
        return 1
    fi
}
