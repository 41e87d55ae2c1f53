#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a script of this directory with python3, or what SYNGAN_TEST_PYTHON names.
#   python.sh SCRIPT LIBRARY, with SOURCE in the environment
exec "${SYNGAN_TEST_PYTHON:-python3}" "$SOURCE/tests/exchange/$1" "$2" \
    "$SOURCE/examples/python"
