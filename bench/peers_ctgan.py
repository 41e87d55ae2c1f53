#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The ctgan package on a table: times of its phases as one line of JSON, and a
synthetic table.

    peers_ctgan.py TABLE.csv [--epochs N] [--rows N] [--seed N] [--threads N]
                   [--out SYNTHETIC.csv]

It knows no times and no missing numbers, so times are given to it as seconds
and missing numbers as the mean; a text that is missing is a category.
"""
import argparse
import json
import resource
import time
import warnings

warnings.filterwarnings("ignore")
start = time.perf_counter()
import pandas as pd
import torch
from ctgan import CTGAN
from ctgan.data_transformer import DataTransformer
imported = time.perf_counter() - start



def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out")
    return parser.parse_args()


def read(path):
    """The table, its discrete columns, and those that are times."""
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    discrete, times = [], {}
    for name in table:
        column = table[name]
        if column.dtype != object:
            table[name] = column.fillna(column.mean())
            continue
        try:
            seen = pd.to_datetime(column, format="%Y-%m-%d %H:%M:%S")
            table[name] = seen.astype("int64") / 1e9
            times[name] = seen
        except ValueError:
            table[name] = column.fillna("(missing)")
            discrete.append(name)
    return table, discrete, times


def timed(seconds, name):
    """Counts the time of a method of the transformer."""
    method = getattr(DataTransformer, name)

    def call(*arguments, **named):
        began = time.perf_counter()
        result = method(*arguments, **named)
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - began
        return result
    setattr(DataTransformer, name, call)


def main():
    chosen = options()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    seconds = {}
    for name in ("fit", "transform"):
        timed(seconds, name)
    began = time.perf_counter()
    table, discrete, times = read(chosen.table)
    load = time.perf_counter() - began
    model = CTGAN(epochs=chosen.epochs)
    model.set_random_state(chosen.seed)
    began = time.perf_counter()
    model.fit(table, discrete)
    fit = time.perf_counter() - began - sum(seconds.values())
    rows = chosen.rows or len(table)
    model.sample(1000)
    began = time.perf_counter()
    made = model.sample(rows)
    sample = time.perf_counter() - began
    for name in times:
        made[name] = pd.to_datetime(made[name], unit="s").dt.floor("s")
    if chosen.out:
        made.to_csv(chosen.out, index=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "what": "ctgan", "table": chosen.table, "epochs": chosen.epochs,
        "import_s": imported, "load_s": load,
        "transform_s": sum(seconds.values()),
        "epoch_s": fit / chosen.epochs, "rows_per_s": rows / sample,
        "peak_mib": peak}))


main()
