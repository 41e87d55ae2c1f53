#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the functions that the headers declare, those that the version
script lists and those that the shared library exports are the same, and that
the static library's other symbols start with sg_.

symbols.py SHARED STATIC   checks
symbols.py --write         lists new functions in the version script
"""
import re
import subprocess
import sys

import project

MAP = project.ROOT / "cmake" / "syngan.map"
NODE = f"SYNGAN_{project.abi_version()}"


def declared():
    return {name for header in project.public_headers()
            for name, _ in project.declarations(header)}


def listed():
    text = project.without_comments(MAP.read_text())
    return set(re.findall(r"^\s*(syngan_\w+);", text, flags=re.M))


def exported(shared):
    """Symbols with their versions, without the versions' own."""
    out = subprocess.run(["nm", "-D", "--defined-only", shared], check=True,
                         capture_output=True, text=True).stdout
    symbols = [line.split() for line in out.splitlines()]
    return {symbol for _, kind, symbol in symbols if kind != "A"}


def archived(static):
    out = subprocess.run(["nm", "-g", "--defined-only", static], check=True,
                         capture_output=True, text=True).stdout
    return {line.split()[2] for line in out.splitlines()
            if len(line.split()) == 3}


def differences(title, left, right):
    return [f"{title}: {symbol}" for symbol in sorted(left - right)]


def main():
    if sys.argv[1:] == ["--write"]:
        lines = [f"    {name};\n" for name in sorted(declared())]
        MAP.write_text("# The symbols that the shared library shows.\n"
                       "SYNGAN_@SYNGAN_ABI@ {\nglobal:\n{''.join(lines)}"
                       "local:\n    *;\n};\n")
        return
    shared, static = sys.argv[1:]
    headers, script, library = declared(), listed(), exported(shared)
    versioned = {f"{name}@@{NODE}" for name in script}
    foreign = {symbol for symbol in archived(static)
               if not re.match(r"(syngan_|sg_)", symbol)}
    hidden = {symbol for symbol in archived(static)
              if symbol.startswith("syngan_")}
    project.report(
        differences("declared, not in the version script", headers, script) +
        differences("in the version script, not declared", script, headers) +
        differences("listed, not exported", versioned, library) +
        differences("exported, not listed", library, versioned) +
        differences("syngan_ in the archive, not declared", hidden, headers) +
        differences("in the archive, not sg_", foreign, set()),
        "declared = listed = exported, all others start with sg_")


main()
