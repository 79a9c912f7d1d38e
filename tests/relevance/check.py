#!/usr/bin/env python3
"""Starts a server on a free port and checks what its searches find, and in which order.

    tests/relevance/check.py --server PROGRAM --index FILE --judgements FILE [--typed FILE]
                             [--min-ndcg X] [--min-mrr X]

The figures are those of evaluate.py and count as one test; every case of complaints.py counts as one, and
so does every kind of typed.py, for which --typed must name a file that exists; else they are skipped. The
last line is "N passed, N failed"; exit 1 where one failed. The server is ended by SIGTERM and must exit
with status 0.
"""

import argparse
import pathlib
import sys

import complaints
import evaluate
import typed

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from running_server import running_server  # pylint: disable=wrong-import-position


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--server", required=True)
    arguments.add_argument("--index", required=True)
    arguments.add_argument("--judgements", required=True)
    arguments.add_argument("--typed", type=pathlib.Path, default=pathlib.Path())
    evaluate.add_limits(arguments)
    options = arguments.parse_args()
    judgements = list(evaluate.read_judgements(options.judgements))
    with running_server(options.server, options.index) as url:
        ndcg, mrr = evaluate.evaluate(url, judgements, 10)
        print()
        figures_hold = all(
            [
                evaluate.is_reached("nDCG@10", ndcg, options.min_ndcg),
                evaluate.is_reached("MRR", mrr, options.min_mrr),
            ]
        )
        print(f"[{'       OK' if figures_hold else '  FAILED '} ] the_figures_are_reached")
        n_failed = complaints.run(url, judgements) + (0 if figures_hold else 1)
        n_passed = len(complaints.CASES) + 1 - n_failed
        if options.typed.is_file():
            n_typed_passed, n_typed_failed = typed.run(url, options.typed)
            n_passed, n_failed = n_passed + n_typed_passed, n_failed + n_typed_failed
        else:
            print("typed: skipped, for there is no file of what people type")
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
