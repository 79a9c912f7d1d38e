"""What the smoke tests of the benchmarks share: an index of the sample, and how a command is run. Environment:
CRATEDEX_BUILD, the folder of the programs."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("CRATEDEX_BUILD", ROOT / "build"))
QUERIES = ROOT / "tests" / "bench" / "queries.txt"
FOLDER = Path(tempfile.mkdtemp(prefix="cratedex-smoke-"))
atexit.register(shutil.rmtree, FOLDER)
INDEX = FOLDER / "sample.cdx"


def run(*command, statuses=(0,), **variables):
    """What a command prints to standard output, by an environment with these variables. Fails where it ends
    otherwise."""
    # What measures Python finds Debian's by itself, which has the packages; make's may be another.
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "NODE")}
    done = subprocess.run([str(word) for word in command], cwd=ROOT, text=True, check=False, capture_output=True,
                          env={**environment, **variables})
    assert done.returncode in statuses, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def bench(*arguments, statuses=(0,), **variables):
    return run(BUILD / "cratedex-bench", *arguments, statuses=statuses, **variables)


@functools.cache
def encoding():
    """What `encoding` measures in one round, with all clients that are here, as it prints it."""
    return bench("encoding", INDEX, "--rounds", 1, "--json")


def can_import(python, module):
    return shutil.which(python) is not None and subprocess.run(
        [python, "-c", f"import {module}"], check=False, capture_output=True).returncode == 0


def interpreter_with(module):
    """A python3 that can import the module, which may be only Debian's; None where there is none."""
    return next((python for python in (sys.executable, "/usr/bin/python3") if can_import(python, module)), None)


run(BUILD / "cratedex-index", "build", "data", "-o", INDEX, "--quiet")
FACTS = json.loads(run(BUILD / "cratedex-index", "info", INDEX, "--json"))
