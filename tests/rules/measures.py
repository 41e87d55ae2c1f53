#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that evaluate.h and docs/measures.md list the measures as the registry
has them, and that no measure is named by a string in two places of lib/.

measures.py PROGRAM [refresh]   PROGRAM: list_measures; refresh: writes the
                                lists instead of comparing them
"""
import collections
import re
import subprocess
import sys
import textwrap

import project

HEADER = project.ROOT / "include" / "syngan" / "evaluate.h"
PAGE = project.ROOT / "docs" / "measures.md"
BEGIN, END = "measures: begin", "measures: end"

Measure = collections.namedtuple(
    "Measure", "name unit direction first second baselines definition")


def registry(program):
    lines = subprocess.run([program], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    return [Measure(*line.split("\t")) for line in lines]


def of_header(measures):
    """Lines of a comment: the name, and beside or below it the definition."""
    lines = []
    for m in measures:
        text = textwrap.wrap(m.definition, 80 - len(" *     "))
        mark = " (+)" if m.baselines else ""
        lines += [f" *   {m.name}{mark}"] + [f" *     {line}" for line in text]
    return lines


def of_page(measures):
    def cell(text):
        return text.replace("|", "\\|")

    def method(m):
        return " / ".join(filter(None, dict.fromkeys([m.first, m.second])))
    return ["| value | method | unit | better | baselines | definition |",
            "|---|---|---|---|---|---|"] + [
        f"| `{m.name}` | {cell(method(m))} | {m.unit} | {m.direction} | "
        f"{m.baselines} | {cell(m.definition)} |" for m in measures]


def replaced(path, lines):
    """The file's text with `lines` between its two marks."""
    old = path.read_text().split("\n")
    first = next(i for i, line in enumerate(old) if BEGIN in line)
    last = next(i for i, line in enumerate(old) if END in line)
    return "\n".join(old[:first + 1] + lines + old[last:])


def literals(text):
    """The strings of C code, those that stand beside each other joined."""
    text = re.sub(r"^\s*#.*$", "", project.without_comments(text), flags=re.M)
    for match in re.finditer(r'"(?:\\.|[^"\\])*"(?:\s*"(?:\\.|[^"\\])*")*',
                             text):
        yield "".join(re.findall(r'"((?:\\.|[^"\\])*)"', match.group()))


def named_twice(measures):
    names = {m.name for m in measures}
    places = collections.defaultdict(list)
    for path in project.library(".c", ".h"):
        for text in literals(path.read_text()):
            if text in names:
                places[text].append(project.name(path))
    return [f"{name} is named in {' and '.join(where)}"
            for name, where in sorted(places.items()) if len(where) > 1]


def main():
    program, *what = sys.argv[1:]
    measures = registry(program)
    faults = named_twice(measures)
    for path, lines in ((HEADER, of_header(measures)),
                        (PAGE, of_page(measures))):
        text = replaced(path, lines)
        if what == ["refresh"]:
            path.write_text(text)
        elif path.read_text() != text:
            faults.append(f"{project.name(path)} lists other measures than "
                          "lib/tables/eval/measure_list.h: "
                          f"measures.py {program} refresh")
    project.report(faults, "measures are one registry")


main()
