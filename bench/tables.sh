#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How good are synthetic tables? Learns four real tables with several seeds, with
# the library and with the ctgan package from PyPI, in equally many epochs, and
# scores what both make, beside independent columns (the real table shuffled
# column by column) and real rows held out, by SDMetrics and XGBoost; fails where
# the library's own evaluation says otherwise. Installs what is missing (Debian
# 12; Python's packages into build/peers), builds, prints a table in Markdown to
# stdout and leaves tables and scores in out/tables.
#
#   sh bench/tables.sh DATA [--seeds "1 2 3"] [--tables "credit adult"]
#                      [--only syngan|ctgan] [--threads N] [--quick] [--out DIR]
#     DATA         folder with adult/, german_credit/, taxis/, online_retail/,
#                  as table_data.py reads them
#     --quick      one seed and a tenth of the epochs: does it all work?
#   SYNGAN_PEERS   a Python that has the packages, used instead
#
# What is there in the folder for results is not made again.
set -eu
if [ $# -lt 1 ]; then
    sed -n '3,20s/^# \{0,1\}//p' "$0"
    exit 2
fi
data=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
. bench/build.sh

install python3-venv >&2 || exit 1
python=${SYNGAN_PEERS:-build/peers/bin/python}
if [ -z "${SYNGAN_PEERS:-}" ]; then
    [ -x "$python" ] || python3 -m venv build/peers
    "$python" -m pip install -q --disable-pip-version-check \
        --only-binary :all: ctgan sdmetrics scikit-learn xgboost-cpu >&2
fi
exec "$python" bench/tables.py "$data" "$@"
