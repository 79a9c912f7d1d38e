#!/usr/bin/env python3
"""Measures how the cost of building, opening, searching and suggesting grows with the number of crates.

    tests/bench/scale.py SOURCE_DUMP [--sizes N,N,...] [--queries FILE] [--build FOLDER] [--work FOLDER]
                         [--rounds N] [--baseline-size N] [--seed S] [--json]

For every size a dump is made by synthetic_dump.py, an index is built from it by BUILD/cratedex-index and
timed by BUILD/cratedex-bench, one program at a time; then both are deleted. In the end each figure's
growth is fitted: b of figure = a * N^b, least squares in log-log over the sizes. At one size (200,000,
where it is among the sizes) the same queries also go through SQLite's FTS5 bm25(), in turn with ours.

Memory is ru_maxrss of wait4: the most physical memory that the program had at once. Pages of the index
file that it has mapped and touched count in it although the page cache owns them, nothing is subtracted,
and it is never below this script's own size when it started the program (printed as the floor).
"Open" is `cratedex-bench open`, which holds one index and one reader at a time; "search" is `cratedex-bench
search` over all queries, buffers and its own samples included. Times of search and suggest are those of
the library on one thread, without the JSON answer; the best of the rounds by the 99th percentile.
"""

import argparse
import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

BENCH_FOLDER = os.path.dirname(os.path.abspath(__file__))
BASELINE_SIZE = 200_000
N_PHASES_SHOWN = 8

# (key, title, divisor of the value shown, decimals, is its growth fitted)
FIGURES = (
    ("build_seconds", "build s", 1, 1, True),
    ("build_cpu_seconds", "cpu s", 1, 1, True),
    ("build_rss_bytes", "build MiB", 1 << 20, 0, True),
    ("file_bytes", "file MiB", 1 << 20, 0, True),
    ("open_ms", "open ms", 1, 2, True),
    ("open_rss_bytes", "open MiB", 1 << 20, 0, True),
    ("search_p50_us", "search p50", 1, 1, True),
    ("search_p99_us", "p99", 1, 1, True),
    ("search_max_us", "max us", 1, 1, True),
    ("search_rss_bytes", "run MiB", 1 << 20, 0, True),
    ("suggest_p50_us", "suggest p50", 1, 2, True),
    ("suggest_p99_us", "p99", 1, 2, True),
    ("suggest_max_us", "max us", 1, 1, True),
    ("load", "load", 1, 1, False),
)


class Finished:
    """A program that ended well: what it printed, wall seconds, and its peak memory."""

    def __init__(self, command, work):
        with tempfile.TemporaryFile("w+", encoding="utf-8", dir=work) as printed:
            begin = time.monotonic()
            program = subprocess.Popen(command, stdout=printed, stderr=subprocess.PIPE, text=True)
            complaints = program.stderr.read()
            _, status, usage = os.wait4(program.pid, 0)
            self.seconds = time.monotonic() - begin
            program.returncode = os.waitstatus_to_exitcode(status)
            program.stderr.close()
            if program.returncode != 0:
                name = " ".join(command)
                sys.exit(f"scale.py: {name} failed ({program.returncode}):\n{complaints[-2000:]}")
            self.rss_bytes = usage.ru_maxrss * 1024
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
            printed.seek(0)
            self.output = printed.read()


def say(text):
    print(f"scale.py: {text}", file=sys.stderr, flush=True)


def bench(options, folder, *arguments):
    finished = Finished(
        [os.path.join(options.build, "cratedex-bench"), *arguments, "--json"], folder
    )
    return json.loads(finished.output), finished.rss_bytes


def phases(report):
    """Seconds by phase from the report of `cratedex-index build`."""
    _, _, text = report.partition("Seconds by phase\n")
    lines = re.findall(r"^ +([\d.]+) s  (.+)$", text.partition("\n\n")[0], re.MULTILINE)
    return {name: float(seconds) for seconds, name in lines}


def measure(options, n_crates, folder):
    dump = os.path.join(folder, "dump")
    index = os.path.join(folder, "index.cdx")
    synthetic = os.path.join(BENCH_FOLDER, "synthetic_dump.py")
    made = Finished(
        [sys.executable, synthetic, options.source, str(n_crates), dump, "--seed", str(options.seed)],
        folder,
    )
    say(f"{n_crates} crates: dump written in {made.seconds:.0f} s")
    size = {"crates": n_crates, "load": os.getloadavg()[0], "dump_seconds": made.seconds}
    built = Finished([os.path.join(options.build, "cratedex-index"), "build", dump, "-o", index], folder)
    shutil.rmtree(dump)
    say(f"{n_crates} crates: index built in {built.seconds:.1f} s, {built.rss_bytes >> 20} MiB")
    size["build_seconds"] = built.seconds
    size["build_cpu_seconds"] = built.cpu_seconds
    size["build_rss_bytes"] = built.rss_bytes
    size["phases"] = phases(built.output)
    size["file_bytes"] = os.stat(index).st_size

    rounds = ["--rounds", str(options.rounds)]
    opened, size["open_rss_bytes"] = bench(options, folder, "open", index, *rounds)
    size["open_ms"] = opened["open"]["best"]["p50_us"] / 1e3
    queries = ["--queries", options.queries, *rounds]
    for name in ("search", "suggest"):
        result, size[f"{name}_rss_bytes"] = bench(options, folder, name, index, *queries)
        for statistic in ("p50_us", "p99_us", "max_us"):
            size[f"{name}_{statistic}"] = result[name]["best"][statistic]
        size[f"{name}_queries"] = result["queries"]
        if name == "search":
            size["machine"] = result["machine"]
            size["slowest"] = result["slowest"]
    if n_crates == options.baseline_size:
        say(f"{n_crates} crates: FTS5 bm25()")
        result, _ = bench(options, folder, "search", index, *queries, "--baseline")
        size["baseline"] = {
            "ratio": result["fts5_to_search"],
            "fts5": result["fts5"]["best"],
            "search": result["search"]["best"],
        }
    return size


def exponent(sizes, values):
    """b of value = a * N^b; None where that cannot be said."""
    points = [(math.log(n), math.log(value)) for n, value in zip(sizes, values) if value > 0]
    if len(points) < 2 or len(points) < len(sizes):
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    square = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / square if square > 0 else None


def fit(results):
    sizes = [size["crates"] for size in results]
    fits = {key: exponent(sizes, [size[key] for size in results]) for key, *_, fitted in FIGURES if fitted}
    names = results[-1]["phases"]
    fits["phases"] = {
        name: exponent(sizes, [size["phases"].get(name, 0) for size in results]) for name in names
    }
    return fits


def show_exponent(value):
    return "-" if value is None else f"{value:.2f}"


def print_row(cells):
    print("  ".join(cell.rjust(width) for cell, width in zip(cells, [9] + [11] * len(FIGURES))))


def print_text(options, report):
    machine = report["machine"]
    print(
        f"machine   {machine['processor']}, {machine['cores']} cores, {machine['kernel']},"
        f" {machine['compiler']}, SQLite {machine['sqlite']}"
    )
    print(f"source    {options.source}, seed {options.seed}")
    print(f"queries   {options.queries}, best of {options.rounds} rounds, one thread, microseconds")
    print(f"memory    ru_maxrss, mapped file pages included, floor {report['floor_rss_bytes'] >> 20} MiB")
    print("load      1 minute average before the build; times hold for a machine that is busy with that\n")
    print_row(["crates", *(title for _, title, *_ in FIGURES)])
    for size in report["sizes"]:
        shown = (f"{size[key] / divisor:,.{decimals}f}" for key, _, divisor, decimals, _ in FIGURES)
        print_row([f"{size['crates']:,}", *shown])
    print_row(["b of N^b", *(show_exponent(report["exponents"].get(key)) for key, *_ in FIGURES)])

    last = report["sizes"][-1]
    print(f"\nslowest phases of the build at {last['crates']:,} crates, and their b")
    slowest = sorted(last["phases"], key=last["phases"].get, reverse=True)[:N_PHASES_SHOWN]
    for name in slowest:
        b = show_exponent(report["exponents"]["phases"][name])
        print(f"{last['phases'][name]:9.2f} s  {b:>5}  {name}")
    print(f"\nslowest queries at {last['crates']:,} crates, microseconds")
    for query in last["slowest"]:
        print(f"{query['search_us']:11.1f}  {query['matches']:>9,} matches  {query['query']}")
    for size in report["sizes"]:
        if "baseline" in size:
            ratio, fts5 = size["baseline"]["ratio"], size["baseline"]["fts5"]
            print(
                f"\nFTS5 ORDER BY bm25() LIMIT 10 at {size['crates']:,} crates: p50 {fts5['p50_us']:,.1f},"
                f" p99 {fts5['p99_us']:,.1f}, max {fts5['max_us']:,.1f} us;"
                f" FTS5 : search p50 {ratio['p50']:.1f}, p99 {ratio['p99']:.1f}, mean {ratio['mean']:.1f}"
            )


def parse_sizes(text):
    sizes = sorted({int(size) for size in text.split(",")})
    if sizes[0] < 1:
        raise argparse.ArgumentTypeError("sizes are at least 1")
    return sizes


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", metavar="SOURCE_DUMP")
    parser.add_argument("--sizes", type=parse_sizes, default="25000,50000,100000,200000,2000000")
    parser.add_argument("--queries", default=os.path.join(BENCH_FOLDER, "queries.txt"))
    parser.add_argument("--build", default="build", help="folder of the programs")
    parser.add_argument("--work", help="folder for dumps and indexes; 2 million crates take 8 GB")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--baseline-size", type=int, default=BASELINE_SIZE, help="0 for none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for program in ("cratedex-index", "cratedex-bench"):
        if not os.access(os.path.join(options.build, program), os.X_OK):
            parser.error(f"no {program} in {options.build}")
    return options


def main():
    options = parse_options()
    if options.work is not None:
        os.makedirs(options.work, exist_ok=True)
    results = []
    for n_crates in options.sizes:
        with tempfile.TemporaryDirectory(prefix="cratedex-scale-", dir=options.work) as folder:
            size = measure(options, n_crates, folder)
        say(f"{n_crates} crates: search p50 {size['search_p50_us']:.1f}, p99 {size['search_p99_us']:.1f} us")
        results.append(size)
    report = {
        "machine": results[0].pop("machine"),
        "floor_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "sizes": results,
        "exponents": fit(results),
    }
    if options.json:
        json.dump(report, sys.stdout, indent=2)
        print()
    else:
        print_text(options, report)


if __name__ == "__main__":
    main()
