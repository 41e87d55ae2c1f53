#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables of the library in Python, by ctypes and the Arrow C data interface:
from and to pyarrow and pandas, from and to CSV files.

    python3 syngan_table.py [--lib PATH] [FILE.csv]

Prints what the library makes of a CSV file or, without one, of its built-in
card transactions.
"""
import argparse
import ctypes
import json
from ctypes import byref, c_char_p, c_int64, c_size_t, c_uint64, c_void_p

import pyarrow

import syngan_numpy
from syngan_numpy import HANDLE, OUT, Error, Library

__all__ = ["Error", "Library", "Table", "from_arrow", "read_csv",
           "transactions"]

syngan_numpy.FUNCTIONS.update({
    "table_read_csv": ([HANDLE, c_char_p, c_void_p, OUT], "status"),
    "table_write_csv": ([HANDLE, c_char_p, c_void_p], "status"),
    "table_transactions": ([HANDLE, c_int64, c_uint64, OUT], "status"),
    "table_from_arrow": ([HANDLE, c_void_p, c_void_p, c_char_p, OUT],
                         "status"),
    "table_to_arrow": ([HANDLE, c_void_p, c_void_p], "status"),
    "table_rows": ([HANDLE], c_int64),
    "table_columns": ([HANDLE], c_size_t),
    "table_schema": ([HANDLE, c_char_p, c_size_t], c_size_t),
})


class ArrowSchema(ctypes.Structure):
    """The struct of the Arrow C data interface."""
    _fields_ = [("format", c_char_p), ("name", c_char_p),
                ("metadata", c_char_p), ("flags", c_int64),
                ("n_children", c_int64), ("children", c_void_p),
                ("dictionary", c_void_p), ("release", c_void_p),
                ("private_data", c_void_p)]


class ArrowArray(ctypes.Structure):
    """The struct of the Arrow C data interface."""
    _fields_ = [("length", c_int64), ("null_count", c_int64),
                ("offset", c_int64), ("n_buffers", c_int64),
                ("n_children", c_int64), ("buffers", c_void_p),
                ("children", c_void_p), ("dictionary", c_void_p),
                ("release", c_void_p), ("private_data", c_void_p)]


def release(struct):
    """Gives back what a struct holds, if nobody has taken it over."""
    if struct.release:
        ctypes.CFUNCTYPE(None, c_void_p)(struct.release)(
            ctypes.addressof(struct))


class Table:
    """A table of the library. Use read_csv(), from_arrow() or
    transactions()."""

    def __init__(self, library, handle):
        self.library = library
        self.handle = handle

    def __len__(self):
        return self.library.c.syngan_table_rows(self.handle)

    def schema(self):
        """The schema, as the dictionary that its JSON describes."""
        function = self.library.c.syngan_table_schema
        size = function(self.handle, None, 0) + 1
        text = ctypes.create_string_buffer(size)
        function(self.handle, text, size)
        return json.loads(text.value)

    def to_arrow(self):
        """A pyarrow.Table, which shares the numbers and codes."""
        schema, array = ArrowSchema(), ArrowArray()
        self.library.call("table_to_arrow", self.handle, byref(schema),
                          byref(array))
        batch = pyarrow.RecordBatch._import_from_c(
            ctypes.addressof(array), ctypes.addressof(schema))
        return pyarrow.Table.from_batches([batch])

    def to_pandas(self):
        return self.to_arrow().to_pandas(date_as_object=False)

    def write_csv(self, path):
        self.library.call("table_write_csv", self.handle, path.encode(), None)


def read_csv(library, path):
    handle = library.make("table", "table_read_csv", library.context,
                          path.encode(), None)
    return Table(library, handle)


def transactions(library, rows, seed=0):
    handle = library.make("table", "table_transactions", library.context,
                          rows, seed)
    return Table(library, handle)


def to_batch(data):
    """One record batch of a pyarrow.Table, RecordBatch or pandas.DataFrame."""
    if isinstance(data, pyarrow.RecordBatch):
        return data
    if not isinstance(data, pyarrow.Table):
        data = pyarrow.Table.from_pandas(data, preserve_index=False)
    batches = data.combine_chunks().to_batches()
    return batches[0] if batches else pyarrow.RecordBatch.from_pylist(
        [], schema=data.schema)


def from_arrow(library, data, types=None):
    """A table from a pyarrow.Table, RecordBatch or pandas.DataFrame. `types` is
    a schema (a dictionary) of some or all columns."""
    schema, array = ArrowSchema(), ArrowArray()
    to_batch(data)._export_to_c(ctypes.addressof(array),
                                ctypes.addressof(schema))
    text = None if types is None else json.dumps(types).encode()
    try:
        handle = library.make("table", "table_from_arrow", library.context,
                              byref(schema), byref(array), text)
    finally:
        release(schema)
        release(array)
    return Table(library, handle)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--lib", help="path of libsyngan.so")
    parser.add_argument("file", nargs="?", help="CSV file")
    arguments = parser.parse_args()
    library = Library(arguments.lib)
    if arguments.file:
        table = read_csv(library, arguments.file)
    else:
        table = transactions(library, 1000, seed=1)
    print(f"{len(table)} rows")
    for column in table.schema()["columns"]:
        print(f"{column['name']}: {column['type']}")
    for row in table.to_arrow().slice(0, 5).to_pylist():
        print(*row.values(), sep=", ")


if __name__ == "__main__":
    main()
