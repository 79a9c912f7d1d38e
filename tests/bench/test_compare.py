"""tests/bench/compare.sh's command line, as far as it refuses before anything is built."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    """The status, what is printed and what is said on standard error; and whether anything was written."""
    with tempfile.TemporaryDirectory() as build:
        done = subprocess.run(["sh", "tests/bench/compare.sh", *arguments], check=False, capture_output=True, text=True,
                              cwd=ROOT, env={**os.environ, "BUILD": build, "MAKE": "false"})
        return done.returncode, done.stdout, done.stderr, bool(os.listdir(build))


class Command(unittest.TestCase):
    def test_a_commit_that_git_does_not_know_is_named(self):
        for commit in ("no-such-commit", "0" * 40, "--help", "HEAD:Makefile"):
            status, printed, errors, has_written = run(commit)
            self.assertEqual((status, printed, has_written), (2, "", False), commit)
            self.assertIn(f"bench-compare: git knows no commit '{commit}'", errors)

    def test_a_commit_must_be_named(self):
        for arguments in ((), ("",)):
            status, printed, errors, has_written = run(*arguments)
            self.assertEqual((status, printed, has_written), (2, "", False))
            self.assertEqual(errors, "bench-compare: name the commit to compare with: make bench-compare BASE=COMMIT\n")


if __name__ == "__main__":
    unittest.main()
