#!/usr/bin/env python3
"""The complaints that people filed about crates.io's search, each a named case on crates-real.tar.gz.

    tests/relevance/complaints.py --judgements FILE [--url http://127.0.0.1:8888]

Every case asks a running server through HTTP with default parameters. A case that fails prints the page
that it got. The last line is "N passed, N failed"; exit 1 where a case failed.
"""

import argparse
import json
import sys
import urllib.parse
import urllib.request

from evaluate import read_judgements


class Failure(Exception):
    """A case does not hold: what is wrong, and the page that shows it."""

    def __init__(self, message, crates):
        super().__init__(message)
        self.crates = crates


class Server:
    def __init__(self, url):
        self.url = url

    def crates(self, **parameters):
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.url}/api/v1/crates?{query}") as answer:
            return json.load(answer)["crates"]

    def crate(self, name):
        """The crate of exactly this name, or None."""
        return next(iter(self.crates(**{"ids[]": name})), None)


def names(crates):
    return [crate["name"] for crate in crates]


def canonical(name):
    return name.lower().replace("-", "_")


def place(crates, wanted):
    """The place, from 1, of the first crate that is one of `wanted`."""
    for number, name in enumerate(names(crates), 1):
        if name in wanted:
            return number
    return len(crates) + 1


# What people use for a word that is also the name of a crate that far fewer use.
DEAD_NAMES = {
    "http": ["hyper", "reqwest"],
    "yaml": ["serde_yaml", "yaml-rust"],
    "random": ["rand"],
    "xml": ["xml-rs", "quick-xml"],
    "logging": ["log", "slog"],
    "gzip": ["flate2"],
    "jwt": ["jsonwebtoken"],
    "json": ["serde_json"],
    "date": ["chrono"],
    "color": ["colored", "termcolor", "ansi_term"],
    "parallel": ["rayon"],
    "progress": ["indicatif", "pbr"],
    "template": ["tera", "handlebars"],
    "tls": ["rustls", "native-tls", "openssl"],
}


def a_dead_exact_name_does_not_hide_what_everyone_uses(server, _):
    for query, used in DEAD_NAMES.items():
        crates = server.crates(q=query)
        if canonical(crates[0]["name"]) != query:
            raise Failure(f"{query}: the crate of that name is not first", crates)
        most_used = max(server.crate(name)["downloads"] for name in used)
        if crates[0]["downloads"] >= most_used:
            raise Failure(f"{query}: the name is not dead, the case proves nothing", crates)
        if place(crates, used) > 3:
            raise Failure(f"{query}: none of {', '.join(used)} is among the first three", crates)


def the_exact_name_is_first(server, judgements):
    """Every judged crate, and every judged query that is a name, however it is spelled."""
    wanted = {name for _, judged, _ in judgements for name in judged}
    wanted |= {query for query, _, _ in judgements if " " not in query}
    n_names = 0
    for name in sorted(wanted):
        if server.crate(name) is None:
            continue
        n_names += 1
        other = name.replace("-", "_") if "-" in name else name.replace("_", "-")
        for query in {name, name.upper(), other}:
            crates = server.crates(q=query, per_page=1)
            if not crates or canonical(crates[0]["name"]) != canonical(name):
                raise Failure(f"{query}: {name} is not first", crates)
            if not crates[0]["exact_match"]:
                raise Failure(f"{query}: {name} is not marked as the exact match", crates)
    if n_names < 100:
        raise Failure(f"only {n_names} names: the case proves nothing", [])


def dotenv_shows_dotenvy_on_the_first_page(server, _):
    crates = server.crates(q="dotenv")
    if "dotenvy" not in names(crates):
        raise Failure("dotenv: dotenvy is not on the first page", crates)


FONT_PARSERS = {"truetype": ["rusttype", "ttf-parser"]}


def truetype_puts_the_font_parsers_that_people_use_first(server, _):
    crates = server.crates(q="truetype")
    for parser in FONT_PARSERS["truetype"]:
        at = place(crates, [parser])
        if at > 5:
            raise Failure(f"truetype: {parser} is not among the first five", crates)
        # The exact name is item one by rule; any other before it must be used about as much.
        for crate in crates[1 : at - 1]:
            if crate["downloads"] * 10 < crates[at - 1]["downloads"]:
                raise Failure(f"truetype: {crate['name']} stands before {parser}", crates)


def an_unfinished_word_shows_what_is_being_typed(server, _):
    for query in ("serde_js", "serde js", "serde-js", "serde_jso", "serde jso"):
        crates = server.crates(q=query)
        if not crates or crates[0]["name"] != "serde_json":
            raise Failure(f"{query}: serde_json is not first", crates)


CASES = [
    a_dead_exact_name_does_not_hide_what_everyone_uses,
    the_exact_name_is_first,
    dotenv_shows_dotenvy_on_the_first_page,
    truetype_puts_the_font_parsers_that_people_use_first,
    an_unfinished_word_shows_what_is_being_typed,
]


def run(url, judgements):
    """Runs every case and says how each went. Returns how many failed."""
    server = Server(url)
    n_failed = 0
    for case in CASES:
        try:
            case(server, judgements)
            print(f"[       OK ] {case.__name__}")
        except Failure as failure:
            n_failed += 1
            print(f"[  FAILED  ] {case.__name__}: {failure}")
            for number, crate in enumerate(failure.crates, 1):
                print(f"    {number:>3}  {crate['name']} ({crate['downloads']} downloads)")
    return n_failed


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--url", default="http://127.0.0.1:8888")
    arguments.add_argument("--judgements", required=True)
    options = arguments.parse_args()
    n_failed = run(options.url, list(read_judgements(options.judgements)))
    print(f"{len(CASES) - n_failed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
