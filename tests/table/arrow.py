#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares tables with pyarrow's, both ways, by the Arrow C data interface.

    arrow.py LIBRARY EXAMPLES

Ends with 77 where there is no numpy or pyarrow."""
import decimal
import gc
import sys

try:
    import numpy
    import pyarrow
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, sys.argv[2])
import syngan_table
from syngan_table import from_arrow

LIBRARY = syngan_table.Library(sys.argv[1])
ROWS = 211


def random_values(kind, random):
    """Values of an Arrow type, in Python."""
    if pyarrow.types.is_boolean(kind):
        return [bool(x) for x in random.integers(0, 2, ROWS)]
    if pyarrow.types.is_integer(kind):
        info = numpy.iinfo(str(kind))
        low, high = max(info.min, -2**62), min(info.max, 2**62)
        return [int(x) for x in random.integers(low, high, ROWS)]
    if pyarrow.types.is_floating(kind):
        return [round(float(x), 2) for x in random.normal(0, 100, ROWS)]
    if pyarrow.types.is_temporal(kind):
        days = random.integers(-40000, 40000, ROWS)
        seconds = random.integers(0, 86400, ROWS)
        if pyarrow.types.is_date(kind):
            return [numpy.datetime64(int(d), "D").item() for d in days]
        return [numpy.datetime64(int(d) * 86400 + int(s), "s").item()
                for d, s in zip(days, seconds)]
    return [f"wörd {int(x)}" for x in random.integers(0, 9, ROWS)]


def arrays(holes):
    """A pyarrow array of each type that the library knows."""
    random = numpy.random.default_rng(1)
    text = ["utf8", "large_utf8"]
    names = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
             "uint64", "float32", "float64", "bool", "date32", "date64"] + text
    kinds = [pyarrow.type_for_alias(name) for name in names]
    kinds += [pyarrow.timestamp(unit) for unit in ("s", "ms", "us", "ns")]
    kinds += [pyarrow.timestamp("us", "Europe/Berlin")]
    for number, kind in enumerate(kinds):
        values = random_values(kind, random)
        if holes:
            values[number % 7::7] = [None] * len(values[number % 7::7])
        yield str(kind), pyarrow.array(values, kind)
    for index in ("int8", "uint16", "int64"):
        kind = pyarrow.dictionary(pyarrow.type_for_alias(index), "utf8")
        words = random_values(pyarrow.utf8(), random)
        if holes:
            words[::3] = [None] * len(words[::3])
        yield str(kind), pyarrow.array(words).cast(kind)
    numbers = pyarrow.array([x // 3 for x in range(ROWS)])
    yield "dictionary of int64", numbers.dictionary_encode()


def plain(array):
    """Values to compare: timestamps without zone, as the library has them."""
    if isinstance(array, pyarrow.ChunkedArray):
        array = array.combine_chunks()
    if pyarrow.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pyarrow.types.is_timestamp(array.type):
        array = array.cast(pyarrow.timestamp(array.type.unit)).cast(
            pyarrow.timestamp("us"))
    return array.to_pylist()


def compare(batch):
    """There and back again."""
    table = from_arrow(LIBRARY, batch)
    back = table.to_arrow()
    back.validate(full=True)
    assert len(table) == batch.num_rows == back.num_rows
    assert back.column_names == batch.schema.names
    for name in back.column_names:
        assert back[name].null_count == batch[name].null_count, name
        assert plain(back[name]) == plain(batch[name]), name
    return back


def test_all_types():
    for holes in (False, True):
        names, columns = zip(*arrays(holes))
        batch = pyarrow.RecordBatch.from_arrays(list(columns), list(names))
        compare(batch)
        compare(batch.slice(3, 101))
        compare(batch.slice(13, 64))
        compare(batch.slice(7, 0))
        struct = pyarrow.array([None] * 5 + [{"a": 1}] * 4)[5:]
        compare(pyarrow.RecordBatch.from_struct_array(struct))


def test_types_of_columns():
    names, columns = zip(*arrays(True))
    back = compare(pyarrow.RecordBatch.from_arrays(list(columns), list(names)))
    kinds = {name: str(back[name].type) for name in names}
    category = "dictionary<values=string, indices=int32, ordered=0>"
    for name in ("int8", "uint64", "dictionary of int64"):
        assert kinds[name] == "int64", kinds
    assert kinds["float"] == kinds["double"] == "double", kinds
    assert kinds["bool"] == "bool", kinds
    assert kinds["date32[day]"] == kinds["date64[ms]"] == "date32[day]", kinds
    assert kinds["timestamp[s]"] == "timestamp[us]", kinds
    assert kinds["string"] == kinds["large_string"] == category, kinds


def test_sharing():
    """No copy of int64 and doubles, which live as long as who needs them."""
    numbers = pyarrow.array(numpy.arange(1000))
    reals = pyarrow.array(numpy.arange(1000) / 8)
    batch = pyarrow.RecordBatch.from_arrays([numbers, reals], ["n", "x"])
    table = from_arrow(LIBRARY, batch.slice(10, 500))
    where = numbers.buffers()[1].address + 80
    del numbers, reals, batch
    back = table.to_arrow()
    del table
    gc.collect()
    array = back["n"].chunk(0)
    assert array.buffers()[1].address == where
    assert array.to_pylist() == list(range(10, 510))
    assert back["x"].to_pylist()[-1] == 509 / 8


def refuses(array, part):
    batch = pyarrow.RecordBatch.from_arrays([pyarrow.array([1]), array],
                                            ["one", "other"])
    try:
        from_arrow(LIBRARY, batch)
    except syngan_table.Error as error:
        assert "column 'other'" in str(error) and part in str(error), error
    else:
        raise AssertionError(f"{array.type} was taken")


def test_refusals():
    refuses(pyarrow.array([[1]]), "lists")
    refuses(pyarrow.array([{"a": 1}]), "structs")
    refuses(pyarrow.array([b"x"]), "bytes")
    refuses(pyarrow.array([decimal.Decimal("1.5")]), "decimals")
    refuses(pyarrow.array([numpy.float16(1)]), "half floats")
    refuses(pyarrow.array([2**63], "uint64"), "unsigned integer above")
    refuses(pyarrow.array(["a\0b"]), "zero byte")
    refuses(pyarrow.array([1], "duration[s]"), "durations")
    refuses(pyarrow.array([2**50], pyarrow.timestamp("s")), "beyond")


def test_nulls_and_nothing():
    nothing = pyarrow.RecordBatch.from_arrays([pyarrow.nulls(3)], ["a"])
    back = from_arrow(LIBRARY, nothing).to_arrow()
    assert back["a"].type == "double" and back["a"].null_count == 3
    empty = from_arrow(LIBRARY, pyarrow.table({"a": pyarrow.array([], "int8")}))
    assert len(empty) == 0 and empty.to_arrow()["a"].to_pylist() == []


def test_schema():
    table = from_arrow(LIBRARY, pyarrow.table({"a": [1, 2], "b": ["x", "x"]}),
                       {"columns": [{"name": "a", "type": "category"}]})
    types = [column["type"] for column in table.schema()["columns"]]
    assert types == ["category", "category"], types
    assert table.to_arrow()["a"].combine_chunks().dictionary.to_pylist() == [
        "1", "2"]


def test_many_columns():
    names = [f"c{i}" for i in range(5000)]
    columns = [pyarrow.array([i, i + 1]) for i in range(5000)]
    back = compare(pyarrow.RecordBatch.from_arrays(list(columns), list(names)))
    assert back.num_columns == 5000


def test_transactions():
    back = syngan_table.transactions(LIBRARY, 5000, seed=3).to_arrow()
    back.validate(full=True)
    expected = {"card": "string", "time": "timestamp[us]", "amount": "double",
                "contactless": "bool", "balance": "double", "fraud": "bool"}
    for name, kind in expected.items():
        assert str(back[name].type) == kind, (name, back[name].type)
    times = back["time"].to_pylist()
    assert times == sorted(times)
    assert str(times[0]).startswith("2024-01-01")


for test in [value for name, value in list(globals().items())
             if name.startswith("test_")]:
    test()
    print(f"{test.__name__}: ok")
