#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores synthetic tables by outside definitions, the sdmetrics and xgboost
packages, and by learning from them what is then tested on real rows held out.

    table_scores.py TRAIN.csv TEST.csv TARGET INDEPENDENT.csv SYNTHETIC.csv ...
        [--judge bench_judge]

Writes INDEPENDENT.csv, the training rows with their columns shuffled one by one,
and prints a line of JSON for the training rows themselves, for those, for the
rows held out in the place of a synthetic table, and for each synthetic table:
the quality score and its two parts (column shapes, column pair trends), the
trends of all pairs, related or not, as papers have them ("trend"), the classifier
two-sample test by XGBoost ("c2st", 1: can't be told; and its AUC), and the
area under the ROC curve of gradient-boosted trees that learn TARGET (the mean
over its values, each against the rest).

With --judge the library's own evaluation is compared with these: fails where
one differs by more than rounding, or the AUC of its trees from XGBoost's by more
than chance does.
"""
import json
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
from sdmetrics.reports.single_table import QualityReport
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

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


def quality(real, synthetic, kind, threshold=None):
    """The score, shapes and trends of pairs; threshold 0: of all pairs."""
    columns = {name: {"sdtype": what} for name, what in kind.items()}
    report = QualityReport()
    if threshold is not None:
        report.real_correlation_threshold = threshold
        report.real_association_threshold = threshold
    report.generate(real, synthetic, {"columns": columns}, verbose=False)
    parts = report.get_properties().set_index("Property")["Score"]
    return (report.get_score(), parts["Column Shapes"],
            parts["Column Pair Trends"])


def two_sample_test(real, synthetic):
    """Score and AUC of XGBoost's own settings, on as many rows of each table."""
    rows = min(len(real), len(synthetic))
    both = pd.concat([table.sample(rows, random_state=0)
                      for table in (real, synthetic)], ignore_index=True)
    for name in both:
        if both[name].dtype == object:
            both[name] = both[name].astype("category")
        elif both[name].dtype.kind == "M":
            both[name] = both[name].astype("int64") / 1e9
    label = np.repeat([1, 0], rows)
    areas = []
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    for learn, test in folds.split(both, label):
        model = XGBClassifier(enable_categorical=True, random_state=0)
        model.fit(both.iloc[learn], label[learn])
        areas.append(roc_auc_score(
            label[test], model.predict_proba(both.iloc[test])[:, 1]))
    return (float(np.mean([1 - (2 * max(area, 0.5) - 1) for area in areas])),
            float(np.mean(areas)))


def shuffled(table):
    """Each column by itself, which leaves nothing but the columns."""
    random = np.random.default_rng(1)
    return pd.DataFrame({name: table[name].to_numpy()[
        random.permutation(len(table))] for name in table})


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


def agrees(program, train, path, test, kind, scores, rows):
    """Whether the library's own evaluation says the same of a table."""
    schema = {"columns": [{"name": name, "type": "category"}
                          for name, what in kind.items()
                          if what == "categorical"]}
    made = subprocess.run(
        [program, "-s", json.dumps(schema), train, path, test],
        check=True, capture_output=True, text=True).stdout
    values = json.loads(made)["values"]
    same = True
    pairs = {"quality": ("quality.score", 0.003),
             "shapes": ("quality.shapes", 0.003),
             "pairs": ("quality.pairs", 0.003),
             "trend": ("quality.pairs.all", 0.003),
             "told": ("detection.trees.auc", 0.005 + 0.8 / rows ** 0.5)}
    for mine, (name, most) in pairs.items():
        ours, theirs = float(values[name]), scores[mine]
        if mine == "told":  # below guessing is guessing
            ours, theirs = max(ours, 0.5), max(theirs, 0.5)
        if not abs(ours - theirs) <= most:
            print(f"{path}: {name} is {ours:.4f}, by outside definitions "
                  f"{theirs:.4f}; more than {most:.4f} off",
                  file=sys.stderr)
            same = False
    return same


def main():
    arguments = sys.argv[1:]
    judge = None
    if "--judge" in arguments:
        at = arguments.index("--judge")
        judge = arguments[at + 1]
        del arguments[at:at + 2]
    train, test, target, independent, *paths = arguments
    plain, held = read(train), read(test)
    shuffled(plain).to_csv(independent, index=False)
    kind = kinds(plain)
    real, held = typed(plain, kind), typed(held, kind)
    words = {name: {word: i for i, word in
                    enumerate(sorted(set(real[name].astype(str))))}
             for name, what in kind.items() if what == "categorical"}
    differs = False
    for path in [train, independent, test, *paths]:
        made = typed(read(path), kind)
        score, shapes, pairs = quality(real, made, kind)
        scores = {"table": path, "quality": score, "shapes": shapes,
                  "pairs": pairs, "trend": quality(real, made, kind, 0)[2]}
        scores["c2st"], scores["told"] = two_sample_test(real, made)
        if path != test:
            scores["auc"] = utility(made, held, kind, target, words)
        if judge is not None and path != train:
            differs |= not agrees(judge, train, path, test, kind, scores,
                                  min(len(real), len(made)))
        print(json.dumps(scores), flush=True)
    if differs:
        sys.exit(1)


main()
