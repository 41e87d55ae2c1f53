#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The results of measure.py as Markdown.

    report.py [out/bench.json]
"""
import json
import sys

from turns import milliseconds, ratio, table, text

PRODUCTS = ("convolution", "inner product", "matmul")


def pair(data):
    rows, notes = [], []
    for label, result in data["pair"].items():
        what, kind, threads = label.split()
        if what != "iteration":
            continue
        if "failed" in result:
            notes.append(f"{kind}, {threads} threads: {result['failed']}\n")
        floor = data["pair"][f"floor {kind} {threads}"]
        own, bare = milliseconds(result), milliseconds(floor)
        rows.append([f"{kind}, threads: {threads}", text(own),
                     text(result.get("median_ms")), text(bare),
                     text(floor.get("products_ms")),
                     text(floor.get("moves_ms")),
                     text(ratio(bare and 100 * bare, own), 1, " %")])
    return ("## An iteration of the pair, batch 64\n\n" + table(
        ["", "best ms", "median ms", "floor ms", "of it products", "moves",
         "floor reached"], rows) + "\n" + "".join(notes))


def scaling(data):
    threads = data["settings"]["threads"]
    rows = []
    for kind in ("f32", "bf16"):
        gain = [ratio(milliseconds(data["pair"][f"{what} {kind} 1"]),
                      milliseconds(data["pair"][f"{what} {kind} {threads}"]))
                for what in ("iteration", "floor")]
        share = ratio(*gain)
        rows.append([kind, text(gain[0]), text(gain[1]),
                     text(share and 100 * share, 1, " %")])
    return (f"## What {threads} threads gain over one\n\n" + table(
        ["", "iteration", "floor", "of the floor's gain"], rows) + "\n")


def others(data):
    results = data["others"]
    first = data["pair"][f"iteration f32 {data['settings']['threads']}"]
    rows = []
    for kind in ("f32", "bf16"):
        rate = ratio(512e3, milliseconds(results[f"sampling {kind}"]))
        rows.append([f"sampling, batch 512, {kind}",
                     text(rate, 0, " images/s")])
    rows += [
        ["iteration of the dense pair, batch 64, width 128",
         text(milliseconds(results["dense f32"]), 3, " ms")],
        ["greatest resident memory, f32",
         text(first.get("peak_mib"), 1, " MiB")],
        ["process start to the end of the first step, f32",
         text(first.get("first_step_s"), 2, " s")],
        ["stripped shared library",
         text(data["library_bytes"] / 1024, 0, " KiB")],
    ]
    return "## Other figures\n\n" + table(["", "best"], rows) + "\n"


def operators(data, kind):
    kernels = data["operators"][kind]
    if not kernels:
        return ""
    total = sum(entry["ms"] for entry in kernels)
    rows = [[entry["kernel"], entry["calls"], text(entry["ms"], 3),
             text(100 * entry["ms"] / total, 1, " %"),
             text(ratio(entry["kib"] * 1024 / 1e6, entry["ms"]), 1)]
            for entry in kernels]
    products = sum(entry["ms"] for entry in kernels
                   if entry["kernel"].startswith(PRODUCTS))
    floor = data["pair"][f"floor {kind} {data['settings']['threads']}"]
    rate = ratio(floor.get("gflop", 0) * 1e3, products)
    return (f"## Kernels of an iteration, {kind}\n\n" + table(
        ["kernel", "calls", "ms", "share", "GB/s"], rows) +
        f"\nAll: {total:.2f} ms. Products: {products:.2f} ms, "
        f"{text(rate, 0)} GF/s.\n\n")


def floor_parts(data, kind):
    parts = data["floor_parts"][kind]
    if not parts:
        return ""
    rows = [[part["layer"], part["product"], part["times"],
             text(part["ms"], 3), text(part["gfs"], 0),
             part["implementation"]] for part in parts]
    return (f"## Products of the floor, {kind}\n\n" + table(
        ["layer, as a convolution", "product", "times", "ms each", "GF/s",
         "oneDNN"], rows) + "\n")


def growth(data, key, title):
    rows = []
    for result in data[key]:
        if "failed" in result:
            rows.append([result["failed"]] + ["-"] * 3)
            continue
        work = result["batch"] * result["pixels"] ** 2 / 1e6
        rows.append([result[key], text(result["best_ms"]),
                     text(ratio(result["best_ms"], work), 0),
                     text(result["peak_mib"], 0)])
    return f"## {title}\n\n" + table(
        [key, "best ms", "ms for a million pixels", "MiB"], rows) + "\n"


def markdown(data):
    machine, settings = data["machine"], data["settings"]
    versions = {result["onednn"] for result in data["pair"].values()
                if "onednn" in result}
    sections = [
        f"{machine['processor']}, {machine['cores']} cores, load "
        f"{machine['load']:.1f} at the start; oneDNN "
        f"{', '.join(sorted(versions))}; threads: {settings['threads']}; best "
        f"of {settings['rounds']} rounds of {settings['turns']} turns.\n\n",
        pair(data), scaling(data) if settings["threads"] > 1 else "",
        others(data)]
    for kind in ("f32", "bf16"):
        sections += [operators(data, kind), floor_parts(data, kind)]
    sections += [growth(data, "batch", "Growth with the batch, f32"),
                 growth(data, "pixels", "Growth with the image, f32")]
    return "".join(sections).rstrip()


if __name__ == "__main__":
    with open(sys.argv[1] if len(sys.argv) > 1 else "out/bench.json") as file:
        print(markdown(json.load(file)))
