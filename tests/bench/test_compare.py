"""tests/bench/compare.sh's command line, as far as it refuses before anything is built."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from git_repository import make_repository

SCRIPT = Path(__file__).resolve().parent / "compare.sh"


def run(*arguments):
    """The status, what is printed and what is said on standard error; and whether anything was written. In a
    repository of one commit."""
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as build:
        (Path(root) / "Makefile").touch()
        make_repository(root)
        done = subprocess.run(["sh", SCRIPT, *arguments], check=False, capture_output=True, text=True,
                              cwd=root, env={**os.environ, "BUILD": build, "MAKE": "false"})
        return done.returncode, done.stdout, done.stderr, bool(os.listdir(build))


class Command(unittest.TestCase):
    def test_a_commit_that_git_does_not_know_is_named(self):
        for commit in ("no-such-commit", "0" * 40, "--help", "HEAD:Makefile"):
            status, printed, errors, has_written = run(commit)
            self.assertEqual((status, printed, has_written), (2, "", False), commit)
            self.assertIn(f"bench-compare: git knows no commit '{commit}'", errors)

    def test_a_commit_that_it_knows_is_unpacked(self):
        status, printed, errors, has_written = run("HEAD")
        self.assertEqual((status, has_written), (2, True))
        self.assertIn("building the base below ", printed)
        self.assertIn("does not build", errors)

    def test_a_commit_must_be_named(self):
        for arguments in ((), ("",)):
            status, printed, errors, has_written = run(*arguments)
            self.assertEqual((status, printed, has_written), (2, "", False))
            self.assertEqual(errors, "bench-compare: name the commit to compare with: make bench-compare BASE=COMMIT\n")


if __name__ == "__main__":
    unittest.main()
