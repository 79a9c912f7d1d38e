"""What the checks with the real cargo share: a cargo without the user's settings, and counting."""

import os
import pathlib
import re
import subprocess
import sys
import traceback

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

BUILD = os.environ.get("CRATEDEX_BUILD", "build")
SHARED = os.environ.get("SHARED", "../shared")


class Cargo:
    """A cargo with a home of its own: nothing of the user's is read or changed."""

    def __init__(self, home):
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name in ("HOME", "PATH", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "TMPDIR")
        }
        # rustup's own program finds the toolchains below the home that it would have by default.
        self.environment.setdefault("RUSTUP_HOME", os.path.expanduser("~/.rustup"))
        self.environment.update(CARGO_HOME=str(home), CARGO_TERM_COLOR="never", LC_ALL="C.UTF-8")
        self.program = os.environ.get("CARGO", "cargo")

    def minor_version(self):
        """80 of cargo 1.80.1."""
        version = self.run(".", "--version").stdout
        return int(re.match(r"cargo 1\.(\d+)", version)[1])

    def run(self, folder, *arguments, timeout=120):
        """Runs it in a folder; gives what subprocess.run does, its output as text."""
        return subprocess.run(
            [self.program, *arguments],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


class Checks:
    """Runs named checks, prints how each ended, and counts."""

    def __init__(self):
        self.n_passed = self.n_failed = self.n_skipped = 0

    def run(self, name, check, *arguments):
        """A check is a function that raises where something is wrong. True: it passed."""
        try:
            check(*arguments)
        except Exception as failure:  # pylint: disable=broad-except
            self.n_failed += 1
            if not isinstance(failure, AssertionError):
                traceback.print_exc(file=sys.stdout)
            print(f"[  FAILED  ] {name}: {failure}")
            return False
        self.n_passed += 1
        print(f"[       OK ] {name}")
        return True

    def skip(self, name, reason):
        self.n_skipped += 1
        print(f"[  SKIPPED ] {name}: {reason}")

    def end(self):
        """Prints the line that tests/cargo/run adds up. Gives the exit status."""
        skipped = f", {self.n_skipped} skipped" if self.n_skipped else ""
        print(f"{self.n_passed} passed, {self.n_failed} failed{skipped}")
        return 1 if self.n_failed else 0
