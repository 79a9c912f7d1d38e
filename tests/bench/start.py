#!/usr/bin/env python3
"""How long the server takes from its start to its first answer with nothing of the index in memory, and what
memory it has then and after it has answered queries.

    tests/bench/start.py INDEX [--queries FILE] [--rounds N] [--build FOLDER] [--target PATH] [--json] [--check]

Before each round the file's pages are dropped from the page cache (posix_fadvise, POSIX_FADV_DONTNEED; pages
that another process has mapped stay, so nobody else may have the index open; what stayed is printed, where
util-linux's `fincore` is there to tell). Then the server is started as its user would, and asked
until it answers: seconds from its start to the line that it listens, and to the last byte of the first
answer. The disk is the machine's own; what a virtual machine's host caches is not in our hands.

The goal is set for a file of 1 GB. Synthetic packages make one, of 1.13 GiB (two minutes, and 0.3 GiB for the
dump):

    tests/bench/synthetic_dump.py npm-227k.tar.gz 360000 build/synthetic
    build/cratedex-index build build/synthetic -o build/synthetic.cdx

Memory is that of /proc/PID/smaps_rollup: private (heap, stacks, written pages: its own) and shared (pages of
the index and of the libraries, which belong to the page cache). --check ends with status 1 where the median
of the first answer takes more than 0.3 s."""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request

BENCH_FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(BENCH_FOLDER, "..", "support"))
from running_server import running_server  # noqa: E402

LIMIT_SECONDS = 0.3


def drop_pages(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def resident_bytes(path):
    """Of the file, in the page cache; None where nobody tells."""
    if shutil.which("fincore") is None:
        return None
    printed = subprocess.run(["fincore", "--bytes", "--noheadings", "--output", "RES", path], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    return int(printed)


def memory_of(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        sizes = {name: int(size) * 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB$", file.read(), re.M)}
    return {"private_bytes": sizes["Anonymous"], "mapped_bytes": sizes["Rss"] - sizes["Anonymous"]}


def child_pid():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="utf-8") as children:
        return int(children.read().split()[-1])


def ask(url):
    with urllib.request.urlopen(url) as answer:
        answer.read()


def measure(options, queries):
    drop_pages(options.index)
    figures = {"resident_bytes_before": resident_bytes(options.index)}
    begin = time.monotonic()
    with running_server(os.path.join(options.build, "cratedex-server"), options.index) as url:
        figures["listening_seconds"] = time.monotonic() - begin
        ask(url + options.target)
        figures["first_answer_seconds"] = time.monotonic() - begin
        pid = child_pid()
        figures["memory_at_first_answer"] = memory_of(pid)
        for query in queries:
            ask(f"{url}/api/v1/crates?q={urllib.parse.quote_plus(query)}")
        if queries:
            figures["memory_after_queries"] = memory_of(pid)
    return figures


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index")
    parser.add_argument("--queries")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--build", default="build")
    parser.add_argument("--target", default="/api/v1/crates?q=http+client")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def mebibytes(n_bytes):
    return "unknown" if n_bytes is None else f"{n_bytes / (1 << 20):,.0f} MiB"


def main():
    options = parse_arguments()
    queries = []
    if options.queries:
        with open(options.queries, encoding="utf-8") as file:
            queries = [line.rstrip("\n").removesuffix("*") for line in file if line.strip()]
    rounds = [measure(options, queries) for _ in range(options.rounds)]
    median = {key: statistics.median(one[key] for one in rounds)
              for key in ("listening_seconds", "first_answer_seconds")}
    if options.json:
        print(json.dumps({"benchmark": "start", "index": options.index,
                          "bytes": os.path.getsize(options.index), "median": median, "rounds": rounds}, indent=2))
    else:
        print(f"index     {options.index}, {mebibytes(os.path.getsize(options.index))}; "
              f"{options.rounds} starts, in memory before: "
              f"{mebibytes(max((one['resident_bytes_before'] or 0) for one in rounds))} at most")
        for key, title in (("listening_seconds", "listens"), ("first_answer_seconds", "first answer")):
            values = [one[key] for one in rounds]
            print(f"{title:14}median {median[key]:.3f} s, {min(values):.3f} to {max(values):.3f} s")
        for key, title in (("memory_at_first_answer", "memory then"), ("memory_after_queries", "after queries")):
            if key in rounds[-1]:
                memory = rounds[-1][key]
                print(f"{title:14}{mebibytes(memory['private_bytes'])} private, "
                      f"{mebibytes(memory['mapped_bytes'])} mapped and shared")
    return 1 if options.check and median["first_answer_seconds"] > LIMIT_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
