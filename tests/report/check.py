#!/usr/bin/env python3
"""Tests of the performance report that need no perf: python3 -B tests/report/check.py. The last line counts them."""

import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))


def main():
    found = unittest.TestLoader().discover(str(FOLDER))
    result = unittest.TextTestRunner(stream=sys.stdout).run(found)
    n_failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - n_failed} passed, {n_failed} failed")
    return 1 if n_failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
