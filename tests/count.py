# SPDX-License-Identifier: Apache-2.0
"""Counts single test cases: reads ctest's JUnit file, in which programs of
cmocka wrote TAP, and appends a line "passed|failed|skipped STAGE/TEST: CASE"
for each to a file.

    count.py STAGE JUNIT-FILE RESULT-FILE
"""
import re
import sys
import xml.etree.ElementTree

CASE = re.compile(r"^(not )?ok \d+ (# SKIP |- )(.*)$")


def cases(test):
    """[(status, name of a case)] of one ctest."""
    output = test.findtext("system-out") or ""
    status = "passed" if test.get("status") == "run" else "failed"
    skipped = test.find("skipped")
    if skipped is not None:
        # Not run for want of a program or a fixture is no skip.
        if not skipped.get("message", "").startswith("SKIP_RETURN_CODE"):
            return [("failed", skipped.get("message"))]
        reason = re.search(r"skipped: (.*)", output)
        return [("skipped", reason.group(1) if reason else "")]
    found = []
    for line in output.splitlines():
        match = CASE.match(line)
        if match:
            refused, kind, name = match.groups()
            found.append(("skipped" if "SKIP" in kind else
                          "failed" if refused else "passed", name))
    if not found:
        return [(status, "")]
    # A crash, a leak or a sanitizer's complaint after the last case.
    if status == "failed" and all(each != "failed" for each, _ in found):
        found.append(("failed", "the whole program"))
    return found


def main():
    stage, junit, results = sys.argv[1:]
    try:
        tests = xml.etree.ElementTree.parse(junit).getroot().iter("testcase")
        lines = [f"{status} {stage}/{test.get('name')}" +
                 (f": {name}" if name else "")
                 for test in tests for status, name in cases(test)]
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        lines = [f"failed {stage}: no results: {error}"]
    with open(results, "a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


main()
