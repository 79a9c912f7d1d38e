#!/usr/bin/env python3
"""Runs the test_*.py of some folders: python3 -B tests/support/run_unittests.py FOLDER… The last
line counts them. A test imports what lies in any of the folders."""

import signal
import sys
import unittest


def main():
    # A shell starts what runs in the background with the interrupt ignored, nohup with the hang-up, and what the tests
    # start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    folders = sys.argv[1:]
    sys.path[:0] = folders
    found = unittest.TestSuite(unittest.TestLoader().discover(folder) for folder in folders)
    result = unittest.TextTestRunner(stream=sys.stdout).run(found)
    n_failed = len(result.failures) + len(result.errors)
    n_passed = result.testsRun - n_failed - len(result.skipped)
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{n_passed} passed, {n_failed} failed{skipped}")
    return 1 if n_failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
