#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every public function and every options struct has a comment:
directly before it, or before the block of lines (without an empty one) that it
stands in; syngan_x_free is described once, in base.h. And that syngan.hpp calls
every public function."""
import re

import project


def block_start(lines, index):
    """The first line of the block that line `index` stands in."""
    while index > 0 and lines[index - 1].strip():
        index -= 1
    return index


def has_comment(lines, index):
    """A doc comment stands in the block before the line or ends its own."""
    block = lines[block_start(lines, index):index]
    end = index
    while ";" not in lines[end]:
        end += 1
    return any("*/" in line for line in block) or "/**<" in lines[end]


def main():
    faults = []
    cpp = (project.ROOT / "include" / "syngan.hpp").read_text()
    for header in project.public_headers():
        lines = header.read_text().splitlines()
        things = [(name, line) for name, line in project.declarations(header)
                  if not name.endswith("_free")]
        for number, line in enumerate(lines, 1):
            match = re.match(r"typedef struct (syngan_\w+) {", line)
            if match and not match.group(1).endswith("_options"):
                things.append((match.group(1), number))
        faults += [f"{project.name(header)}:{line}: {name} has no comment"
                   for name, line in things
                   if not has_comment(lines, line - 1)]
        faults += [f"{name} is missing in syngan.hpp"
                   for name, _ in project.declarations(header)
                   if not re.search(rf"\b{name}\b", cpp)]
    project.report(faults, "what is public is described where it is declared, and "
                   "can be called from C++")


main()
