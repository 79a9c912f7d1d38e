#!/usr/bin/env python3
"""Trains the second stage of ranking and writes it as a table in C.

    tests/relevance/train.py --judgements FILE --features FILE [--min-cv X]
    tests/relevance/train.py --judgements FILE --features FILE --write index/search/rank/ranking_trees.c

--features is what `cratedex-bench features INDEX --queries JUDGEMENTS` printed. Without --write the
figures of a 5-fold cross-validation are printed, nothing else: nDCG@10 and MRR, as evaluate.py computes
them, over folds of whole queries, the mean of three random splits; exit 1 where that nDCG@10 is below
--min-cv. Needs Debian's python3-xgboost.

The model is LambdaMART (Burges 2010) in xgboost's pairwise form: trees of depth 3, started from the first
stage's score. Shapes and rates were chosen once, by cross-validation; see the constants.
"""

import argparse
import collections
import csv
import json
import sys
import textwrap

import numpy
import xgboost

from evaluate import is_reached, mean, read_judgements, score

ROUNDS = 60
FIRST_STAGE_WEIGHT = 3.0
DEPTH = 3
PARAMETERS = {
    "objective": "rank:pairwise",
    "eta": 0.07,
    "max_depth": DEPTH,
    "min_child_weight": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.7,
    "seed": 1,
    "nthread": 2,
}


class Query:
    """The candidates of a judged query, in the order in which the server would show them."""

    def __init__(self):
        self.front = []
        self.names = []
        self.first_stage = []
        self.features = []
        self.judged = {}

    def matrix(self):
        data = xgboost.DMatrix(numpy.array(self.features))
        data.set_base_margin(FIRST_STAGE_WEIGHT * numpy.array(self.first_stage))
        return data

    def grades(self):
        return [self.judged.get(name, 0) for name in self.names]

    def ordered(self, model):
        if not self.names:
            return self.front
        scores = model.predict(self.matrix())
        order = numpy.argsort(-scores, kind="stable")
        return self.front + [self.names[i] for i in order]


def read_queries(judgements_path, features_path):
    """All judged queries by text, and the names of the features."""
    queries = collections.defaultdict(Query)
    for text, judged, _ in read_judgements(judgements_path):
        queries[text].judged = judged
    with open(features_path, encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        names = next(rows)[3:]
        for text, crate, first_stage, *features in rows:
            query = queries[text]
            if first_stage == "front":
                query.front.append(crate)
                continue
            query.names.append(crate)
            query.first_stage.append(float(first_stage))
            query.features.append([float(value) for value in features])
    return dict(queries), names


def train(queries):
    """A model from the queries that have a judged candidate: the others teach nothing."""
    useful = [query for query in queries if any(query.grades())]
    data = xgboost.DMatrix(numpy.array([row for query in useful for row in query.features]))
    data.set_label(numpy.array([grade for query in useful for grade in query.grades()]))
    data.set_group([len(query.names) for query in useful])
    first_stage = [value for query in useful for value in query.first_stage]
    data.set_base_margin(FIRST_STAGE_WEIGHT * numpy.array(first_stage))
    return xgboost.train(PARAMETERS, data, ROUNDS)


def cross_validate(queries, n_folds=5, n_splits=3):
    """nDCG@10 and MRR of queries that the model has not seen."""
    results = []
    for seed in range(n_splits):
        shuffled = [queries[i] for i in numpy.random.RandomState(seed).permutation(len(queries))]
        for fold in range(n_folds):
            model = train([q for i, q in enumerate(shuffled) if i % n_folds != fold])
            results += [
                score(query.ordered(model), query.judged)[:2] for query in shuffled[fold::n_folds]
            ]
    return mean([ndcg for ndcg, _ in results]), mean([rank for _, rank in results])


def complete(node, depth):
    """The splits (feature, threshold) and leaves of a subtree, breadth first, grown to full depth."""
    if depth == 0:
        return [], [node["leaf"]]
    if "leaf" in node:
        left = right = node
        split = (0, float("inf"))
    else:
        children = {child["nodeid"]: child for child in node["children"]}
        left, right = children[node["yes"]], children[node["no"]]
        split = (int(node["split"].removeprefix("f")), node["split_condition"])
    left_splits, left_leaves = complete(left, depth - 1)
    right_splits, right_leaves = complete(right, depth - 1)
    splits = [split]
    for level in range(depth - 1):
        start, end = (1 << level) - 1, (2 << level) - 1
        splits += left_splits[start:end] + right_splits[start:end]
    return splits, left_leaves + right_leaves


def read_trees(model):
    """Every tree as (splits, leaves), complete."""
    for tree in model.get_dump(dump_format="json"):
        yield complete(json.loads(tree), DEPTH)


def number(value):
    if value == float("inf"):
        return "INFINITY"
    text = f"{numpy.float32(value):.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def write_table(model, feature_names, path):
    """The C source. Unused splits compare the first feature with infinity."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("/* Written by tests/relevance/train.py; do not edit. */\n")
        out.write('#include "index/search/rank/ranking_trees.h"\n\n')
        out.write("#include <math.h>\n\n/* clang-format off */\n")
        out.write(f"const float ranking_first_stage_weight = {number(FIRST_STAGE_WEIGHT)};\n\n")
        out.write("const struct ranking_tree ranking_trees[] = {\n")
        n_trees = 0
        for splits, leaves in read_trees(model):
            rows = [
                [number(threshold) for _, threshold in splits],
                [number(leaf) for leaf in leaves],
                [f"FEATURE_{feature_names[f].upper()}" for f, _ in splits],
            ]
            tree = "{" + ",\n".join("{" + ", ".join(row) + "}" for row in rows) + "},"
            for line in tree.split("\n"):
                out.write(textwrap.fill(line, 100, initial_indent="    ", subsequent_indent="     ") + "\n")
            n_trees += 1
        out.write("};\n\n")
        out.write(f"const unsigned n_ranking_trees = {n_trees};\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--judgements", required=True)
    arguments.add_argument("--features", required=True)
    arguments.add_argument("--write", metavar="FILE", help="train on all queries, write the table")
    arguments.add_argument("--min-cv", type=float, default=0.0, metavar="X")
    options = arguments.parse_args()
    queries, feature_names = read_queries(options.judgements, options.features)
    if options.write:
        write_table(train(list(queries.values())), feature_names, options.write)
        return 0
    first = [score(q.front + q.names, q.judged)[:2] for q in queries.values()]
    print(f"shown        nDCG@10 {mean([n for n, _ in first]):.4f}  MRR {mean([r for _, r in first]):.4f}")
    ndcg, rank = cross_validate(list(queries.values()))
    print(f"5-fold CV    nDCG@10 {ndcg:.4f}  MRR {rank:.4f}")
    return 0 if is_reached("cross-validated nDCG@10", ndcg, options.min_cv) else 1


if __name__ == "__main__":
    sys.exit(main())
