#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the tables that synthesizers are compared on, each divided by chance
into rows to learn from and rows held out:

    table_data.py DATA OUT     DATA: folder with adult/, german_credit/, ...

Besides the files as they are, a table of customers is made from
online_retail: a row for each customer, from all that he bought.
"""
import csv
import os
import random
import sys
from collections import Counter, defaultdict
from datetime import datetime

# Name, file, and the column that a learner is to predict.
TABLES = {
    "adult": ("adult/adult.csv", "class"),
    "credit": ("german_credit/credit.csv", "default"),
    "taxis": ("taxis/taxis.csv", "payment"),
    "customers": ("online_retail/online_retail.csv", "returns"),
}


def read(path):
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def customers(header, rows):
    """Country, orders, items, money, prices, times and returns of each."""
    at = {name: i for i, name in enumerate(header)}
    bought = defaultdict(list)
    for row in rows:
        if row[at["CustomerID"]]:
            bought[row[at["CustomerID"]]].append(row)
    made = []
    for lines in bought.values():
        times = [datetime.fromisoformat(line[at["InvoiceDate"]])
                 for line in lines]
        quantity = [int(line[at["Quantity"]]) for line in lines]
        price = [float(line[at["UnitPrice"]]) for line in lines]
        spent = sum(q * p for q, p in zip(quantity, price))
        made.append([
            Counter(line[at["Country"]] for line in lines).most_common(1)[0][0],
            len({line[at["InvoiceNo"]] for line in lines}),
            len(lines), sum(quantity), f"{spent:.2f}",
            f"{sum(price) / len(price):.2f}", f"{max(price):.2f}",
            min(times).strftime("%Y-%m-%d %H:%M:%S"),
            (max(times) - min(times)).days,
            Counter(time.hour for time in times).most_common(1)[0][0],
            "yes" if min(quantity) < 0 else "no"])
    return ["country", "orders", "lines", "items", "spent", "mean_price",
            "highest_price", "first", "days", "usual_hour", "returns"], made


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def prepare(data, out):
    os.makedirs(out, exist_ok=True)
    for name, (path, _) in TABLES.items():
        header, rows = read(os.path.join(data, path))
        if name == "customers":
            header, rows = customers(header, rows)
        rows = [[str(cell).strip() for cell in row] for row in rows]
        random.Random(1).shuffle(rows)
        cut = len(rows) * 4 // 5
        write(os.path.join(out, f"{name}_train.csv"), header, rows[:cut])
        write(os.path.join(out, f"{name}_test.csv"), header, rows[cut:])


if __name__ == "__main__":
    prepare(*sys.argv[1:])
