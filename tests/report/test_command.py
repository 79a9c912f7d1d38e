"""scripts/perf-report's command line, as far as it refuses before anything is built."""

import subprocess
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "perf-report"


def run(*arguments):
    done = subprocess.run(["sh", SCRIPT, *arguments], check=False, capture_output=True, text=True, cwd="/")
    return done.returncode, done.stdout, done.stderr


class Command(unittest.TestCase):
    def test_help(self):
        status, printed, _ = run("--help")
        self.assertEqual(status, 0)
        for option in ("DUMP", "--since", "--queries", "--rounds", "--redraw"):
            self.assertIn(option, printed)

    def test_an_unknown_option_is_a_wrong_command_line(self):
        for arguments in (("--nope",), ("-x",), ("--since", "HEAD", "--nope"), ("--since",), ("/", "/")):
            status, printed, errors = run(*arguments)
            self.assertEqual((status, printed), (2, ""), arguments)
            self.assertIn("Usage:", errors)

    def test_a_dump_that_is_not_there_is_named(self):
        for arguments in (("no-such-dump",), ("--since", "HEAD", "no-such-dump"), ("--rounds=5", "no-such-dump")):
            status, _, errors = run(*arguments)
            self.assertEqual((status, errors), (1, "perf-report: no such dump: no-such-dump\n"), arguments)

    def test_what_cannot_be_measured_is_refused_before_anything_is_built(self):
        for arguments, expected in ((("--since", "no-such-commit"), "git knows no such commit"),
                                    (("--queries", "/no-such-file"), "no such file of queries: /no-such-file")):
            status, printed, errors = run(*arguments)
            self.assertEqual((status, printed), (1, ""), arguments)
            self.assertIn(expected, errors)
        for rounds in ("abc", "4"):
            status, printed, errors = run("--rounds", rounds)
            self.assertEqual((status, printed), (2, ""))
            self.assertIn(f"'{rounds}' is no number from 5 on", errors)


if __name__ == "__main__":
    unittest.main()
