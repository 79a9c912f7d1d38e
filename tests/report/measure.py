"""Baseline figures: what machine, commit and corpus these are, and what the existing benchmarks say."""

import os
import re
import sys
from pathlib import Path

from changes import git
from tools import ROOT, ReportError, run, run_json

LIBRARIES = ("sqlite3", "libmicrohttpd", "libarchive", "zlib", "libbrotlienc", "libzstd", "jansson", "msgpack",
             "libxxhash")


def library_versions():
    """{name of pkg-config: version} of what the programs are linked to."""
    return {name: run(["pkg-config", "--modversion", name], 10).strip() for name in LIBRARIES}


def describe_commit():
    return {"hash": git("rev-parse", "HEAD"), "subject": git("log", "-1", "--format=%s"),
            "is_dirty": git("status", "--porcelain") != ""}


def describe_corpus(programs, dump, index, queries):
    info = run_json([programs / "cratedex-index", "info", index, "--json"], 60)
    return {"dump": str(dump), "index_bytes": os.path.getsize(index), "info": info, "queries": str(queries)}


def queries_for(dump):
    """The queries that lie beside a dump and are named after it (queries-npm.txt for npm-227k.tar.gz), else our own."""
    for path in sorted(dump.parent.glob("queries-*.txt")):
        if dump.name.startswith(path.stem.removeprefix("queries-")):
            return path
    return ROOT / "tests" / "bench" / "queries.txt"


def benchmarks(programs, index, queries, progress):
    """{name: result} of the benchmarks, as they print it."""
    bench = programs / "cratedex-bench"
    commands = {
        "open": [bench, "open", index, "--json"],
        "search": [bench, "search", index, "--queries", queries, "--json"],
        "suggest": [bench, "suggest", index, "--queries", queries, "--json"],
        "pages": [bench, "pages", index, "--json"],
        "http": [bench, "http", index, "--queries", queries, "--connections", "64", "--contender",
                 "hit,bare,not_modified,bare_not_modified,miss", "--json"],
        "start": [sys.executable, "-B", ROOT / "tests" / "bench" / "start.py", index, "--queries", queries, "--rounds",
                  "3", "--build", programs, "--json"],
    }
    found = {}
    for name, command in commands.items():
        progress.say(f"benchmark: {name}")
        found[name] = run_json(command, 240)
    return found


def check_dump(dump):
    if not dump.exists():
        raise ReportError(f"no such dump: {dump}")
    return Path(os.path.realpath(dump))


def check_queries(queries, dump):
    """The file of queries, where `queries` is None that of the dump. Absolute, for not all that read it run here."""
    found = queries or queries_for(dump)
    if not found.is_file():
        raise ReportError(f"no such file of queries: {found}")
    return Path(os.path.realpath(found))


def dump_name(dump):
    return re.sub(r"(\.tar\.gz|\.tgz|\.zip)$", "", dump.name)
