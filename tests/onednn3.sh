#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unpacks oneDNN 3.2 with the GNU OpenMP runtime into a folder, from PyPI:
#   sh tests/onednn3.sh FOLDER
#   cmake ... -Ddnnl_DIR=FOLDER/lib/cmake/dnnl
set -eu
prefix=$1
if [ -f "$prefix/lib/cmake/dnnl/dnnl-config.cmake" ]; then
    exit 0
fi
wheels=$prefix/wheels
mkdir -p "$wheels"
cat >"$wheels/requirements.txt" <<'END'
onednn-cpu-gomp==2023.2.0 --hash=sha256:2f22a54d6a890ed14bfa185d42a4be65d8b5b1df85dc1f0f3a9abe31620416fb
onednn-devel-cpu-gomp==2023.2.0 --hash=sha256:9763c69e8c907e119056bd52ad918ca84ac9ba939d130a99dfa95ccca3e5e284
END
python3 -m pip download -q --disable-pip-version-check --no-deps \
    --only-binary :all: --require-hashes -r "$wheels/requirements.txt" \
    -d "$wheels"
for wheel in "$wheels"/*.whl; do
    python3 -m zipfile -e "$wheel" "$wheels/content"
done
cp -R "$wheels"/content/*.data/data/. "$prefix"
rm -rf "$wheels"
