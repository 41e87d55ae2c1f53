#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every public function that may compute, read or print numbers
does so with floating-point control of the library's own: that its body starts
with SG_OWN_FLOATS. Functions that only ask for a value are free of it."""
import re

import project

GUARD = "SG_OWN_FLOATS;"
# Text of numbers, though the result is only its length.
WRITERS = {"syngan_model_summary", "syngan_program_report",
           "syngan_report_json", "syngan_synthesizer_schema",
           "syngan_table_cell", "syngan_table_schema", "syngan_trainer_report"}


def wanted():
    """Public functions that give a status or a node, and those that write."""
    names = set(WRITERS)
    for header in project.public_headers():
        names.update(re.findall(
            r"\bSYNGAN_API\s+(?:SYNGAN_CHECKED\s+)?"
            r"(?:syngan_status\s+|int32_t\s+(?=syngan_build)|syngan_node\s*\*)"
            r"\s*(syngan_\w+)\s*\(", project.code(header)))
    return names


def bodies(text):
    """Functions of a file with the start of their bodies; a macro's name has
    ## in it."""
    for match in re.finditer(r"\b(syngan_(?:\w|##)+)\(", text):
        depth, at = 1, match.end()
        while depth > 0 and at < len(text):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        body = re.match(r"[\s\\]*\{[\s\\]*", text[at:])
        if body:
            yield match.group(1), text[at + body.end():at + body.end() + 40]


def main():
    faults, defined = [], set()
    names = wanted()
    for path in project.library(".c"):
        text = project.without_comments(path.read_text())
        for name, body in bodies(text):
            defined.add(name)
            if ("##" in name or name in names) and not body.startswith(GUARD):
                faults.append(f"{project.name(path)}: {name}() does not start "
                              f"with {GUARD}")
    if len(defined & names) < len(names) // 2:
        faults.append("found hardly any public function")
    project.report(faults, "public functions compute with control of our own")


main()
