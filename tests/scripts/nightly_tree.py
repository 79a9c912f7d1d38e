"""A copy of scripts/nightly and what it calls, with a cratedex-index of its own and a folder for its state."""

import os
import shutil
from pathlib import Path

from machine import ROOT, Machine

PROGRAMS = Path(os.environ.get("CRATEDEX_BUILD", ROOT / "build"))

# Builds at once: its dump is a file of two lines, the number of crates and the timestamp, and its index a copy.
# `$TREE/during-COMMAND` is called by each command that has one.
FAKE_INDEX = r"""#!/bin/sh
set -e
during() { [ ! -x "$TREE/during-$1" ] || "$TREE/during-$1" "$2"; }
case $1 in
--version) echo "cratedex-index ${FAKE_VERSION:-1}" ;;
build)
    echo "$@" >>"$TREE/builds"
    : >"$(dirname "$4")/.crates.cdx.a1b2c3"
    during build
    rm "$(dirname "$4")/.crates.cdx.a1b2c3"
    rm -f "$4"
    cp "$2" "$4"
    case " $* " in *' --sign '*) cp "$2" "$4.sig" ;; esac
    echo "$4: 12 bytes"
    ;;
verify) during verify; ! grep -q unsound "$2" || { echo 'cratedex-index: unsound' >&2; exit 1; } ;;
info)
    during info "$2"
    { read -r crates; read -r timestamp; } <"$2"
    printf '{\n  "crates": %s,\n  "dump_timestamp": "%s"\n}\n' "$crates" "$timestamp"
    ;;
esac
"""


class NightlyTree(Machine):
    """Use it in a `with` block. Programs of the system are all there; fakes come before them."""

    def __init__(self, index_program=None):
        super().__init__()
        self.folder.chmod(0o755)
        self.programs = self.folder / "fake"
        self.programs.mkdir()
        self.script = self.folder / "scripts" / "nightly"
        shutil.copytree(ROOT / "scripts" / "operate", self.script.parent / "operate")
        for name in ("nightly", "fetch-dump"):
            shutil.copy(ROOT / "scripts" / name, self.script.with_name(name))
        shutil.copy(ROOT / "Makefile", self.folder)
        (self.folder / "build").mkdir()
        program = self.folder / "build" / "cratedex-index"
        if index_program is None:
            program.write_text(FAKE_INDEX, encoding="utf-8")
            program.chmod(0o755)
        else:
            program.symlink_to(index_program)
        self.state = self.folder / "state"
        self.indexes = self.state / "indexes"
        self.current = self.state / "current"
        self.variables = {}

    def environment(self):
        return {"PATH": f"{self.programs}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder),
                "TREE": str(self.folder), **self.variables}

    def during(self, command, script):
        """What happens inside `cratedex-index COMMAND`, of whose `info` it gets the file."""
        path = self.folder / f"during-{command}"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def dump(self, name, crates=1000, day=1, more=""):
        path = self.folder / name
        path.write_text(f"{crates}\n2026-11-{day:02}T02:00:00Z\n{more}", encoding="utf-8")
        return path

    def command(self, *more):
        return [self.script, "--no-config", "--state", self.state, *more]

    def stamps(self):
        return sorted(path.name for path in self.indexes.iterdir())

    def served(self):
        """What is current, read as the server does: the stamp, and the dump that it was built from."""
        target = os.readlink(self.current)
        return Path(target).name, (self.current / "crates.cdx").read_bytes()
