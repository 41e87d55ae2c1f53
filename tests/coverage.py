#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which lines and branches of the library the tests have run, by gcov: adds up
the counters of a build with --coverage, for each module, and with --files for
each file. A branch counts once, in whatever object it was taken.

    coverage.py BUILD [--files]"""
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def reports(build):
    """gcov's report of each object of the library that has run."""
    counters = [path.resolve() for path in build.rglob("*.gcda")
                if "/lib/" in str(path)
                and "tests" not in path.relative_to(build).parts]
    with tempfile.TemporaryDirectory() as folder:
        for counter in counters:
            subprocess.run(["gcov", "--json-format", "--branch-probabilities",
                            str(counter)], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for path in pathlib.Path(folder).glob("*.gcov.json.gz"):
                yield json.loads(gzip.decompress(path.read_bytes()))
                path.unlink()


def collect(build):
    """By file: counts of its lines, and of its branches by line and number."""
    lines = collections.defaultdict(collections.Counter)
    branches = collections.defaultdict(collections.Counter)
    for report in reports(build):
        for file in report["files"]:
            path = pathlib.Path(report["current_working_directory"],
                                file["file"]).resolve()
            if ROOT / "lib" not in path.parents:
                continue
            for line in file["lines"]:
                number = line["line_number"]
                lines[path][number] += line["count"]
                for i, branch in enumerate(line["branches"]):
                    branches[path][number, i] += branch["count"]
    return lines, branches


def share(counters):
    total = sum(len(counter) for counter in counters)
    hit = sum(count > 0 for counter in counters for count in counter.values())
    return 100.0 * hit / total if total else 100.0


def main():
    lines, branches = collect(pathlib.Path(sys.argv[1]))
    groups = collections.defaultdict(list)
    for path in lines:
        name = path.relative_to(ROOT / "lib")
        groups[str(name if "--files" in sys.argv else name.parent)].append(path)
    groups["all"] = list(lines)
    print(f"{'':40} lines  branches")
    for name, paths in sorted(groups.items()):
        print(f"{name:40} {share([lines[path] for path in paths]):5.1f} "
              f"{share([branches[path] for path in paths]):9.1f}")


main()
