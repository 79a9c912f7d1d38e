#!/usr/bin/env python3
"""Trains the second stage of ranking and writes it as a table in C.

    tests/relevance/train.py --judgements FILE --features FILE [--min-ndcg X] [--min-mrr X]
    tests/relevance/train.py --judgements FILE --features FILE --write index/search/rank/ranking_trees.c

--features is what `cratedex-bench features INDEX --queries JUDGEMENTS` printed. Without --write the
figures of a 5-fold cross-validation are printed, nothing else: nDCG@10 and MRR, as evaluate.py computes
them, by source of the queries, the mean of three random splits; exit 1 where one is below its minimum.
Queries that mean nearly the same, by their words, are of one fold. Needs Debian's python3-numpy.

Among the judgements may be those of lessons.py, which teach what no judged query shows; they are in no
figure but their own.

The model is LambdaMART with symmetric trees (symmetric_trees.py), started from the first stage's score.
Shapes and rates were chosen once, by cross-validation; see the constants.
"""

import argparse
import collections
import csv
import re
import sys
import textwrap

import numpy

import symmetric_trees
from evaluate import COMPLAINT, add_limits, discounted_gain, is_reached, mean, print_figures, read_judgements, score

FIRST_STAGE_WEIGHT = 3.0
N_FOLDS = 5
N_SPLITS = 3
COMPLAINT_WEIGHT = 3  # of a query that people complained about; they are few, and each is a promise
SAME_WORDS = 0.6  # of all words of two queries, so many of both: they mean nearly the same


class Query:
    """The candidates of a judged query, in the order in which the server would show them."""

    def __init__(self, text):
        self.text = text
        self.words = {word.removesuffix("s") for word in re.findall(r"[\w+#]+", text.lower())}
        self.source = ""
        self.front = []
        self.names = []
        self.first_stage = []
        self.features = []
        self.judged = {}

    def base(self):
        return FIRST_STAGE_WEIGHT * numpy.array(self.first_stage, numpy.float32)

    def gains(self):
        return numpy.array([2.0 ** self.judged.get(name, 0) - 1 for name in self.names])

    def rows(self):
        return numpy.array(self.features, numpy.float32)

    def ordered(self, trees):
        if not self.names:
            return self.front
        order = numpy.argsort(-symmetric_trees.predict(trees, self.base(), self.rows()), kind="stable")
        return self.front + [self.names[i] for i in order]

    def is_like(self, other):
        return len(self.words & other.words) >= SAME_WORDS * len(self.words | other.words)


def read_queries(judgements_path, features_path):
    """All judged queries, and the names of the features."""
    queries = {}
    for text, judged, source in read_judgements(judgements_path):
        queries[text] = Query(text)
        queries[text].judged = judged
        queries[text].source = source
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
    return list(queries.values()), names


def train(queries, seed=1):
    """Trees from the queries that have a judged candidate: the others teach nothing."""
    useful = [query for query in queries if any(query.gains())]
    useful += (COMPLAINT_WEIGHT - 1) * [query for query in useful if query.source == COMPLAINT]
    return symmetric_trees.train(
        symmetric_trees.Ranking(
            features=numpy.concatenate([query.rows() for query in useful]),
            base=numpy.concatenate([query.base() for query in useful]),
            gains=numpy.concatenate([query.gains() for query in useful]),
            starts=numpy.cumsum([0] + [len(query.names) for query in useful]),
            n_before=numpy.array([len(query.front) for query in useful]),
            ideal=numpy.array(
                [discounted_gain(sorted(query.judged.values(), reverse=True)[:10]) for query in useful]
            ),
        ),
        seed,
    )


def families(queries):
    """The queries in groups of those that mean nearly the same."""
    groups = []
    for query in queries:
        near = [group for group in groups if any(query.is_like(other) for other in group)]
        groups = [group for group in groups if group not in near] + [sum(near, [query])]
    return groups


def cross_validate(queries):
    """(nDCG@10, MRR) of every query of every split, by source, from models that have not seen it."""
    groups = families(queries)
    results = collections.defaultdict(list)
    for seed in range(N_SPLITS):
        order = numpy.random.RandomState(seed).permutation(len(groups))
        folds = [[query for i in order[fold::N_FOLDS] for query in groups[i]] for fold in range(N_FOLDS)]
        for fold in folds:
            trees = train([query for other in folds if other is not fold for query in other], seed)
            for query in fold:
                results[query.source].append(score(query.ordered(trees), query.judged)[:2])
    return results


def number(value):
    if value == float("inf"):
        return "INFINITY"
    text = f"{numpy.float32(value):.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def write_table(trees, feature_names, path):
    """The C source. A level without a question compares with infinity."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("/* Written by tests/relevance/train.py; do not edit. */\n")
        out.write('#include "index/search/rank/ranking_trees.h"\n\n')
        out.write("#include <math.h>\n\n/* clang-format off */\n")
        out.write(f"const float ranking_first_stage_weight = {number(FIRST_STAGE_WEIGHT)};\n\n")
        out.write("const struct ranking_tree ranking_trees[] = {\n")
        for tree in trees:
            rows = [
                [number(threshold) for threshold in tree.thresholds],
                [number(leaf) for leaf in tree.leaves],
                [f"FEATURE_{feature_names[feature].upper()}" for feature in tree.features],
            ]
            text = "{" + ",\n".join("{" + ", ".join(row) + "}" for row in rows) + "},"
            for line in text.split("\n"):
                out.write(textwrap.fill(line, 100, initial_indent="    ", subsequent_indent="     ") + "\n")
        out.write("};\n\n")
        out.write(f"const unsigned n_ranking_trees = {len(trees)};\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--judgements", required=True)
    arguments.add_argument("--features", required=True)
    arguments.add_argument("--write", metavar="FILE", help="train on all queries, write the table")
    add_limits(arguments)
    options = arguments.parse_args()
    queries, feature_names = read_queries(options.judgements, options.features)
    if options.write:
        write_table(train(queries), feature_names, options.write)
        return 0
    print(f"cross-validated: {N_FOLDS} folds, {N_SPLITS} splits")
    ndcg, mrr = print_figures(cross_validate(queries), ["nDCG@10", "MRR"])
    reached = [is_reached("nDCG@10", ndcg, options.min_ndcg), is_reached("MRR", mrr, options.min_mrr)]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
