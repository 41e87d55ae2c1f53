#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks all text files: no words that announce unfinished work, no trailing
blanks, a line end at the end, and a licence line at the top of source files."""
import re

import project

UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
LICENSED = {".c", ".h", ".hpp", ".cpp", ".py", ".sh"}
GENERATED = {".json", ".abi", ".svg"}


def main():
    faults = []
    for path in project.files():
        data = path.read_bytes()
        if (b"\0" in data or path.name == "LICENSE"
                or "tests/fuzz/corpus/" in project.name(path)):
            continue
        text = data.decode("utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if UNFINISHED.search(line):
                faults.append(f"{project.name(path)}:{number}: {line.strip()}")
            if line != line.rstrip() and path.suffix not in GENERATED:
                faults.append(f"{project.name(path)}:{number}: blank at the end")
        if text and not text.endswith("\n") and path.suffix not in GENERATED:
            faults.append(f"{project.name(path)}: no line end at its end")
        if (path.suffix in LICENSED and "SPDX-License-Identifier: Apache-2.0"
                not in "".join(text.splitlines()[:3])):
            faults.append(f"{project.name(path)}: no licence line at the top")
    project.report(faults, "files are finished, tidy and licensed")


main()
