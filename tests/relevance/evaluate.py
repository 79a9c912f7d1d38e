#!/usr/bin/env python3
"""How well a running server orders search results: nDCG@10 and MRR over judged queries.

    tests/relevance/evaluate.py --judgements FILE [--url http://127.0.0.1:8888] [--worst N]
                                [--min-ndcg X] [--min-mrr X]

FILE has a query a line: query, TAB, `crate:grade,…` (3 is best), TAB, source. The gain of grade g is
2^g - 1 and the discount of place i is log2(i + 1) (Järvelin and Kekäläinen 2002, in the form of Burges
et al. 2005); a query's ideal order is its judged crates by grade. MRR looks for the first judged crate
among the first 100. Every query is asked through HTTP with default parameters. Exit 1 where nDCG@10 is
below --min-ndcg or MRR below --min-mrr.
"""

import argparse
import collections
import json
import math
import sys
import urllib.parse
import urllib.request


# The sources of what lessons.py makes, which nobody judged.
UNFINISHED = "unfinished"
COMPLAINT = "complaint"
MADE = (UNFINISHED, COMPLAINT)


def read_judgements(path):
    """Yields (query, {crate: grade}, source)."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            query, crates, source = line.rstrip("\n").split("\t")
            grades = (crate.rsplit(":", 1) for crate in crates.split(","))
            yield query, {name: int(grade) for name, grade in grades}, source


def search(url, query):
    """The names of the first 100 results."""
    parameters = urllib.parse.urlencode({"q": query, "per_page": 100})
    with urllib.request.urlopen(f"{url}/api/v1/crates?{parameters}") as answer:
        return [crate["name"] for crate in json.load(answer)["crates"]]


def discounted_gain(grades):
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def score(names, grades):
    """nDCG@10, reciprocal rank and recall@100 of one query."""
    ideal = discounted_gain(sorted(grades.values(), reverse=True)[:10])
    gained = discounted_gain([grades.get(name, 0) for name in names[:10]])
    first = next((place for place, name in enumerate(names, 1) if name in grades), None)
    recall = sum(name in grades for name in names) / len(grades)
    return gained / ideal, 1 / first if first else 0.0, recall


def mean(values):
    return sum(values) / len(values)


def kind_of(source):
    """The sources by what their queries are like."""
    if source.endswith("-item"):
        return "description"
    if source in MADE:
        return source
    return "recipe" if source in ("cookbook", "stdx") else "topic"


def print_figures(by_source, columns):
    """A table of means by kind of query and for all that people judged; returns the last line's figures."""
    kinds = collections.defaultdict(list)
    for source, figures in by_source.items():
        kinds[kind_of(source)] += figures
    print(f"{'queries':<12} {'number':>7}" + "".join(f" {column:>10}" for column in columns))
    judged = sum((figures for kind, figures in kinds.items() if kind not in MADE), [])
    for kind, figures in [*sorted(kinds.items()), ("all judged", judged)]:
        means = [mean(column) for column in zip(*figures)]
        print(f"{kind:<12} {len(figures):>7}" + "".join(f" {value:>10.3f}" for value in means))
    return means


def evaluate(url, judgements, n_worst):
    """Asks every query, prints the figures by kind and the worst queries; returns nDCG@10 and MRR."""
    by_source = collections.defaultdict(list)
    worst = []
    for query, grades, source in judgements:
        names = search(url, query)
        figures = score(names, grades)
        by_source[source].append(figures)
        worst.append((figures[0], query, names[:3]))
    ndcg, mrr, _ = print_figures(by_source, ["nDCG@10", "MRR", "recall@100"])
    if n_worst > 0:
        print("\nworst queries (nDCG@10, query, what came first)")
    for ndcg_of_query, query, first in sorted(worst)[:n_worst]:
        print(f"{ndcg_of_query:>8.3f}  {query}: {', '.join(first) or 'nothing'}")
    return ndcg, mrr


def is_reached(what, value, minimum):
    """Whether a figure is high enough; says so where it is not."""
    if value < minimum:
        print(f"{what} is {value:.4f}, below {minimum:.4f}")
    return value >= minimum


def add_limits(arguments):
    arguments.add_argument("--min-ndcg", type=float, default=0.0)
    arguments.add_argument("--min-mrr", type=float, default=0.0)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--url", default="http://127.0.0.1:8888")
    arguments.add_argument("--judgements", required=True)
    arguments.add_argument("--worst", type=int, default=10, help="how many of the worst to list")
    add_limits(arguments)
    options = arguments.parse_args()
    ndcg, mrr = evaluate(options.url, read_judgements(options.judgements), options.worst)
    # Both are told.
    reached = [is_reached("nDCG@10", ndcg, options.min_ndcg), is_reached("MRR", mrr, options.min_mrr)]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
