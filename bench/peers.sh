#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares the library with PyTorch, TensorFlow and ctgan from PyPI, side by side,
# alone on the machine. Installs what is missing (Debian 12; the frameworks
# into build/peers), builds, prints tables to stdout and writes all figures to
# out/peers.json.
#
#   sh bench/peers.sh [--threads N] [--rounds N] [--turns N] [--quick]
#                     [--out FILE] [--table FILE.csv] [--modes MODE ...]
#                     [--subjects iteration|sampling|dense|table ...]
#   SYNGAN_PEERS   a Python that has the frameworks, used instead
set -eu
cd "$(dirname "$0")/.."
. bench/build.sh

# torch.compile() needs Python's headers and a compiler.
install python3-venv python3-dev >&2 || exit 1
python=${SYNGAN_PEERS:-build/peers/bin/python}
if [ -z "${SYNGAN_PEERS:-}" ]; then
    [ -x "$python" ] || python3 -m venv build/peers
    for package in torch numpy tensorflow-cpu ctgan; do
        "$python" -m pip install -q --disable-pip-version-check \
            --only-binary :all: "$package" >&2 || true
    done
fi

frameworks=
for name in torch tensorflow; do
    if "$python" -c "import $name" 2>build/bench/import.txt; then
        frameworks="$frameworks $name"
    else
        echo "Left out: $name ($(tail -n 1 build/bench/import.txt))"
    fi
done
# shellcheck disable=SC2086
exec python3 bench/compare.py --python "$python" "$@" --frameworks $frameworks
