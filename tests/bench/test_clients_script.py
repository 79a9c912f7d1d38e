"""tests/bench/clients.sh, by programs that only say how they were started: what it runs, and what it says of those that
are not there."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NEEDED = ("sh", "dirname", "mkdir", "cp", "ls", "sed")


class ClientsScript(unittest.TestCase):
    def run_with(self, **programs):
        """(status, output, errors, {program: how it was started}) where there are these programs, as texts of sh."""
        with tempfile.TemporaryDirectory() as folder:
            build, path = Path(folder) / "build", Path(folder) / "bin"
            build.mkdir()
            path.mkdir()
            for name in NEEDED:
                (path / name).symlink_to(shutil.which(name))
            for name, text in programs.items():
                (path / name).write_text(f'#!/bin/sh\necho "$@" >>{folder}/{name}.log\n{text}\n', encoding="utf-8")
                (path / name).chmod(0o755)
            done = subprocess.run([path / "sh", FOLDER / "clients.sh", build], check=False, capture_output=True,
                                  text=True, env={"PATH": str(path), "HOME": folder})
            logs = {log.stem: log.read_text(encoding="utf-8") for log in Path(folder).glob("*.log")}
            return done.returncode, done.stdout, done.stderr, logs

    def test_what_is_not_there_is_named_and_is_no_fault(self):
        status, said, errors, _ = self.run_with()
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("apt-get install nodejs npm\n", said)
        self.assertIn("apt-get install cargo-web\n", said)

    def test_npm_runs_no_script_and_takes_the_locked_versions(self):
        status, said, _, logs = self.run_with(node="", npm="ls package.json package-lock.json")
        self.assertEqual(status, 0)
        self.assertTrue(logs["npm"].startswith("ci --ignore-scripts "), logs)
        self.assertIn("\nbench-clients: the npm packages are installed\n", f"\n{said}")
        self.assertIn("package-lock.json", said)

    def test_what_fails_is_told_and_the_rest_is_done(self):
        status, said, errors, _ = self.run_with(node="", npm="exit 1", cargo="echo cargo 1.60.0")
        self.assertEqual(status, 1)
        self.assertIn("npm could not install the packages", errors)
        self.assertIn("no cargo 1.70 or newer", said)

    def test_every_locked_package_has_a_checksum(self):
        lock = (FOLDER / "node" / "package-lock.json").read_text(encoding="utf-8")
        self.assertEqual(lock.count('"integrity": "sha512-'), lock.count('"node_modules/'))


if __name__ == "__main__":
    unittest.main()
