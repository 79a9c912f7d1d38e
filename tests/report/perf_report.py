#!/usr/bin/env python3
"""Measures Cratedex and writes build/perf-report: index.html (one file that needs no other), report.md, report.json and
what they were made from (folded stacks, flame graphs). scripts/perf-report builds the programs and calls this."""

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

import changes  # noqa: E402
import measure  # noqa: E402
import parts  # noqa: E402
import render  # noqa: E402
import side  # noqa: E402
from perf import Side, check_perf  # noqa: E402
from tools import Progress, ReportError  # noqa: E402

ROOT = FOLDER.parents[1]
PROGRAMS = ROOT / "build"
OUTPUT = ROOT / "build" / "perf-report"


def check_arguments(options):
    """(dump, queries, (commit to compare with, how it was chosen)), or ReportError for what is not there."""
    dump = measure.check_dump(options.dump)
    return dump, measure.check_queries(options.queries, dump), changes.find_since(options.since)


def gather(options, progress):
    """Everything that is measured, as it is kept in report.json."""
    dump, queries, (since, chosen) = check_arguments(options)
    check_perf()
    report = {"report": "perf", "taken": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
              "commit": measure.describe_commit(), "libraries": measure.library_versions(),
              "changes": {"since": since, "chosen": chosen, "commits": changes.commits_since(since),
                          "areas": changes.files_by_area(since)}}
    head = Side("head", PROGRAMS, ROOT, OUTPUT / f"{measure.dump_name(dump)}.cdx")
    sides = [head] + compare_sides(report, options, dump, queries, progress)
    with contextlib.ExitStack() as stack:
        for one in sides:
            # An index of a large dump is not kept, whatever happens.
            stack.callback(one.index.unlink, missing_ok=True)
        report["paths"] = side.measure(sides, dump, OUTPUT, queries, progress)
        report["corpus"] = measure.describe_corpus(PROGRAMS, dump, head.index, queries)
        report["benchmarks"] = measure.benchmarks(PROGRAMS, head.index, queries, progress)
    return report


def compare_sides(report, options, dump, queries, progress):
    """Measures both sides by bench-compare, into the report. Returns the other side, where there is one: [Side]."""
    since = report["changes"]["since"]
    if since == report["commit"]["hash"] and not report["commit"]["is_dirty"]:
        report.update(compare=None, compare_missing="nothing changed since then")
        return []
    progress.say(f"make bench-compare BASE={since[:12]}, which builds that commit")
    compared, why = changes.compare(since, dump, queries, options.rounds)
    report.update(compare=compared, compare_missing=why)
    programs, root = changes.base_programs(since)
    return [Side("base", programs, root, OUTPUT / "base.cdx")] if (programs / "cratedex-server").exists() else []


def write(report):
    document = parts.document_of(report)
    (OUTPUT / "index.html").write_text(render.to_html(document, OUTPUT), encoding="utf-8")
    (OUTPUT / "report.md").write_text(render.to_markdown(document), encoding="utf-8")


def redraw(kept):
    try:
        write(json.loads(kept.read_text(encoding="utf-8")))
    except (KeyError, ValueError) as error:
        raise ReportError(f"{kept} is damaged or of another version: measure again, without --redraw") from error


def rounds_of(text):
    if not text.isdecimal() or int(text) < changes.LEAST_ROUNDS:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from {changes.LEAST_ROUNDS} on")
    return int(text)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/perf-report", description=__doc__)
    parser.add_argument("dump", nargs="?", type=Path, default=ROOT / "data",
                        help="a dump: .tar.gz, .zip or folder (default: the sample in data/)")
    parser.add_argument("--since", metavar="COMMIT", help="compare with this commit (default: the latest tag, else the "
                        "merge before this commit, else 20 commits back)")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="one query a line (default: queries-NAME.txt "
                        "beside a dump whose name starts with NAME, else tests/bench/queries.txt)")
    parser.add_argument("--rounds", type=rounds_of, metavar="N",
                        help=f"of bench-compare, {changes.LEAST_ROUNDS} at least (default: its own)")
    parser.add_argument("--redraw", action="store_true", help="measure nothing: write the pages again from "
                        "build/perf-report/report.json")
    parser.add_argument("--check-arguments", action="store_true", help=argparse.SUPPRESS)  # and nothing else
    return parser.parse_args()


def main():
    options = parse_arguments()
    progress = Progress()
    kept = OUTPUT / "report.json"
    try:
        if options.check_arguments:
            check_arguments(options)
            return 0
        if options.redraw:
            if not kept.exists():
                raise ReportError(f"{kept} is not there: run scripts/perf-report without --redraw first")
            redraw(kept)
        else:
            OUTPUT.mkdir(parents=True, exist_ok=True)
            for old in [*OUTPUT.glob("*.folded"), *OUTPUT.glob("*.svg"), *OUTPUT.glob("server.log")]:
                old.unlink()
            report = gather(options, progress)
            kept.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            write(report)
    except ReportError as error:
        print(f"perf-report: {error}", file=sys.stderr)
        return 1
    progress.say(f"done: {OUTPUT}/index.html, report.md, report.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
