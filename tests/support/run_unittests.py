#!/usr/bin/env python3
"""Runs the test_*.py of some folders: python3 -B tests/support/run_unittests.py FOLDER… The last
line counts them. A test imports what lies in any of the folders."""

import signal
import sys
import unittest


def default_signals():
    """A shell starts what runs in the background with the interrupt ignored, nohup with the hang-up, and what the tests
    start would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def run_suite(suite):
    """Runs the tests, prints the line that counts them, and gives the exit status."""
    result = unittest.TextTestRunner(stream=sys.stdout).run(suite)
    n_failed = len(result.failures) + len(result.errors)
    n_passed = result.testsRun - n_failed - len(result.skipped)
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{n_passed} passed, {n_failed} failed{skipped}")
    return 1 if n_failed or result.testsRun == 0 else 0


def main():
    default_signals()
    folders = sys.argv[1:]
    sys.path[:0] = folders
    return run_suite(unittest.TestSuite(unittest.TestLoader().discover(folder) for folder in folders))


if __name__ == "__main__":
    sys.exit(main())
