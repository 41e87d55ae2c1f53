#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Synthetic tables in Python: learns a table, samples rows like its rows and
tells how good they are. Tables come from and go to pyarrow and pandas.

    python3 syngan_synthesizer.py [--lib PATH] [--epochs N] [--rows N]
                                  [--out FILE.csv] [FILE.csv]

Without a file it takes card transactions that the library makes up. Options of
fit(), sample() and evaluate() are the fields of the C structs, by name:
fit(table, epochs=100, recipe="ctgan").
"""
import argparse
import ctypes
import json
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64
from ctypes import c_size_t, c_uint64, c_void_p

import syngan_numpy
from syngan_numpy import HANDLE, OUT, Library
from syngan_table import Table, from_arrow, read_csv, transactions

__all__ = ["Library", "Report", "Synthesizer", "evaluate", "fit", "from_arrow",
           "load", "read_csv", "transactions"]

SAVE_ALL, SAVE_SAMPLING = 0, 1
# Of an options struct, with room for fields that a later version may have.
STRUCT_SIZE = 1024


class Option(syngan_numpy.Sized):
    """syngan_option: where a field lies in its struct."""
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p),
                ("help", c_char_p), ("choices", c_char_p),
                ("minimum", c_double), ("maximum", c_double),
                ("default_value", c_double), ("offset", c_size_t),
                ("type", c_int32), ("reserved", c_int32)]


syngan_numpy.FUNCTIONS.update({
    "option_count": ([c_char_p], c_size_t),
    "option_get": ([c_char_p, c_size_t, POINTER(Option)], "status"),
    "option_set": ([HANDLE, c_char_p, c_void_p, c_char_p, c_char_p], "status"),
    "synthesizer_fit": ([HANDLE, c_void_p, OUT], "status"),
    "synthesizer_sample": ([HANDLE, c_int64, c_uint64, c_void_p, c_void_p,
                            OUT], "status"),
    "synthesizer_save": ([HANDLE, c_char_p, c_int32], "status"),
    "synthesizer_load": ([HANDLE, c_char_p, OUT], "status"),
    "table_evaluate": ([HANDLE, HANDLE, c_void_p, OUT], "status"),
    "report_json": ([HANDLE, c_char_p, c_size_t], c_size_t),
    "report_verdict": ([HANDLE], c_char_p),
    "report_write_html": ([HANDLE, c_char_p], "status"),
})


class Options:
    """An options struct of the C interface, by the names of its fields. What
    it points to lives as long as it."""

    def __init__(self, library, kind, fields):
        self.buffer = ctypes.create_string_buffer(STRUCT_SIZE)
        self._as_parameter_ = ctypes.addressof(self.buffer)
        self.kept = []
        library.call("options_init", kind, self,
                     STRUCT_SIZE)
        for name, value in fields.items():
            if isinstance(value, Table):
                self.set_table(library, kind, name, value)
            else:
                text = str(value).lower() if isinstance(value, bool) else value
                text = str(text).encode()
                self.kept.append(text)
                library.call("option_set", library.context, kind, self,
                             name.encode(), text)

    def set_table(self, library, kind, name, table):
        option = Option()
        for index in range(library.c.syngan_option_count(kind)):
            library.call("option_get", kind, index, byref(option))
            if option.name.decode() == name:
                at = c_void_p.from_buffer(self.buffer, option.offset)
                at.value = table.handle.pointer.value
                self.kept.append(table)


class Synthesizer:
    """What was learnt of a table. Use fit() or load()."""

    def __init__(self, library, handle):
        self.library = library
        self.handle = handle

    def sample(self, rows, seed=0, **options):
        """A table of new rows: sample(1000, where="country = France")."""
        handle = self.library.make(
            "table", "synthesizer_sample", self.handle, rows, seed,
            Options(self.library, b"sample", options), None)
        return Table(self.library, handle)

    def save(self, path, what=SAVE_ALL):
        self.library.call("synthesizer_save", self.handle, path.encode(), what)


class Report:
    """How good a synthetic table is. Use evaluate()."""

    def __init__(self, library, handle):
        self.library = library
        self.handle = handle

    def values(self):
        """{"quality.score": 0.93, ...}; what can't be computed is "NaN"."""
        function = self.library.c.syngan_report_json
        size = function(self.handle, None, 0) + 1
        text = ctypes.create_string_buffer(size)
        function(self.handle, text, size)
        return json.loads(text.value)["values"]

    def verdict(self):
        return self.library.c.syngan_report_verdict(self.handle).decode()

    def write_html(self, path):
        self.library.call("report_write_html", self.handle, path.encode())


def fit(table, **options):
    library = table.library
    handle = library.make("synthesizer", "synthesizer_fit", table.handle,
                          Options(library, b"synthesizer", options))
    return Synthesizer(library, handle)


def load(library, path):
    handle = library.make("synthesizer", "synthesizer_load", library.context,
                          path.encode())
    return Synthesizer(library, handle)


def evaluate(real, synthetic, **options):
    """Compares two tables: evaluate(a, b, holdout=c, target="fraud")."""
    library = real.library
    handle = library.make("report", "table_evaluate", real.handle, synthetic.handle,
                          Options(library, b"evaluate", options))
    return Report(library, handle)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--lib", help="path of libsyngan.so")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--out", help="CSV file for the rows sampled")
    parser.add_argument("file", nargs="?", help="CSV file to learn")
    arguments = parser.parse_args()
    library = Library(arguments.lib)
    if arguments.file:
        real = read_csv(library, arguments.file)
    else:
        real = transactions(library, 5000, seed=1)
    synthesizer = fit(real, epochs=arguments.epochs)
    synthetic = synthesizer.sample(arguments.rows, seed=7)
    print(synthetic.to_arrow().schema.to_string())
    print(evaluate(real, synthetic).verdict())
    if arguments.out:
        synthetic.write_csv(arguments.out)
        print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
