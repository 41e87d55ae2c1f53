#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing (Debian 12), builds, and measures the library, alone
# on the machine: tables to stdout, all figures to out/bench.json.
#
#   sh bench/run.sh [--threads N] [--rounds N] [--turns N] [--quick]
#                   [--out FILE]
set -eu
cd "$(dirname "$0")/.."
. bench/build.sh
exec python3 bench/measure.py "$@"
