# SPDX-License-Identifier: Apache-2.0
"""What the measuring scripts share: programs that print a line of JSON, run in
turns so that what disturbs the machine disturbs all of them, best of each."""
import argparse
import json
import os
import platform
import re
import subprocess
import sys


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--build", default="build/bench",
                        help="folder of the built programs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5,
                        help="processes of each side, alternating")
    parser.add_argument("--turns", type=int, default=10,
                        help="measured iterations in a process")
    parser.add_argument("--quick", action="store_true",
                        help="a trial: one round, two turns, small sizes")
    parser.add_argument("--out", help="the JSON file")
    return parser


def read(parser):
    """The options, with what --quick means filled in."""
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.turns = 1, 2
    return chosen


def run(command):
    """What a program printed: its JSON (or why there is none) and its stderr.
    """
    result = subprocess.run([str(word) for word in command], text=True,
                            capture_output=True)
    lines = result.stdout.strip().splitlines()
    if result.returncode == 0 and lines:
        return json.loads(lines[-1]), result.stderr
    errors = result.stderr.strip().splitlines()
    return {"failed": errors[-1] if errors
            else f"exit status {result.returncode}"}, result.stderr


def merge(best, other):
    """Best of two results: the smaller times, the greater memory."""
    if best is None or "failed" in other:
        return other
    if "failed" in best:
        return best
    merged = dict(min(best, other, key=lambda result: result["best_ms"]))
    for key, choose in (("first_step_s", min), ("peak_mib", max)):
        if key in merged:
            merged[key] = choose(best[key], other[key])
    return merged


def in_turns(commands, rounds):
    """{label: command} -> {label: best result}. One that failed is not run
    again."""
    results = dict.fromkeys(commands)
    for number in range(rounds):
        for label, command in commands.items():
            if results[label] is None or "failed" not in results[label]:
                print(f"round {number + 1} of {rounds}: {label}",
                      file=sys.stderr)
                results[label] = merge(results[label], run(command)[0])
    return results


def milliseconds(result):
    """Best time, or None where it failed."""
    return result.get("best_ms") if result else None


def ratio(numerator, denominator):
    return numerator / denominator if numerator and denominator else None


def text(value, digits=2, unit=""):
    return "-" if value is None else f"{value:.{digits}f}{unit}"


def table(header, rows):
    """Markdown; all but the first column to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |"
                     for line in lines) + "\n"


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*: (.*)", file.read(), re.M)
    return {"processor": model.group(1) if model else platform.processor(),
            "cores": len(os.sched_getaffinity(0)),
            "load": os.getloadavg()[0],
            "system": platform.platform()}


def write(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
    print(f"Written: {path}", file=sys.stderr)
