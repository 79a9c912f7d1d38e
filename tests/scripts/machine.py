"""A machine for the scripts to work on: a folder for its root (DPKG_ROOT), another for the only
programs on its path, some of which are fakes. What a fake is asked for is kept in a log."""

import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Of any Debian, and called for real: its tools for services among them.
TOOLS = """
    awk basename cat chmod cmp cp date deb-systemd-helper dirname env find flock getconf grep
    head ln ls mkdir mkfifo mktemp mv nproc perl readlink realpath rm rmdir sed sh sleep sort tail
    tee touch tr true update-rc.d
""".split()


class Machine:
    """Use it in a `with` block, behind which its folder is gone."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.programs = self.folder / "bin"
        self.root = self.folder / "root"
        self.log = self.folder / "log"
        self.programs.mkdir()
        for name in ("usr/sbin", "var/lib/dpkg", "etc/systemd/system", "etc/init.d",
                     "lib/systemd/system"):
            (self.root / name).mkdir(parents=True)
        self.log.touch()
        for name in TOOLS:
            path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
            if path is not None:
                (self.programs / name).symlink_to(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def fake(self, name, script):
        """A program in sh. `log WORD…` in it adds a line to the log."""
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/sh\nlog() {{ printf "%s\\n" "$*" >>"{self.log}"; }}\n{script}\n',
                        encoding="utf-8")
        path.chmod(0o755)

    def logged(self):
        return self.log.read_text(encoding="utf-8").splitlines()

    def environment(self):
        return {"PATH": str(self.programs), "HOME": str(self.folder), "TMPDIR": str(self.folder),
                "DPKG_ROOT": str(self.root), "MACHINE": str(self.folder)}

    def start(self, *command, **options):
        """The running program, which leads a group of its own."""
        return subprocess.Popen(["sh", *map(str, command)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=self.environment(),
                                start_new_session=True, **options)

    def run(self, *command, **options):
        """(exit status, standard output, standard error)"""
        with self.start(*command, **options) as process:
            printed, errors = process.communicate(timeout=300)
        return process.returncode, printed, errors
