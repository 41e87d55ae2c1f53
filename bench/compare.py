#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the library and other frameworks in turns, writes the results as JSON
and prints ratios. peers.sh builds and installs, then calls this."""
import os
import sys

import turns

MODES = {
    "torch": [("eager", "f32"), ("channels_last", "f32"), ("compile", "f32"),
              ("compile_channels_last", "f32"), ("eager", "bf16"),
              ("channels_last", "bf16"), ("compile", "bf16"),
              ("compile_channels_last", "bf16")],
    "tensorflow": [("published", "f32"), ("function", "f32"), ("xla", "f32"),
                   ("function", "bf16"), ("xla", "bf16")],
}
# Title, what, batch, width (0: the pair for images), types.
SUBJECTS = [
    ("An iteration of the pair, batch 64", "iteration", 64, 0,
     ("f32", "bf16")),
    ("Sampling, batch 512", "sampling", 512, 0, ("f32", "bf16")),
    ("An iteration of a dense pair, batch 64, width 128", "iteration", 64, 128,
     ("f32",)),
]


def own_command(chosen, what, batch, width, kind, count):
    command = [os.path.join(chosen.build, "bench", "bench_iteration"),
               "-t", chosen.threads, "-b", batch, "-n", count]
    command += ["-d", width] if width else []
    command += ["-i"] if what == "sampling" else []
    return command + (["-h"] if kind == "bf16" else [])


def peer_command(chosen, framework, mode, what, batch, width, kind, count):
    script = os.path.join(os.path.dirname(__file__), f"peers_{framework}.py")
    return [chosen.python, script, what, mode, kind,
            "--threads", chosen.threads, "--batch", batch, "--width", width,
            "--turns", count]


def commands(chosen, what, batch, width, kinds):
    if chosen.quick:
        batch = min(batch, 4)
    count = chosen.turns * (20 if width else 1)
    found = {f"syngan {kind}":
             own_command(chosen, what, batch, width, kind, count)
             for kind in kinds}
    for framework in chosen.frameworks:
        for mode, kind in MODES[framework]:
            if (kind in kinds and mode in (chosen.modes or [mode]) and
                    not (width and "channels_last" in mode)):
                found[f"{framework} {mode} {kind}"] = peer_command(
                    chosen, framework, mode, what, batch, width, kind, count)
    return found


def best_of(results, framework, kind):
    """Smallest time of a framework's modes, and None without one."""
    times = [turns.milliseconds(result) for label, result in results.items()
             if label.startswith(framework) and label.endswith(kind)]
    return min((time for time in times if time), default=None)


def comparison(chosen, title, results, kinds):
    rows = []
    for label, result in results.items():
        own = turns.milliseconds(results[f"syngan {label.split()[-1]}"])
        best = turns.milliseconds(result)
        rows.append([label, turns.text(best, 3),
                     turns.text(result.get("median_ms"), 3),
                     turns.text(turns.ratio(best, own))])
    text = f"## {title}\n\n" + turns.table(
        ["", "best ms", "median ms", "times ours"], rows) + "\n"
    for kind in kinds:
        own = turns.milliseconds(results[f"syngan {kind}"])
        ratios = [f"{framework} " + turns.text(turns.ratio(
                      best_of(results, framework, kind), own))
                  for framework in chosen.frameworks]
        text += f"Best mode, {kind}, times ours: {', '.join(ratios)}\n\n"
    return text + "".join(f"{label}: {result['failed']}\n\n"
                          for label, result in results.items()
                          if "failed" in result)


# Of a synthesizer: title, key, unit, whether more is better.
TABLE_FIGURES = [
    ("loading and transforming", "prepare_s", "s", False),
    ("an epoch", "epoch_s", "s", False),
    ("sampling", "rows_per_s", "rows/s", True),
    ("greatest resident memory", "peak_mib", "MiB", False),
]


def table_commands(chosen):
    epochs, rows = (1, 1000) if chosen.quick else (5, 200000)
    own = [os.path.join(chosen.build, "bench", "bench_table"), "-t",
           chosen.threads, "-r", 1, "-e", epochs, "-n", rows]
    script = os.path.join(os.path.dirname(__file__), "peers_ctgan.py")
    return {
        "syngan f32": [*own, chosen.table],
        "syngan bf16": [*own, "-h", chosen.table],
        "ctgan": [chosen.python, script, chosen.table, "--threads",
                  chosen.threads, "--epochs", max(1, epochs - 2), "--rows",
                  rows]}


def table_results(chosen):
    """The best of each figure over at most three rounds."""
    best = {}
    for _ in range(min(chosen.rounds, 3)):
        for label, command in table_commands(chosen).items():
            result = turns.run(command)[0]
            if "failed" not in result:
                result["prepare_s"] = result["load_s"] + result["transform_s"]
            merged = best.setdefault(label, result)
            for _, key, _, more in TABLE_FIGURES:
                if key in result and key in merged:
                    merged[key] = (max if more else min)(merged[key],
                                                         result[key])
    return best


def table_section(chosen, results):
    peer, rows = results["ctgan"], []
    for title, key, unit, more in TABLE_FIGURES:
        row = [f"{title}, {unit}"]
        for label in ("syngan f32", "syngan bf16", "ctgan"):
            row.append(turns.text(results[label].get(key), 3))
        for label in ("syngan f32", "syngan bf16"):
            ours = results[label].get(key)
            ratio = turns.ratio(*((ours, peer.get(key)) if more
                                  else (peer.get(key), ours)))
            row.append(turns.text(ratio, 2))
        rows.append(row)
    name = os.path.basename(chosen.table)
    return (f"## A synthesizer of {name}, CTGAN's settings\n\n" + turns.table(
        ["", "f32", "bf16", "ctgan", "times f32", "times bf16"], rows) + "\n" +
        "".join(f"{label}: {result['failed']}\n\n"
                for label, result in results.items() if "failed" in result))


def main():
    parser = turns.options(__doc__)
    parser.add_argument("--table", help="CSV file for the synthesizers; "
                        "default: adult/adult.csv in SYNGAN_TEST_DATA")
    parser.add_argument("--python", default=sys.executable,
                        help="a Python that has the frameworks")
    parser.add_argument("--frameworks", nargs="*", choices=list(MODES),
                        default=list(MODES))
    parser.add_argument("--modes", nargs="*", help="only these modes of the "
                        "frameworks, such as channels_last and function")
    parser.add_argument("--subjects", nargs="*", choices=["iteration",
                        "sampling", "dense", "table"], default=["iteration",
                        "sampling", "dense", "table"])
    chosen = turns.read(parser)
    data = {"machine": turns.machine(),
            "settings": {"threads": chosen.threads, "rounds": chosen.rounds,
                         "turns": chosen.turns, "quick": chosen.quick}}
    sections = [f"{data['machine']['processor']}, load "
                f"{data['machine']['load']:.1f} at the start; threads: "
                f"{chosen.threads}; best of {chosen.rounds} rounds of "
                f"{chosen.turns} turns"
                + ("; a trial, with batch 4" if chosen.quick else "")
                + ".\n\n"]
    for title, what, batch, width, kinds in SUBJECTS:
        if ("dense" if width else what) not in chosen.subjects:
            continue
        data[title] = turns.in_turns(
            commands(chosen, what, batch, width, kinds), chosen.rounds)
        sections.append(comparison(chosen, title, data[title], kinds))
    if chosen.table is None and "SYNGAN_TEST_DATA" in os.environ:
        chosen.table = os.path.join(os.environ["SYNGAN_TEST_DATA"],
                                    "adult/adult.csv")
    if "table" in chosen.subjects and chosen.table:
        data["tables"] = table_results(chosen)
        sections.append(table_section(chosen, data["tables"]))
    elif "table" in chosen.subjects:
        sections.append("Synthesizers of tables: left out, without --table\n")
    turns.write(chosen.out or "out/peers.json", data)
    print("".join(sections).rstrip())


if __name__ == "__main__":
    main()
