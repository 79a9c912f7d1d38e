"""An installation below a temporary folder, as a package is made (DESTDIR), and an index of the sample: once
for all tests, which must leave both as they are. Environment: CRATEDEX_BUILD, the folder that make builds in."""

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "/usr"
PROGRAMS = ("cratedex-index", "cratedex-server", "cratedex-fetch-dump", "cratedex-nightly")

temporary = Path(tempfile.mkdtemp(prefix="cratedex-install-"))
atexit.register(shutil.rmtree, temporary)
build = Path(os.environ.get("CRATEDEX_BUILD", ROOT / "build"))
folder = temporary / "stage"
index = temporary / "sample.cdx"
public_key = temporary / "builder.pub"  # the index is signed


def run(*command, status=0, **options):
    """What a command prints. Fails where it ends otherwise than expected."""
    done = subprocess.run([str(word) for word in command], text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **{"cwd": ROOT, **options})
    assert done.returncode == status, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}"
    return done.stdout


def make(*arguments, **options):
    """Make without the caller's job server, whose descriptors are not passed on."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DESTDIR", "PREFIX")}
    return run("make", *arguments, **{"env": environment, **options})


def path(name):
    """Of something that was installed below the prefix, such as `bin/cratedex-index`."""
    return folder / PREFIX[1:] / name


def files(below):
    """All files, relative, without folders."""
    return sorted(str(file.relative_to(below)) for file in below.rglob("*") if not file.is_dir())


# When the first test imports this.
make("install", f"BUILD={build}", f"DESTDIR={folder}", f"PREFIX={PREFIX}")
run("openssl", "genpkey", "-algorithm", "ed25519", "-out", temporary / "builder.key")
run("openssl", "pkey", "-in", temporary / "builder.key", "-pubout", "-out", public_key)
run(path("bin/cratedex-index"), "build", "data", "-o", index, "--sign", temporary / "builder.key", "--quiet")
