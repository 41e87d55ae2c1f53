#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the library: runs the built programs in turns, writes the results
as JSON and prints them as tables (report.py). run.sh builds, then calls this.
"""
import os
import re
import subprocess
import tempfile

import report
import turns

TYPES = {"f32": [], "bf16": ["-h"]}
BATCHES = [1, 4, 16, 64, 256, 1024]
PIXELS = [28, 40, 52, 64, 80, 96, 112, 128]
# A line of a program's report: kernel, KiB moved, microseconds.
KERNEL = re.compile(r"^.{22} (.{22}) \[[^]]*\] +\S+ +([\d.]+) +([\d.]+)")


def pair(iteration, floor, chosen):
    """Iteration and floor of each type, with one thread and with more."""
    commands = {}
    for kind, flags in TYPES.items():
        for threads in sorted({1, chosen.threads}):
            common = ["-t", threads, "-n", chosen.turns, *flags]
            commands[f"iteration {kind} {threads}"] = [iteration, *common]
            commands[f"floor {kind} {threads}"] = [floor, *common]
    return turns.in_turns(commands, chosen.rounds)


def others(iteration, chosen):
    """Sampling and the small dense pair."""
    common = [iteration, "-t", chosen.threads]
    commands = {
        f"sampling {kind}":
            [*common, "-i", "-b", 512, "-n", chosen.turns, *flags]
        for kind, flags in TYPES.items()}
    commands["dense f32"] = [*common, "-d", 128, "-n", 20 * chosen.turns]
    return turns.in_turns(commands, chosen.rounds)


def growth(iteration, chosen, flag, sizes):
    """Cost by a size: fewer turns, since the large ones take seconds."""
    commands = {
        f"{flag} {size}": [iteration, "-t", chosen.threads, flag, size,
                           "-n", min(chosen.turns, 4)]
        for size in (sizes[:2] if chosen.quick else sizes)}
    return list(turns.in_turns(commands, min(chosen.rounds, 2)).values())


def operators(program_report):
    """[{kernel, calls, ms, kib}] of an iteration, the slowest first."""
    kernels = {}
    for line in program_report.splitlines():
        match = KERNEL.match(line)
        if match:
            name = match.group(1).strip()
            entry = kernels.setdefault(
                name, {"kernel": name, "calls": 0, "ms": 0.0, "kib": 0.0})
            entry["calls"] += 1
            entry["kib"] += float(match.group(2))
            entry["ms"] += float(match.group(3)) / 1e3
    return sorted(kernels.values(), key=lambda entry: -entry["ms"])


def floor_parts(lines):
    """[{layer, product, times, ms, gfs, implementation}] from the floor's
    table."""
    names = ["layer", "product", "times", "ms", "gfs", "implementation"]
    rows = [re.split(r"  +", line.strip()) for line in lines.splitlines()[1:]]
    return [dict(zip(names, [layer, product, int(times), float(ms), float(gfs),
                             implementation]))
            for layer, product, times, ms, gfs, implementation in rows]


def parts(program, chosen, parse):
    """By type, what a program's table of parts says."""
    found = {}
    for kind, flags in TYPES.items():
        result, errors = turns.run([program, "-t", chosen.threads, "-n",
                                    chosen.turns, "-p", *flags])
        found[kind] = [] if "failed" in result else parse(errors)
    return found


def stripped_size(library):
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "stripped")
        subprocess.run(["strip", "-o", copy, library], check=True)
        return os.path.getsize(copy)


def main():
    chosen = turns.read(turns.options(__doc__))
    iteration = os.path.join(chosen.build, "bench", "bench_iteration")
    floor = os.path.join(chosen.build, "bench", "bench_floor")
    data = {
        "machine": turns.machine(),
        "settings": {"threads": chosen.threads, "rounds": chosen.rounds,
                     "turns": chosen.turns},
        "pair": pair(iteration, floor, chosen),
        "others": others(iteration, chosen),
        "operators": parts(iteration, chosen, operators),
        "floor_parts": parts(floor, chosen, floor_parts),
        "batch": growth(iteration, chosen, "-b", BATCHES),
        "pixels": growth(iteration, chosen, "-s", PIXELS),
        "library_bytes":
            stripped_size(os.path.join(chosen.build, "libsyngan.so")),
    }
    turns.write(chosen.out or "out/bench.json", data)
    print(report.markdown(data))


if __name__ == "__main__":
    main()
