#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks which module of lib/ includes which, and that each foreign library is
reached from one place only."""
import re

import project

# Modules by storey, each with those that it may include; "all" are all listed
# before it.
STOREYS = {
    "core": {
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
    },
    "tables": {
        "table": "base tensor file",
        "exchange": "base tensor file table",
        "encode": "base tensor file table",
        "synth": "all",
        "eval": "base tensor file graph table",
    },
}
MODULES = {module: reach for storey in STOREYS.values()
           for module, reach in storey.items()}
# What a single file may include beyond its module's: the operator interface
# names the kernel interface.
EXCEPTIONS = {"lib/core/graph/op.h": {"backend/kernel.h"}}
# What operators share; all else of op/ is one operator's own.
OF_ALL_OPERATORS = {"op/layer.h", "op/list.h", "op/ops.h", "op/sum.h"}

# Foreign headers: the module that may include them, and in how many files.
FOREIGN = {
    r"(oneapi/)?dnnl.*": ("backend", None),
    r"jansson\.h": ("file", 1),
    r"csv\.h": ("table", 1),
    r"png\.h": ("file", 1),
    r"zlib\.h": ("file", 1),
    r"xxhash\.h": ("file", 1),
    r"sqlite3\.h": ("exchange", 1),
    r"omp\.h": ("nowhere", 0),
}


def allowed(module):
    if MODULES[module] == "all":
        return set(list(MODULES)[:list(MODULES).index(module)])
    return set(MODULES[module].split())


def room_fault(path, module, included):
    """Why the file of a module must not include "module/file.h", or None."""
    target = included.split("/")[0]
    if "/" not in included or target not in MODULES:
        return "is not written \"module/file.h\""
    if included in EXCEPTIONS.get(project.name(path), set()):
        return None
    if module == "op" and target == "op" and included not in OF_ALL_OPERATORS:
        stem = included.split("/")[1].split(".")[0]
        return None if path.stem.startswith(stem) else "is another operator's"
    if target == module or target in allowed(module):
        return None
    return f"is out of reach of {module}/"


def main():
    faults = []
    users = {pattern: [] for pattern in FOREIGN}
    for path in project.library(".c", ".h"):
        _, storey, module = path.relative_to(project.ROOT).parts[:3]
        text = project.without_comments(path.read_text())
        if module not in STOREYS.get(storey, {}):
            faults.append(f"{project.name(path)}: no module {module}/ is known in this storey")
            continue
        for line in re.findall(r'^\s*#\s*include\s+(\S+)', text, flags=re.M):
            where = f"{project.name(path)}: {line}"
            if line.startswith('"'):
                fault = room_fault(path, module, line.strip('"'))
                if fault:
                    faults.append(f"{where} {fault}")
                continue
            for pattern, (owner, _) in FOREIGN.items():
                if re.fullmatch(pattern, line.strip("<>")):
                    users[pattern].append(project.name(path))
                    if owner != module:
                        faults.append(f"{where} belongs to {owner}/")
        if (re.search(r"\b(GOMP_|omp_)\w", text) and
                project.name(path) != "lib/core/base/team.c"):
            faults.append(f"{project.name(path)}: calls OpenMP's runtime, which "
                          "belongs to lib/core/base/team.c")
        if re.search(r"\bdnnl_", text) and module != "backend":
            faults.append(f"{project.name(path)}: names oneDNN, which belongs "
                          "to backend/")
    for pattern, (_, most) in FOREIGN.items():
        if most is not None and len(users[pattern]) > most:
            faults.append(f"{pattern} is included by "
                          f"{', '.join(users[pattern])}: {most} file may")
    project.report(faults, "a module includes only what lies below it")


main()
