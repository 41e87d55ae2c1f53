#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that each public header compiles alone, as C11 and as C++17, with gcc
and clang and all warnings as errors; and each internal header as C11."""
import concurrent.futures
import os
import shutil
import subprocess
import sys

import project

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
            "-Werror"]
PUBLIC = ["-I", project.ROOT / "include"]
INTERNAL = PUBLIC + ["-I", project.ROOT / "lib" / "core",
                     "-I", project.ROOT / "lib" / "tables", "-D_GNU_SOURCE",
                     "-DSG_SIMD_SUFFIX=_avx2", "-mavx2", "-mfma"]
C11 = ["-x", "c", "-std=c11", "-Wstrict-prototypes"]
CPP17 = ["-x", "c++", "-std=c++17", "-Wold-style-cast"]


def compile_header(compiler, flags, header):
    """The compiler's first complaint about a source that includes the header
    (twice: its guard must hold), or None."""
    source = f'#include "{header}"\n' * 2 + "extern int not_empty;\n"
    result = subprocess.run(
        [compiler, "-fsyntax-only", *flags, *WARNINGS, "-"],
        input=source, capture_output=True, text=True)
    if result.returncode == 0:
        return None
    lines = [line for line in result.stderr.splitlines() if "error" in line]
    return (lines or result.stderr.splitlines() or ["failed"])[0]


def main():
    pairs = [pair for pair in (("gcc", "g++"), ("clang", "clang++"))
             if shutil.which(pair[0]) and shutil.which(pair[1])]
    if not pairs:
        print("skipped: neither gcc and g++ nor clang and clang++")
        sys.exit(77)
    top = [project.ROOT / "include" / "syngan.h"]
    jobs = []
    for c, cpp in pairs:
        for header in project.public_headers() + top:
            jobs.append((c, C11 + PUBLIC, header))
            jobs.append((cpp, CPP17 + PUBLIC, header))
        jobs.append((cpp, CPP17 + PUBLIC,
                     project.ROOT / "include" / "syngan.hpp"))
    c = pairs[0][0]
    for header in project.library(".h"):
        # Lists are made of a macro that whoever includes them defines.
        if not header.stem.endswith("list"):
            jobs.append((c, C11 + INTERNAL, header))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = pool.map(lambda job: compile_header(*job), jobs)
    faults = [f"{compiler}: {project.name(header)}: {complaint}"
              for (compiler, _, header), complaint in zip(jobs, complaints)
              if complaint]
    project.report(faults, "each header compiles alone")


main()
