"""scripts/perf-report's command line, as far as it refuses before anything is measured; in a repository of its own,
where install-deps and make are fakes that keep what they are asked for."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from git_repository import make_repository

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("scripts/perf-report", "tests/report", "tests/support", "tests/bench")
# Whose first and last lines are those of perf-report itself; what is between is git's.
NO_HISTORY = "perf-report: git cannot tell what changed in {}, which the report is about (fatal: "


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "root"
        for name in COPIED:
            copy = self.root / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, copy)
        (self.root / "data").mkdir()
        (self.root / "data" / "README").touch()
        self.log = Path(folder.name) / "log"
        self.log.touch()
        self.fakes = Path(folder.name) / "bin"
        self.fakes.mkdir()
        self.fake(self.root / "scripts" / "install-deps")
        self.fake(self.fakes / "make", "exit 2")
        make_repository(self.root)

    def fake(self, path, script=""):
        path.write_text(f'#!/bin/sh\necho "{path.name} $1" >>"{self.log}"\n{script}\n', encoding="utf-8")
        path.chmod(0o755)

    def run_script(self, *arguments, path=None):
        """(exit status, standard output, standard error, what the fakes were asked for)"""
        self.log.write_text("", encoding="utf-8")
        environment = {**os.environ, "PATH": path or f"{self.fakes}:{os.environ['PATH']}",
                       "GIT_CEILING_DIRECTORIES": str(self.root.parent)}
        done = subprocess.run(["/bin/sh", self.root / "scripts" / "perf-report", *arguments], check=False,
                              capture_output=True, text=True, cwd="/", env=environment)
        return done.returncode, done.stdout, done.stderr, self.log.read_text(encoding="utf-8").splitlines()

    def test_help(self):
        for option in ("--help", "-h"):
            status, printed, errors, asked = self.run_script(option)
            self.assertEqual((status, errors, asked), (0, "", []))
            for option in ("DUMP", "--since", "--queries", "--rounds", "--redraw"):
                self.assertIn(option, printed)

    def test_an_unknown_option_is_a_wrong_command_line(self):
        for arguments in (("--nope",), ("-x",), ("--since", "HEAD", "--nope"), ("--since",), ("/", "/")):
            status, printed, errors, asked = self.run_script(*arguments)
            self.assertEqual((status, printed, asked), (2, "", []), arguments)
            self.assertIn("Usage:", errors)

    def test_a_dump_that_is_not_there_is_named(self):
        for arguments in (("no-such-dump",), ("--since", "HEAD", "no-such-dump"), ("--rounds=5", "no-such-dump")):
            status, _, errors, asked = self.run_script(*arguments)
            self.assertEqual((status, errors, asked), (1, "perf-report: no such dump: no-such-dump\n", []), arguments)

    def test_what_cannot_be_measured_is_refused_before_anything_is_installed(self):
        for arguments, expected in ((("--since", "no-such-commit"), "git knows no such commit"),
                                    (("--queries", "/no-such-file"), "no such file of queries: /no-such-file")):
            status, printed, errors, asked = self.run_script(*arguments)
            self.assertEqual((status, printed, asked), (1, "", []), arguments)
            self.assertIn(expected, errors)
        for rounds in ("abc", "4"):
            status, printed, errors, asked = self.run_script("--rounds", rounds)
            self.assertEqual((status, printed, asked), (2, "", []))
            self.assertIn(f"'{rounds}' is no number from 5 on", errors)

    def test_sources_without_their_history_are_refused_before_anything_is_installed(self):
        shutil.rmtree(self.root / ".git")
        for arguments in ((), ("--since", "HEAD")):
            status, printed, errors, asked = self.run_script(*arguments)
            self.assertEqual((status, printed, asked), (1, "", []))
            self.assertTrue(errors.startswith(NO_HISTORY.format(self.root)), errors)

    def test_what_is_right_is_installed_for_and_built(self):
        status, _, errors, asked = self.run_script("--since", "HEAD")
        self.assertEqual((status, errors, asked), (2, "", ["install-deps --bench", "make -C"]))

    def test_where_git_comes_with_the_packages_it_is_asked_before_anything_is_built(self):
        path = self.fakes
        for name in ("sh", "dirname", "nproc", "ln", "python3"):
            (path / name).symlink_to(shutil.which(name))
        self.fake(self.root / "scripts" / "install-deps", f'ln -s "{shutil.which("git")}" "{path}/git"')
        status, _, errors, asked = self.run_script("--since", "no-such-commit", path=str(path))
        self.assertEqual((status, asked), (1, ["install-deps --bench"]))
        self.assertIn("git knows no such commit", errors)


if __name__ == "__main__":
    unittest.main()
