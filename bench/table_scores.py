#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores synthetic tables with the sdmetrics package, and by learning from them
what is then tested on real rows held out.

    table_scores.py TRAIN.csv TEST.csv TARGET SYNTHETIC.csv ...

Prints a line of JSON for each synthetic table, after one for the training
rows themselves: the quality score and its two parts (column shapes, column
pair trends), and the area under the ROC curve of gradient-boosted trees that
learn TARGET (the mean over its values, each against the rest).
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
from sdmetrics.reports.single_table import QualityReport
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

# Numbers with at most so many values in the training rows are categories.
MOST_CODES = 2


def read(path):
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def kinds(table):
    """By column: numerical, datetime or categorical."""
    found = {}
    for name in table:
        column = table[name].dropna()
        if column.dtype != object:
            found[name] = ("numerical" if column.nunique() > MOST_CODES
                           else "categorical")
            continue
        try:
            pd.to_datetime(column, format="%Y-%m-%d %H:%M:%S")
            found[name] = "datetime"
        except ValueError:
            found[name] = "categorical"
    return found


def typed(table, kind):
    table = table[list(kind)].copy()
    for name, what in kind.items():
        if what == "datetime":
            table[name] = pd.to_datetime(table[name])
        elif what == "numerical":
            table[name] = pd.to_numeric(table[name])
        else:
            table[name] = table[name].astype(object)
    return table


def quality(real, synthetic, kind):
    columns = {name: {"sdtype": what} for name, what in kind.items()}
    report = QualityReport()
    report.generate(real, synthetic, {"columns": columns}, verbose=False)
    parts = report.get_properties().set_index("Property")["Score"]
    return (report.get_score(), parts["Column Shapes"],
            parts["Column Pair Trends"])


def features(table, kind, target, words):
    made = {}
    for name, what in kind.items():
        if name == target:
            continue
        if what == "categorical":
            made[name] = table[name].astype(str).map(words[name]).astype(float)
        elif what == "datetime":
            made[name] = table[name].astype("int64") / 1e9
        else:
            made[name] = table[name].astype(float)
    return pd.DataFrame(made)


def utility(learn, test, kind, target, words):
    learn = learn[learn[target].astype(str).isin(words[target])]
    labels = learn[target].astype(str)
    if labels.nunique() < 2:
        return 0.5
    model = HistGradientBoostingClassifier(random_state=0)
    model.fit(features(learn, kind, target, words), labels)
    chance = model.predict_proba(features(test, kind, target, words))
    truth = test[target].astype(str).to_numpy()
    scores = []
    for value in sorted(set(truth)):
        at = list(model.classes_).index(value) \
            if value in model.classes_ else None
        guess = chance[:, at] if at is not None else np.zeros(len(truth))
        scores.append(roc_auc_score(truth == value, guess))
    return float(np.mean(scores))


def main():
    train, test, target, *paths = sys.argv[1:]
    real, held = read(train), read(test)
    kind = kinds(real)
    real, held = typed(real, kind), typed(held, kind)
    words = {name: {word: i for i, word in
                    enumerate(sorted(set(real[name].astype(str))))}
             for name, what in kind.items() if what == "categorical"}
    for path in [train, *paths]:
        made = typed(read(path), kind)
        score, shapes, pairs = quality(real, made, kind)
        print(json.dumps({
            "table": path, "quality": score, "shapes": shapes, "pairs": pairs,
            "auc": utility(made, held, kind, target, words)}), flush=True)


main()
