#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares tables with pyarrow's, both ways, by the Arrow C data interface.

    arrow.py LIBRARY EXAMPLES

Ends with 77 where there is no numpy or pyarrow."""
import csv
import datetime
import decimal
import gc
import sys
import tempfile
import zoneinfo

try:
    import numpy
    import pyarrow
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, sys.argv[2])
import syngan_synthesizer
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
        values = [round(float(x), 2) for x in random.normal(0, 100, ROWS)]
        half = pyarrow.types.is_float16(kind)
        return [numpy.float16(x) for x in values] if half else values
    if pyarrow.types.is_decimal(kind):
        return [decimal.Decimal(int(x)).scaleb(-kind.scale)
                for x in random.integers(-99999, 99999, ROWS)]
    if pyarrow.types.is_time(kind):
        return [(datetime.datetime(1970, 1, 1) +
                 datetime.timedelta(seconds=int(x))).time()
                for x in random.integers(0, 86400, ROWS)]
    if pyarrow.types.is_duration(kind):
        return [datetime.timedelta(seconds=int(x))
                for x in random.integers(-99999, 99999, ROWS)]
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
             "uint64", "float16", "float32", "float64", "bool", "date32",
             "date64", "string_view", "time32[s]", "time32[ms]", "time64[us]",
             "time64[ns]"] + text
    kinds = [pyarrow.type_for_alias(name) for name in names]
    units = ("s", "ms", "us", "ns")
    kinds += [pyarrow.timestamp(unit) for unit in units]
    kinds += [pyarrow.duration(unit) for unit in units]
    kinds += [pyarrow.timestamp(unit, zone) for unit in units
              for zone in ("UTC", "Europe/Berlin", "America/New_York", "+05:30")]
    kinds += [pyarrow.decimal128(12, 2), pyarrow.decimal128(38, 18),
              pyarrow.decimal128(20, 0), pyarrow.decimal128(9, -2),
              pyarrow.decimal256(60, 5)]
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
    """Values to compare."""
    if isinstance(array, pyarrow.ChunkedArray):
        array = array.combine_chunks()
    if pyarrow.types.is_dictionary(array.type):
        array = array.dictionary_decode()
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
    for name, kind in kinds.items():
        if name.startswith("dictionary<"):
            name = "dictionary<values=string, indices=int32, ordered=0>"
        elif name in ("large_string", "string_view"):
            name = "string"
        elif name == "dictionary of int64":
            name = "int64"
        assert kind == name, (kind, name)


def test_instants():
    """No instant is another one, on either side of 1970 and of a change of
    clocks; what is sampled has the zone and the unit, too."""
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    days = [datetime.datetime(1960, 1, 1) + datetime.timedelta(43 * n)
            for n in range(600)]
    times = [day.replace(tzinfo=berlin) for day in days]
    times += [datetime.datetime(2024, 10, 27, 2, 30, fold=fold, tzinfo=berlin)
              for fold in (0, 1)]
    numbers = [n % 7 for n in range(len(times))]
    for unit in ("s", "ms", "us", "ns"):
        kind = pyarrow.timestamp(unit, "Europe/Berlin")
        data = pyarrow.table({"t": pyarrow.array(times, kind), "n": numbers})
        table = from_arrow(LIBRARY, data)
        assert table.to_arrow().equals(data)
        assert table.to_arrow()["t"].to_pylist()[:600] == times[:600]
    made = syngan_synthesizer.fit(table, epochs=1).sample(50, seed=1).to_arrow()
    assert made["t"].type == kind


def test_types_of_samples():
    """Synthetic rows have the types of the data, also by a saved file."""
    names, columns = zip(*arrays(True))
    data = pyarrow.table(dict(zip(names, columns)))
    data = data.append_column("key", pyarrow.array(range(100, 100 + ROWS),
                                                   "int32"))
    made = syngan_synthesizer.fit(from_arrow(LIBRARY, data), epochs=1)
    with tempfile.TemporaryDirectory() as folder:
        made.save(folder + "/model")
        made = syngan_synthesizer.load(LIBRARY, folder + "/model")
    back = made.sample(300, seed=2).to_arrow()
    back.validate(full=True)
    for name in back.column_names:
        kind, wanted = back[name].type, data[name].type
        if pyarrow.types.is_dictionary(wanted) or "string" in str(wanted):
            continue
        assert kind == wanted, (name, kind)
    key = back["key"].to_pylist()
    assert key == list(range(key[0], key[0] + 300)) and key[0] >= 100 + ROWS


def types_of(table):
    return [column["type"] for column in table.schema()["columns"]]


def test_sources_agree():
    """A column has one type, whether from CSV, Arrow or SQLite."""
    random = numpy.random.default_rng(3)
    ids = numpy.cumsum(random.integers(1, 9, 400))
    data = {"customer_id": ids, "mrn": random.permutation(900000)[:400],
            "row": numpy.arange(400), "ticket": random.permutation(450)[:400],
            "population": random.permutation(800)[:400],
            "age": random.integers(18, 90, 400)}
    table = pyarrow.table({name: pyarrow.array(x) for name, x in data.items()})
    wanted = ["identifier"] * 4 + ["integer"] * 2
    for kind in ("int64", "int32", "uint32", "float64", "decimal128"):
        kind = (pyarrow.decimal128(19, 0) if kind == "decimal128"
                else pyarrow.type_for_alias(kind))
        cast = table.cast(pyarrow.schema([(n, kind) for n in data]))
        expected = ["real"] * 6 if kind == "double" else wanted
        assert types_of(from_arrow(LIBRARY, cast)) == expected, kind
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/a.csv", "w") as file:
            csv.writer(file).writerows([table.column_names, *zip(
                *(column.to_pylist() for column in table.columns))])
        assert types_of(syngan_table.read_csv(LIBRARY, folder + "/a.csv")
                        ) == wanted
    texts = pyarrow.table({"zip": [f"{n % 90:05}" for n in range(400)],
                           "plz": [str(n % 90 + 10000) for n in range(400)],
                           "phone": [f"+49{n * 77 + 10**7}" for n in range(400)],
                           "price": [f"{n % 90}.50" for n in range(400)],
                           "day": [f"2024-01-{n % 28 + 1:02}"
                                   for n in range(400)]})
    table = from_arrow(LIBRARY, texts)
    assert types_of(table) == ["category", "category", "identifier", "real",
                               "time"]
    assert table.to_arrow().equals(texts)
    made = syngan_synthesizer.fit(table, epochs=1).sample(9, seed=1).to_arrow()
    assert made.schema.types == texts.schema.types
    assert all(x.startswith("+49") for x in made["phone"].to_pylist())


def test_sharing():
    """No copy of int64 and doubles, which live as long as who needs them."""
    numbers = pyarrow.array(numpy.arange(1000) // 2)
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
    assert array.to_pylist() == [n // 2 for n in range(10, 510)]
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
    refuses(pyarrow.array([2**63], "uint64"), "unsigned integer above")
    refuses(pyarrow.array(["a\0b"]), "zero byte")
    refuses(pyarrow.array([(1, 2, 3)], pyarrow.month_day_nano_interval()),
            "intervals")
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
