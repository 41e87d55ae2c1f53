#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares how numbers and times are read with DuckDB and pandas: columns in
many notations, their types and values.

    readers.py LIBRARY EXAMPLES

A column that another reader reads as it is meant, and the library does not, is
a fault unless DIFFERENT says why. "(!)" marks who reads a column otherwise.
Ends with 77 where there is no duckdb, pandas or pyarrow."""
import datetime
import math
import os
import random
import sys
import tempfile
import warnings

try:
    import duckdb
    import pandas
    import pyarrow
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, sys.argv[2])
import syngan_table

LIBRARY = syngan_table.Library(sys.argv[1])
ROWS = 40
RANDOM = random.Random(5)
WHOLE = [RANDOM.randrange(-99999, 99999) for _ in range(ROWS)]
REAL = [round(RANDOM.gauss(0, 5000), 2) for _ in range(ROWS)]
LARGE = [RANDOM.randrange(10**6, 10**9) for _ in range(ROWS)]
START = datetime.datetime(2021, 1, 13, 17, 45, 50)
TIMES = [START + datetime.timedelta(seconds=RANDOM.randrange(10**8))
         for _ in range(ROWS)]
DAYS = [time.replace(hour=0, minute=0, second=0) for time in TIMES]


def comma(text):
    return text.translate({44: 46, 46: 44})


def numbers():
    """(name, cells, values)"""
    def of(name, values, write):
        return name, [write(x) for x in values], values

    whole, positive = WHOLE, [abs(x) for x in WHOLE]
    yield of("integer", whole, str)
    yield of("plus", positive, lambda x: f"+{x}")
    yield of("padded", positive, lambda x: f"{x:07d}")
    yield of("spaces", whole, lambda x: f" {x} ")
    yield of("point zero", whole, lambda x: f"{x}.0")
    yield of("large", LARGE, str)
    yield of("64 bits", [x * 9000000000 for x in LARGE], str)
    yield of("beyond 64 bits", [x * 10**12 for x in LARGE], str)
    yield of("real", REAL, lambda x: f"{x:.2f}")
    yield of("shortest", REAL, repr)
    yield of("no zero", [round(abs(x) % 1, 4) for x in REAL],
             lambda x: f"{x:.4f}"[1:])
    yield of("point last", positive, lambda x: f"{x}.")
    yield of("exponent", REAL, lambda x: f"{x:.8e}")
    yield of("Exponent", REAL, lambda x: f"{x:.8E}")
    yield of("exponent or not", REAL, lambda x: f"{x:.9g}")
    yield of("many digits", [x / 7 for x in REAL], repr)
    yield of("tiny", [abs(x) * 1e-300 for x in REAL], repr)
    yield of("huge", [abs(x) * 1e300 for x in REAL], repr)
    yield of("comma", REAL, lambda x: comma(f"{x:.2f}"))
    yield of("thousands", LARGE, lambda x: f"{x:,}")
    yield of("thousands and point", REAL, lambda x: f"{x:,.2f}")
    yield of("points and comma", REAL, lambda x: comma(f"{x:,.2f}"))
    yield of("spaces and comma", REAL,
             lambda x: f"{x:,.2f}".translate({44: 32, 46: 44}))
    yield of("apostrophes", REAL, lambda x: f"{x:,.2f}".replace(",", "'"))
    yield of("underscores", LARGE, lambda x: f"{x:_}")
    yield of("dollars", REAL, lambda x: f"${abs(x):,.2f}"
             if x >= 0 else f"-${abs(x):,.2f}")
    yield of("euros", REAL, lambda x: comma(f"{x:,.2f}") + " \u20ac")
    yield of("percent", REAL, lambda x: f"{x:.2f}%")
    yield of("kg", whole, lambda x: f"{x} kg")
    yield of("parentheses", REAL,
             lambda x: f"({-x:.2f})" if x < 0 else f"{x:.2f}")
    yield of("minus behind", REAL,
             lambda x: f"{abs(x):.2f}" + "-" * (x < 0))
    yield of("minus sign", REAL,
             lambda x: f"{x:.2f}".replace("-", "\u2212"))
    yield of("hexadecimal", LARGE, hex)
    for mark in ("", "NA", "NaN", "null", "None", "n/a", "-", "?", "#N/A"):
        cells = [str(x) if i % 9 else mark for i, x in enumerate(whole)]
        yield (f"missing '{mark}'", cells,
               [x if i % 9 else None for i, x in enumerate(whole)])
    for mark in ("inf", "-inf", "Infinity"):
        cells = [repr(x) if i % 9 else mark for i, x in enumerate(REAL)]
        yield (f"infinite '{mark}'", cells,
               [x if i % 9 else float(mark) for i, x in enumerate(REAL)])


DATES = """%Y-%m-%d %Y/%m/%d %Y.%m.%d %Y%m%d %m/%d/%Y %d.%m.%Y %d-%m-%Y
%m/%d/%y %d.%m.%y %d-%b-%Y %d_%b_%Y %d-%b-%y %b_%d,_%Y %B_%d,_%Y %d_%B_%Y
%Y-%j %a_%d_%b_%Y %A,_%B_%d,_%Y %d%b%Y""".split()
CLOCKS = """%H:%M:%S %H:%M %I:%M:%S_%p %I:%M_%p %H%M%S %H:%M:%S.000
%H:%M:%S.250000 %H:%M:%S,500 %H:%M:%SZ %H:%M:%S+00:00 %H:%M:%S+0000
%H:%M:%S_UTC""".split()


def times():
    def of(form, values):
        return form, [x.strftime(form) for x in values], values

    for date in DATES:
        yield of(date.replace("_", " "), DAYS)
    for date in DATES[:6:2]:
        for clock in CLOCKS:
            for join in " T":
                form = (date + join + clock).replace("_", " ")
                yield of(form, [parsed(x, clock) for x in TIMES])
    for clock in CLOCKS[:5]:
        form = clock.replace("_", " ")
        yield of(form, [parsed(x, clock) for x in TIMES])


def parsed(time, clock):
    """What is left of a time under a clock."""
    if "%S" not in clock:
        time = time.replace(second=0)
    for text, part in ((".250000", 250000), (",500", 500000)):
        if text in clock:
            time = time.replace(microsecond=part)
    return time


# ---- readers ----------------------------------------------------------------

def plain(value):
    """Numbers as floats, times without a zone; None: missing."""
    if value is None or value is pandas.NaT:
        return None
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return value.replace(tzinfo=None)
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, datetime.time):
        return datetime.datetime.combine(START.date(), value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    value = float(value)
    return None if math.isnan(value) else value


def by_us(path):
    table = syngan_table.read_csv(LIBRARY, path)
    kind = table.schema()["columns"][0]["type"]
    if kind not in ("integer", "real", "time", "duration"):
        return kind, None
    return kind, [plain(x) for x in table.to_arrow()["x"].to_pylist()]


def by_duckdb(path):
    try:
        rows = duckdb.sql(f"SELECT x FROM read_csv('{path}', header = true, "
                          f"delim = '|', sample_size = -1)")
        kind, values = str(rows.types[0]), [row[0] for row in rows.fetchall()]
    except duckdb.Error as error:
        return f"fails ({type(error).__name__})", None
    if kind in ("VARCHAR", "BOOLEAN"):
        return kind, None
    return kind, [plain(x) for x in values]


def by_pandas(path):
    column = pandas.read_csv(path, sep="|")["x"]
    kind = str(column.dtype)
    if kind in ("object", "str"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                column = pandas.to_datetime(column)
            except Exception:
                return kind, None
        kind = str(column.dtype)
    if kind in ("object", "str", "bool"):
        return kind, None
    return kind, [plain(x.to_pydatetime() if hasattr(x, "to_pydatetime")
                        else x) for x in column]


# ---- comparing --------------------------------------------------------------

# Columns that the library reads otherwise, and why that is right.
DIFFERENT = {
    "padded": "007 is a code, which would lose its zeros",
    "beyond 64 bits": "twenty digits are a code, which would lose some",
    "hexadecimal": "0x1f is a code, which would be written otherwise"}


def is_near(a, b):
    if a is None or b is None or isinstance(a, datetime.datetime) != \
            isinstance(b, datetime.datetime):
        return a is b
    if isinstance(a, datetime.datetime):
        return a == b or (1970 in (a.year, b.year) and a.time() == b.time()) \
            or (START.date() in (a.date(), b.date()) and a.time() == b.time())
    return a == b or abs(a - b) <= 1e-12 * abs(a)


def alike(a, b):
    return len(a) == len(b) and all(map(is_near, a, b))


def compare(name, cells, values, folder):
    path = os.path.join(folder, "x.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("x|n\n")
        file.writelines(f"{cell}|{i % 7}\n" for i, cell in enumerate(cells))
    kind, ours = by_us(path)
    expected = [plain(x) for x in values]
    faults = []
    right = ours is not None and alike(expected, ours)
    print(f"{name:32} {cells[1]:34} {kind}{'' if right else ' (!)'}", end="")
    for reader, read in (("duckdb", by_duckdb), ("pandas", by_pandas)):
        other_kind, theirs = read(path)
        good = theirs is not None and alike(expected, theirs)
        print(f", {reader} {other_kind}{'' if good else ' (!)'}", end="")
        if good and not right and name not in DIFFERENT:
            faults.append(f"{name}: {reader} reads '{cells[1]}' as it is "
                          f"meant, the library as {kind}")
    print(f": {DIFFERENT[name]}" if name in DIFFERENT else "")
    return faults


def main():
    faults, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for name, cells, values in [*numbers(), *times()]:
            faults += compare(name, cells, values, folder)
            count += 1
    print(f"{count} columns")
    for fault in faults:
        print("FAULT", fault)
    sys.exit(1 if faults else 0)


main()
