#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes and scores synthetic tables for tables.sh, which says how it is called.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

import table_data

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = os.path.join(HERE, "..", "build", "bench", "bench")
PROGRAM = os.path.join(BUILT, "bench_table")
JUDGE = os.path.join(BUILT, "bench_judge")
COLUMNS = ("quality", "shapes", "pairs", "trend", "c2st", "auc")
EPOCHS = {"credit": 300, "customers": 200, "taxis": 60, "adult": 30}
WHOSE = ("syngan", "ctgan")


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--seeds", default="1 2 3")
    parser.add_argument("--tables", default=" ".join(EPOCHS))
    parser.add_argument("--only", choices=WHOSE)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", default="out/tables")
    return parser.parse_args()


def make(whose, train, epochs, seed, threads, out):
    """A synthetic table and the line of its times."""
    if whose == "syngan":
        command = [PROGRAM, "-b", "-t", str(threads), "-e", str(epochs),
                   "-s", str(seed), "-o", out + ".part", train]
    else:
        command = [sys.executable, os.path.join(HERE, "peers_ctgan.py"), train,
                   "--threads", str(threads), "--epochs", str(epochs),
                   "--seed", str(seed), "--out", out + ".part"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    os.replace(out + ".part", out)


def score(train, test, target, independent, paths):
    """Scores of the training rows themselves, of independent columns, of the
    rows held out and of each synthetic table. Fails where the library's own
    evaluation says otherwise."""
    lines = subprocess.run(
        [sys.executable, os.path.join(HERE, "table_scores.py"), train, test,
         target, independent, *paths, "--judge", JUDGE], check=True,
        stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in lines.decode().splitlines()]


def cell(scores, name):
    """Mean, and in parentheses the least and the greatest."""
    values = [one[name] for one in scores if name in one]
    if not values:
        return "–"
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return (f"{statistics.mean(values):.3f} "
            f"({min(values):.3f}–{max(values):.3f})")


def show(name, epochs, rows, scores):
    for who, mine in scores.items():
        print(f"| {name}, {rows} rows, {epochs} epochs | {who} | "
              + " | ".join(cell(mine, what) for what in COLUMNS) + " |",
              flush=True)


def compare(chosen, name, seeds):
    epochs = max(1, EPOCHS[name] // (10 if chosen.quick else 1))
    train, test = (os.path.join(chosen.out, f"{name}_{part}.csv")
                   for part in ("train", "test"))
    made = {}
    for who in WHOSE:
        if chosen.only in (None, who):
            made[who] = [os.path.join(chosen.out, f"{who}_{name}_{seed}.csv")
                         for seed in seeds]
            for seed, path in zip(seeds, made[who]):
                if not os.path.exists(path):
                    make(who, train, epochs, seed, chosen.threads, path)
    paths = sum(made.values(), [])
    independent = os.path.join(chosen.out, f"{name}_independent.csv")
    found = score(train, test, table_data.TABLES[name][1], independent, paths)
    with open(os.path.join(chosen.out, f"{name}.json"), "w") as file:
        json.dump(found, file, indent=1)
    by_path = dict(zip(paths, found[3:]))
    scores = {"the real rows": found[:1], "independent columns": found[1:2],
              "held-out real rows": found[2:3]}
    scores.update((who, [by_path[path] for path in made[who]])
                  for who in made)
    with open(train) as file:
        show(name, epochs, sum(1 for _ in file) - 1, scores)


def main():
    chosen = options()
    if chosen.quick:
        chosen.seeds, chosen.out = "1", chosen.out + "-quick"
    table_data.prepare(chosen.data, chosen.out)
    print("| table | made by | quality | shapes | related pairs | all pairs | "
          "C2ST | AUC |\n|---|---|---|---|---|---|---|---|", flush=True)
    for name in chosen.tables.split():
        compare(chosen, name, chosen.seeds.split())


main()
