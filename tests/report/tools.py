"""Running other programs for the report: said beforehand, bounded in time, refused in words."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 5


class ReportError(Exception):
    """Why there is no report, in words for whoever asked for it."""


class Progress:
    """One line a step on standard error, with the seconds since the start."""

    def __init__(self):
        self.begin = time.monotonic()

    def say(self, text):
        print(f"perf-report: {time.monotonic() - self.begin:4.0f} s  {text}", file=sys.stderr, flush=True)


def bounded(command, limit_seconds, errors, **options):
    """subprocess.run of what prints text, but on a time-out (and an interrupt) all that the program started is ended
    with it: by SIGTERM, which it may use to tidy up, then by SIGKILL."""
    text = options.pop("input", None)
    with subprocess.Popen(command, stdin=None if text is None else subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=errors, text=True, start_new_session=True, **options) as process:
        try:
            printed = process.communicate(text, limit_seconds)
        except BaseException:
            end_group(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, *printed)


def end_group(process):
    """Ends the process and those of its group, which it leads."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.communicate(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def how_to_get(program):
    """Why it is not there. What others made is in a package that scripts/install-deps --bench names."""
    if ROOT in Path(program).parents:
        return f"{program} is not built: run make, or scripts/perf-report, which builds all it needs"
    return f"{program} is not installed: run scripts/install-deps --bench"


def run(command, limit_seconds, **options):
    """What the program printed on standard output. Raises ReportError where it is missing, fails or takes too long."""
    command = [str(word) for word in command]
    try:
        done = bounded(command, limit_seconds, subprocess.PIPE, **options)
    except FileNotFoundError as error:
        raise ReportError(how_to_get(command[0])) from error
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"{' '.join(command)}: not done within {limit_seconds} s") from error
    if done.returncode != 0:
        raise ReportError(f"{' '.join(command)}: status {done.returncode}\n{done.stderr.strip()[-2000:]}")
    return done.stdout


def run_json(command, limit_seconds):
    """The same, of a program that prints JSON."""
    printed = run(command, limit_seconds)
    try:
        return json.loads(printed)
    except ValueError as error:
        raise ReportError(f"{' '.join(map(str, command))}: printed no JSON") from error


def try_run(command, limit_seconds, **options):
    """(standard error and output, None), or (None, why not): for what a machine may not allow."""
    command = [str(word) for word in command]
    try:
        done = bounded(command, limit_seconds, subprocess.STDOUT, **options)
    except FileNotFoundError:
        return None, f"{command[0]} is not installed"
    except subprocess.TimeoutExpired:
        return None, f"{command[0]} was not done within {limit_seconds} s"
    if done.returncode != 0:
        return None, f"{command[0]}: {(done.stdout.strip().splitlines() or ['failed'])[-1]}"
    return done.stdout, None
