#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs arrow.py with python3, or what SYNGAN_TEST_PYTHON names.
#   arrow.sh LIBRARY, with SOURCE in the environment
exec "${SYNGAN_TEST_PYTHON:-python3}" "$SOURCE/tests/exchange/arrow.py" "$1" \
    "$SOURCE/examples/python"
