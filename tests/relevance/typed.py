#!/usr/bin/env python3
"""What people type into the search box, and what must come of it, on crates-real.tar.gz.

    tests/relevance/typed.py --typed FILE [--url http://127.0.0.1:8888] [--worst N]

FILE has a case a line: kind, TAB, text (with \\n, \\t and \\\\ for newline, tab and backslash), TAB, what is
wanted, TAB, the last place that is good enough. Every text is asked through HTTP. Of each kind a share must
come out right:

    spaces, joined, split, pasted   the wanted crate stands at that place or before
    kept                            the text is searched as it stands: nothing is replaced or suggested
    written                         the first result has the very word in its name, keywords or description

A kind that has less than its share prints its first failures. The last line is "N passed, N failed"; exit 1
where one failed.
"""

import argparse
import collections
import http.client
import json
import re
import sys
import urllib.parse

# The share of each kind that must come out right.
SHARES = {
    "spaces": 0.99,
    "joined": 0.99,
    "split": 0.90,
    "pasted": 0.97,
    "kept": 0.995,
    "written": 0.90,
}
N_RESULTS = 10
ESCAPED = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}

Case = collections.namedtuple("Case", "text wanted place")


def read_cases(path):
    """The cases by kind."""
    cases = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            kind, text, wanted, place = line.rstrip("\n").split("\t")
            text = re.sub(r"\\[nt\\]", lambda escape: ESCAPED[escape[0]], text)
            cases[kind].append(Case(text, wanted, int(place)))
    return cases


class Server:
    """Answers of a server, through one connection."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)

    def get(self, path, **parameters):
        """The decoded answer; None where it is an error's."""
        self.connection.request("GET", f"{path}?{urllib.parse.urlencode(parameters)}")
        answer = self.connection.getresponse()
        body = answer.read()
        return json.loads(body) if answer.status == 200 else None

    def words(self, name):
        """The words of a crate's name, description and keywords, as they are written."""
        found = self.get("/api/v1/crates/" + urllib.parse.quote(name, safe=""), include="keywords")
        texts = [name, found["crate"]["description"] or ""] + [word["id"] for word in found["keywords"]]
        return set(re.findall("[a-z0-9]+", " ".join(texts).lower()))


def is_right(server, kind, case, answer):
    names = [crate["name"] for crate in answer["crates"]]
    if kind == "kept":
        return answer["meta"].keys().isdisjoint({"relaxed", "did_you_mean"})
    if kind == "written":
        return bool(names) and case.wanted in server.words(names[0])
    return case.wanted in names[: case.place]


def check_kind(server, kind, cases, n_worst):
    """Asks all cases of a kind and says how that went. Returns whether enough came out right."""
    wrong = []
    for case in cases:
        answer = server.get("/api/v1/crates", q=case.text, per_page=N_RESULTS)
        if answer is None or not is_right(server, kind, case, answer):
            first = "an error" if answer is None else [crate["name"] for crate in answer["crates"][:3]]
            wrong.append((case, first))
    share = 1 - len(wrong) / len(cases)
    is_enough = share >= SHARES[kind]
    verdict = "       OK" if is_enough else "  FAILED "
    print(f"[{verdict} ] typed_{kind}: {share:.3f} of {len(cases)} are right, {SHARES[kind]} must be")
    for case, first in wrong[: 0 if is_enough else n_worst]:
        print(f"    {case.text!r}: {case.wanted} was wanted, {first} came")
    return is_enough


def run(url, path, n_worst=10):
    """Checks every kind. Returns how many passed and how many failed."""
    server = Server(url)
    results = [check_kind(server, kind, cases, n_worst) for kind, cases in read_cases(path).items()]
    return sum(results), len(results) - sum(results)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--url", default="http://127.0.0.1:8888")
    arguments.add_argument("--typed", required=True)
    arguments.add_argument("--worst", type=int, default=10, help="how many failures of a kind to list")
    options = arguments.parse_args()
    n_passed, n_failed = run(options.url, options.typed, options.worst)
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
