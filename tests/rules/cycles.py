#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that no files of a module, and no modules, need each other in a circle:
who defines and who uses which symbol is read from the object files.

cycles.py OBJECTS   a file that lists the object files, a line each
"""
import collections
import pathlib
import re
import subprocess
import sys

import project

OURS = re.compile(r"(sg|syngan)_\w+")
UNDEFINED = "U"


def source(object_file):
    """The source that an object file was compiled from: lib/..."""
    return re.search(r"\.dir/(?:\./)?(lib/.*)\.o$", object_file).group(1)


def symbols(object_files):
    """(definitions: symbol -> source, uses: source -> symbols). Vector kernels
    are compiled once for each instruction set: one source, several objects."""
    definitions, uses = {}, collections.defaultdict(set)
    out = subprocess.run(["nm", "-g", "--print-file-name", *object_files],
                         check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        name, rest = line.rsplit(":", 1)
        kind, symbol = rest.split()[-2:]
        if not OURS.fullmatch(symbol):
            continue
        if kind == UNDEFINED:
            uses[source(name)].add(symbol)
        else:
            definitions[symbol] = source(name)
    return definitions, uses


def graph(definitions, uses, node):
    """user -> used -> {(using source, symbol)}, for what `node` makes of the
    sources; what it makes None of is left out."""
    edges = collections.defaultdict(lambda: collections.defaultdict(set))
    for user, names in uses.items():
        for symbol in names & definitions.keys():
            left, right = node(user), node(definitions[symbol])
            if None not in (left, right) and left != right:
                edges[left][right].add((user, symbol))
    return edges


def reachable(edges, start):
    found, todo = set(), [start]
    while todo:
        for target in edges.get(todo.pop(), ()):
            if target not in found:
                found.add(target)
                todo.append(target)
    return found


def cycles(edges):
    """Sets of nodes that reach each other: strongly connected components."""
    reach = {node: reachable(edges, node) for node in edges}
    done = set()
    for node in sorted(edges):
        if node not in done and node in reach[node]:
            members = {other for other in reach[node]
                       if node in reach.get(other, ())}
            done |= members
            yield members


def faults(edges):
    for members in cycles(edges):
        lines = [f"a cycle of {len(members)}:"]
        for left in sorted(members):
            for right in sorted(members & edges[left].keys()):
                lines += [f"  {left} -> {right}: {symbol}" +
                          (f" ({user})" if user != left else "")
                          for user, symbol in sorted(edges[left][right])]
        yield "\n".join(lines)


def module(path):
    """lib/storey/module; None for what stands above all modules."""
    parts = pathlib.PurePath(path).parts
    return "/".join(parts[:3]) if len(parts) > 3 else None


def main():
    listing = pathlib.Path(sys.argv[1]).read_text().split("\n")
    definitions, uses = symbols([line for line in listing if line])
    modules = sorted({module(path) for path in definitions.values()} -
                     {None})
    found = list(faults(graph(definitions, uses, module)))
    for one in modules:
        found += faults(graph(definitions, uses, lambda path:
                              path if module(path) == one else None))
    project.report(found, "files of a module, and modules, do not need each "
                   "other in a circle")


main()
