#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants faults in the library, one at a time, and sees whether the tests find
them: applies each of the lists *.txt to a copy of the project, builds the tests
that are named with it and runs them. Fails where fewer than 95 % are caught, or
where a fault can't be planted any more.

    run.py [--work DIR] [--only REGEX] [--jobs N]

A list has for each fault

    @ module/file test ...      the tests as ctest names them
    ~ text                      optional: the fault is behind this text
    - lines that are taken out
    + lines that are put in their place; none at all is possible

Blanks don't matter in what is looked for, and it must be there once (or first
behind ~). With --work the copy and its build are kept for the next time."""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PARTS = ["cmake", "examples", "include", "lib", "tests", "CMakeLists.txt",
         "CMakePresets.json", "LICENSE", "NOTICE", "README.md", "docs", "bench"]
WANTED = 0.95
SECONDS = 600  # of a test; a fault may be an endless loop


class Fault:
    def __init__(self, head, place):
        name, *self.tests = head.split()
        self.file = next((str(path.relative_to(ROOT)) for path in
                          sorted((ROOT / "lib").glob(f"**/{name}"))), name)
        self.place, self.behind, self.old, self.new = place, "", [], []

    def pattern(self):
        words = re.findall(r"\w+|[^\w\s]", "\n".join(self.old))
        return re.compile(r"\s*".join(re.escape(word) for word in words))

    def apply(self, text):
        """The text with the fault in it, or None."""
        start = text.find(self.behind)
        found = list(self.pattern().finditer(text, max(start, 0)))
        if start < 0 or not found or (len(found) > 1 and not self.behind):
            return None
        first = found[0]
        return text[:first.start()] + "\n".join(self.new) + text[first.end():]

    def title(self):
        return f"{self.place} {self.file}: {' '.join(self.old)[:60]}"


def read_faults(word):
    faults = []
    for path in sorted(HERE.glob("*.txt")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            mark, text = line[:1], line[2:]
            if mark == "@":
                faults.append(Fault(text, f"{path.name}:{number}"))
            elif mark == "~":
                faults[-1].behind = text
            elif mark == "-":
                faults[-1].old.append(text)
            elif mark == "+":
                faults[-1].new.append(text)
    return [fault for fault in faults
            if re.search(word, f"{fault.place} {fault.file} {fault.tests}")]


def call(command, where, seconds=None):
    """Whether it succeeds; prints what it said if `seconds` are not given."""
    try:
        done = subprocess.run(command, cwd=where, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode != 0 and seconds is None:
        print(done.stdout[-3000:])
    return done.returncode == 0


class Copy:
    def __init__(self, work, jobs):
        self.tree, self.build, self.jobs = work / "tree", work / "build", jobs
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, self.tree / part, symlinks=True,
                                dirs_exist_ok=True)
            else:
                self.tree.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / part, self.tree / part)
        if not call(["cmake", "--preset", "test", "-B", str(self.build),
                     "-DSYNGAN_WERROR=OFF", "-DSYNGAN_EXAMPLES=OFF"],
                    self.tree):
            sys.exit("the copy can't be configured")

    def make(self, tests):
        targets = ["test_" + test.replace("/", "_") for test in tests]
        return call(["cmake", "--build", str(self.build), f"-j{self.jobs}",
                     "--target", *targets], self.tree)

    def failing(self, tests):
        """The first of the tests that fails, or None."""
        for test in tests:
            if not call(["ctest", "-R", f"^{test}$", "--no-tests=error",
                         "--timeout", str(SECONDS)], self.build, SECONDS + 60):
                return test
        return None


def plant(copy, fault):
    """What became of the fault."""
    path = copy.tree / fault.file
    if not path.exists():
        return "can't be planted"
    before = path.read_text()
    after = fault.apply(before)
    if after is None:
        return "can't be planted"
    try:
        path.write_text(after)
        if not copy.make(fault.tests):
            return "does not compile"
        return "caught" if copy.failing(fault.tests) else "not caught"
    finally:
        path.write_text(before)


def run(work, options):
    faults = read_faults(options.only)
    copy = Copy(work, options.jobs)
    tests = sorted({test for fault in faults for test in fault.tests})
    failing = copy.failing(tests) if copy.make(tests) else "building them"
    if failing:
        sys.exit(f"{failing} fails without any fault")
    results = []
    for fault in faults:
        results.append(plant(copy, fault))
        print(f"{results[-1]}: {fault.title()}", flush=True)
    caught, planted = results.count("caught"), len(results)
    print(f"{caught} of {planted} caught")
    unusable = planted - caught - results.count("not caught")
    return 1 if unusable > 0 or caught < WANTED * planted else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--only", default="", metavar="REGEX")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.work is not None:
        sys.exit(run(options.work.resolve(), options))
    with tempfile.TemporaryDirectory(prefix="syngan-mutations-") as folder:
        sys.exit(run(pathlib.Path(folder), options))


if __name__ == "__main__":
    main()
