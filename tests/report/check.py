#!/usr/bin/env python3
"""Tests of the performance report that need no perf, and of what the benchmarks' scripts decide, which measure
nothing: python3 -B tests/report/check.py. The last line counts them."""

import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
FOLDERS = (FOLDER, FOLDER.parent / "bench")
sys.path.insert(0, str(FOLDER))


def main():
    found = unittest.TestSuite(unittest.TestLoader().discover(str(folder)) for folder in FOLDERS)
    result = unittest.TextTestRunner(stream=sys.stdout).run(found)
    n_failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - n_failed} passed, {n_failed} failed")
    return 1 if n_failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
