#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles every C and C++ snippet of README.md and docs/*.md. Complete
programs are linked and run, with few iterations or epochs; other snippets are compiled
inside a function that has the usual handles.

    snippets.py LIBRARY [FLAG...]     libsyngan.so, flags for the compilers
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import project

C_FRAME = """\
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syngan.h>
syngan_status snippet(
    syngan_context *context, syngan_graph *graph, syngan_node *x,
    syngan_node *y, syngan_model *model, syngan_model *generator,
    syngan_model *discriminator, syngan_dataset *dataset,
    syngan_trainer *trainer, syngan_program *program, syngan_tensor *tensor,
    syngan_table *table, syngan_synthesizer *synthesizer);
syngan_status snippet(
    syngan_context *context, syngan_graph *graph, syngan_node *x,
    syngan_node *y, syngan_model *model, syngan_model *generator,
    syngan_model *discriminator, syngan_dataset *dataset,
    syngan_trainer *trainer, syngan_program *program, syngan_tensor *tensor,
    syngan_table *table, syngan_synthesizer *synthesizer) {
    syngan_status status = SYNGAN_OK;
    {
%s
    }
    return status;
}
"""
CPP_FRAME = """\
#include <iostream>
#include <syngan.hpp>
void snippet(syngan::context &context, syngan::graph &graph, syngan::node x,
             syngan::node y, syngan::model &model, syngan::model &generator,
             syngan::model &discriminator, syngan::dataset &dataset,
             syngan::trainer &trainer, syngan::table &table);
void snippet(syngan::context &context, syngan::graph &graph, syngan::node x,
             syngan::node y, syngan::model &model, syngan::model &generator,
             syngan::model &discriminator, syngan::dataset &dataset,
             syngan::trainer &trainer, syngan::table &table) {
    {
%s
    }
}
"""
LANGUAGES = {
    "c": (["gcc", "-x", "c", "-std=c11"], C_FRAME, "<syngan.h>"),
    "cpp": (["g++", "-x", "c++", "-std=c++17"], CPP_FRAME, "<syngan.hpp>"),
}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror",
            "-Wno-unused-variable", "-Wno-unused-parameter",
            "-Wno-unused-but-set-variable"]


def snippets():
    """[(place, language, text)]"""
    found = []
    for path in project.files("README.md", "docs/*.md"):
        text = path.read_text()
        for match in re.finditer(r"^```(\w+)\n(.*?)^```", text,
                                 flags=re.S | re.M):
            if match.group(1) in LANGUAGES:
                line = text.count("\n", 0, match.start()) + 1
                found.append((f"{project.name(path)}:{line}", match.group(1),
                              match.group(2)))
    return found


def source_of(language, text):
    """What the compiler is given: a snippet that defines functions is taken
    as a file, others as a function's body."""
    _, frame, header = LANGUAGES[language]
    if not re.search(r"^\w[^[]*\) {$", text, flags=re.M):
        return frame % text
    return text if "#include" in text else f"#include {header}\n{text}"


def fault_of(language, text, library, flags, folder):
    """What is wrong with a snippet, or None."""
    compiler, _, _ = LANGUAGES[language]
    command = [*compiler, *WARNINGS, *flags, "-I", project.ROOT / "include", "-"]
    program = "int main(" in text
    text = re.sub(r"(syngan_trainer_run\(\w+, |\.run\(|\.epochs = )\d+",
                  r"\g<1>2", text)
    if program:
        command += ["-x", "none", library, f"-Wl,-rpath,{library.parent}", "-o",
                    folder / "program"]
    else:
        command.append("-fsyntax-only")
    result = subprocess.run(command, input=source_of(language, text), text=True,
                            capture_output=True)
    if result.returncode:
        return result.stderr
    if program:
        result = subprocess.run([folder / "program"], cwd=folder, text=True,
                                capture_output=True)
        if result.returncode:
            return f"exit status {result.returncode}\n{result.stderr}"
    return None


def main():
    library = pathlib.Path(os.path.abspath(sys.argv[1]))
    faults = []
    for place, language, text in snippets():
        with tempfile.TemporaryDirectory() as folder:
            fault = fault_of(language, text, library, sys.argv[2:],
                             pathlib.Path(folder))
        if fault:
            faults.append(f"{place}: {fault}")
    project.report(faults, "what the documents show compiles and runs")


main()
