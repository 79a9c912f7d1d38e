"""What is said of a comparison that failed, and which arguments are refused."""

import argparse
import os
import tempfile
import unittest
from pathlib import Path

import changes
import measure
import perf_report
from tools import ReportError


class Changes(unittest.TestCase):
    def test_the_reason_of_a_failed_comparison_is_not_make_s_last_line(self):
        self.assertEqual(changes.reason_of("building\nbench-compare: the base does not build\n"
                                           "make: *** [Makefile:1: bench-compare] Error 2\n"),
                         "bench-compare: the base does not build")
        self.assertEqual(changes.reason_of("cratedex-bench: no such file\nmake: *** Error 2\n"),
                         "cratedex-bench: no such file")
        self.assertEqual(changes.reason_of("make: no rule\n"), "make: no rule")
        self.assertEqual(changes.reason_of(""), "it printed nothing")

    def test_too_few_rounds_are_refused(self):
        self.assertEqual(perf_report.rounds_of("5"), 5)
        for text in ("4", "0", "-7", "abc", "5.5", ""):
            with self.assertRaises(argparse.ArgumentTypeError):
                perf_report.rounds_of(text)

    def test_a_file_of_queries_is_the_caller_s(self):
        with tempfile.TemporaryDirectory() as folder:
            queries = Path(folder) / "queries.txt"
            queries.touch()
            found = measure.check_queries(Path(os.path.relpath(queries)), Path(folder))
            self.assertTrue(found.is_absolute())
            self.assertTrue(found.samefile(queries))
            with self.assertRaises(ReportError):
                measure.check_queries(Path(folder) / "none.txt", Path(folder))


if __name__ == "__main__":
    unittest.main()
