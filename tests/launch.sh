#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a test program, under SYNGAN_TEST_LAUNCHER if that is set (a command
# like "valgrind -q").
# shellcheck disable=SC2086
exec $SYNGAN_TEST_LAUNCHER "$@"
