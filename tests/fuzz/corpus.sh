#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The inputs of a fuzzer are packed, one archive for each: corpus/SUBJECT.tar.xz.
#
#   sh tests/fuzz/corpus.sh unpack SUBJECT FOLDER   its inputs as files
#   sh tests/fuzz/corpus.sh pack SUBJECT FOLDER     the files of FOLDER become
#                                                   its inputs
set -eu
usage() {
    sed -n '3,7s/^# \{0,1\}//p' "$0"
    exit 2
}
[ $# = 3 ] || usage
archive=$(cd "$(dirname "$0")" && pwd)/corpus/$2.tar.xz
case $1 in
unpack)
    mkdir -p "$3"
    tar -xJf "$archive" -C "$3"
    ;;
pack)
    # Equal files give equal archives.
    (cd "$3" && find . -maxdepth 1 -type f ! -name '.*' -printf '%f\n' |
        LC_ALL=C sort | tar -cJf "$archive" --owner=0 --group=0 --numeric-owner \
        --mode=0644 --mtime=@0 --format=ustar -T -)
    ;;
*) usage ;;
esac
