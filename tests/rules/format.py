#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that C and C++ sources look as clang-format 14 writes them."""
import re
import shutil
import subprocess
import sys

import project

PATTERNS = [f"*.{suffix}" for suffix in ("c", "h", "cpp", "hpp")]


def clang_format():
    """The program of version 14: other versions format otherwise."""
    for program in ("clang-format-14", "clang-format"):
        if shutil.which(program):
            version = subprocess.run([program, "--version"], text=True,
                                     capture_output=True).stdout
            if re.search(r"version 14\.", version):
                return program
    return None


def main():
    program = clang_format()
    if not program:
        print("skipped: no clang-format 14")
        sys.exit(77)
    result = subprocess.run(
        [program, "--dry-run", "-Werror", *project.files(*PATTERNS)],
        capture_output=True, text=True)
    faults = [line for line in result.stderr.splitlines() if ": error: " in line]
    if result.returncode and not faults:
        faults = [result.stderr]
    project.report(faults, "sources are written by clang-format -i")


main()
