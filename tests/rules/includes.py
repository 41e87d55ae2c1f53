#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks which room of lib/ includes which, and that each foreign library is
reached from one place only."""
import re

import project

# A room and those that it may include; "all" are all listed before it.
ROOMS = {
    "base": "",
    "tensor": "base",
    "file": "base tensor",
    "data": "base tensor file",
    "graph": "base tensor",
    "backend": "base tensor",
    "op": "base tensor graph backend",
    "compile": "base tensor graph backend",
    "model": "all",
    "train": "all",
    "table": "base tensor file",
    "synth": "all",
    "eval": "base tensor file graph table",
}
# What a single file may include beyond its room's: the operator interface
# names the kernel interface, a vector kernel the vectors, and anyone may name
# the list of operators.
EXCEPTIONS = {"lib/graph/op.h": {"backend/kernel.h"},
              "lib/base/random_simd.h": {"backend/simd.h"},
              "lib/eval/nearest_simd.h": {"backend/simd.h"},
              "lib/table/alternative_simd.h": {"backend/simd.h"}}
FOR_ALL = {"op/list.h"}

# Foreign headers: the room that may include them, and in how many files.
FOREIGN = {
    r"(oneapi/)?dnnl.*": ("backend", None),
    r"jansson\.h": ("file", 1),
    r"csv\.h": ("table", 1),
    r"png\.h": ("file", 1),
    r"zlib\.h": ("file", 1),
    r"xxhash\.h": ("file", 1),
    r"sqlite3\.h": ("table", 1),
    r"omp\.h": ("nowhere", 0),
}


def allowed(room):
    if ROOMS[room] == "all":
        return set(list(ROOMS)[:list(ROOMS).index(room)])
    return set(ROOMS[room].split())


def room_fault(path, room, included):
    """Why the file of a room must not include "room/file.h", or None."""
    target = included.split("/")[0]
    if "/" not in included or target not in ROOMS:
        return "is not written \"room/file.h\""
    if included in FOR_ALL | EXCEPTIONS.get(project.name(path), set()):
        return None
    if room == "op" and target == "op":
        stem = included.split("/")[1].split(".")[0]
        return None if path.stem.startswith(stem) else "is another operator's"
    if target == room or target in allowed(room):
        return None
    return f"is out of reach of {room}/"


def main():
    faults = []
    users = {pattern: [] for pattern in FOREIGN}
    for path in project.files("lib/*/*.c", "lib/*/*.h"):
        room = path.parent.name
        text = project.without_comments(path.read_text())
        if room not in ROOMS:
            faults.append(f"{project.name(path)}: no room {room}/ is known")
            continue
        for line in re.findall(r'^\s*#\s*include\s+(\S+)', text, flags=re.M):
            where = f"{project.name(path)}: {line}"
            if line.startswith('"'):
                fault = room_fault(path, room, line.strip('"'))
                if fault:
                    faults.append(f"{where} {fault}")
                continue
            for pattern, (owner, _) in FOREIGN.items():
                if re.fullmatch(pattern, line.strip("<>")):
                    users[pattern].append(project.name(path))
                    if owner != room:
                        faults.append(f"{where} belongs to {owner}/")
        if (re.search(r"\b(GOMP_|omp_)\w", text) and
                project.name(path) != "lib/base/team.c"):
            faults.append(f"{project.name(path)}: calls OpenMP's runtime, which "
                          "belongs to lib/base/team.c")
        if re.search(r"\bdnnl_", text) and room != "backend":
            faults.append(f"{project.name(path)}: names oneDNN, which belongs "
                          "to backend/")
    for pattern, (_, most) in FOREIGN.items():
        if most is not None and len(users[pattern]) > most:
            faults.append(f"{pattern} is included by "
                          f"{', '.join(users[pattern])}: {most} file may")
    project.report(faults, "a room includes only what lies below it")


main()
