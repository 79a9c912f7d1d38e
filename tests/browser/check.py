#!/usr/bin/env python3
"""The pages as their visitors see them: python3 -B tests/browser/check.py --programs BUILD --index FILE [--axe FILE]
[--only NAME]

One server on the sample and one headless Chromium serve all test_*.py beside this file; what needs no browser runs without.
Without Chromium, its driver or selenium, without axe-core, tidy or w3m their tests are skipped, and say why. The last line is
"N passed, M failed, K skipped"."""

import argparse
import contextlib
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "support")]

from chromium import chromium  # noqa: E402
from run_unittests import default_signals, run_suite  # noqa: E402
from running_server import running_server  # noqa: E402
from scene import missing_browser, scene  # noqa: E402


# A machine that is busy with other tests has no slow queries worth a line.
QUIET = ("--slow-query-ms", "0")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", required=True, type=Path, metavar="BUILD", help="folder of the programs")
    parser.add_argument("--index", required=True, help="index of the sample")
    parser.add_argument("--axe", type=Path, metavar="FILE", help="axe.min.js, as `make axe` brings it")
    parser.add_argument("--only", metavar="NAME", help="tests whose name contains this")
    return parser.parse_args()


def main():
    options = parse()
    default_signals()
    scene.why_no_axe = "axe-core is not here; `make axe` brings it by npm"
    if options.axe and options.axe.is_file():
        scene.axe = options.axe.read_text(encoding="utf-8")
    scene.why_no_browser = missing_browser()
    loader = unittest.TestLoader()
    if options.only:
        loader.testNamePatterns = [f"*{options.only}*"]
    suite = loader.discover(str(FOLDER))
    with contextlib.ExitStack() as stack:
        scene.url = stack.enter_context(running_server(options.programs / "cratedex-server", options.index, *QUIET))
        if scene.why_no_browser is None:
            scene.browser = stack.enter_context(chromium(scene.url))
        return run_suite(suite)


if __name__ == "__main__":
    sys.exit(main())
