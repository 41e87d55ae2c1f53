#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Follows CONTRIBUTING.md: adds the operator that it shows to a copy of the
project, from the page's own text, builds it and runs its test; and looks
whether all files that the page names are there."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import project

PAGE = project.ROOT / "CONTRIBUTING.md"
PARTS = ["cmake", "include", "lib", "tests", "CMakeLists.txt",
         "CMakePresets.json", "LICENSE", "NOTICE"]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout[-4000:])
        sys.exit(f"failed: {' '.join(map(str, command))}")


def apply(page, tree):
    """Writes the blocks that name a file; lines with a + are added to it."""
    blocks = re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", page,
                        flags=re.M | re.S)
    for kind, name, text in blocks:
        path = tree / name
        if kind == "diff":
            lines = [line[1:] for line in text.splitlines()
                     if line.startswith("+")]
            path.write_text(path.read_text() + "\n".join(lines) + "\n")
        else:
            path.write_text(text)
    return [name for _, name, _ in blocks]


def names_fault(page, made):
    """Files in back quotes that are nowhere."""
    faults = []
    for name in re.findall(r"`([\w/.*-]+/[\w.*-]+)`", page):
        places = [name, f"lib/core/{name}", f"lib/tables/{name}",
                  f"include/syngan/{name}"]
        if name in made or name.startswith(("rules/", "op/cube")):
            continue
        if not any(next(project.ROOT.glob(place.rstrip("/*") + "*"), None)
                   for place in places):
            faults.append(f"{PAGE.name}: there is no {name}")
    return faults


def main():
    page = PAGE.read_text()
    with tempfile.TemporaryDirectory() as directory:
        tree = pathlib.Path(directory) / "tree"
        tree.mkdir()
        for part in PARTS:
            source = project.ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(
                source, tree / part)
        made = apply(page, tree)
        faults = names_fault(page, made)
        build = pathlib.Path(directory) / "build"
        run("cmake", "-S", tree, "-B", build, "-DCMAKE_BUILD_TYPE=Debug",
            "-DCMAKE_C_FLAGS=-O0 -g0", "-DSYNGAN_TESTS=ON",
            "-DSYNGAN_WERROR=ON", "-DSYNGAN_EXAMPLES=OFF")
        run("cmake", "--build", build, "--parallel", str(os.cpu_count()),
            "--target", "test_op_cube")
        run(build / "tests" / "test_op_cube")
    project.report(faults, "CONTRIBUTING.md is true")


main()
