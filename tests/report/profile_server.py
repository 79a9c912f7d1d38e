"""The server's paths: what a request takes and where its time goes. Servers of two threads are asked by wrk over 64
keep-alive connections, without perf first, then under it."""

import collections
import contextlib
import os
import re
import subprocess
import sys
import typing
import urllib.parse
from pathlib import Path

from perf import (in_turn, parse_memusage, parse_trace, perf_record, perf_stacks, processor, read_scheduling)
from tools import ReportError, run, try_run

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "bench")]
from running_server import running_server  # noqa: E402
from start import child_pid  # noqa: E402

THREADS = 2
CONNECTIONS = 64
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
HERTZ = 997
LOCK_EVENTS = ("-e", "syscalls:sys_enter_futex")
TURNS = 4
TURN_SECONDS = 1
# (path, headers, the server's arguments): no cache and one query after the other, the same with the Accept-Encoding
# of a browser, one answer again and again.
PATHS = (
    ("miss", {}, ("--cache-bytes", "0")),
    ("compressed", BROWSER, ("--cache-bytes", "0")),
    ("hit", {}, ()),
)


def read_counters(pid):
    """The same, with page faults and bytes that went to or came from disks."""
    counters = read_scheduling(pid)
    if counters is None:
        raise ReportError("the server ended while it was measured")
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    counters.update(minor_faults=int(fields[7]), major_faults=int(fields[9]), user_seconds=int(fields[11]) / ticks,
                    system_seconds=int(fields[12]) / ticks)
    with contextlib.suppress(OSError, KeyError):
        with open(f"/proc/{pid}/io", encoding="ascii") as file:
            counters["read_blocks_bytes"] = int(dict(re.findall(r"^(\w+): (\d+)$", file.read(), re.M))["read_bytes"])
    return counters


def write_requests(path, targets, headers):
    """A script of wrk that asks for one target after the other."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("local targets = {\n")
        for target in targets:
            file.write(f'"{target}",\n')
        fields = ", ".join(f'["{name}"] = "{value}"' for name, value in headers.items())
        file.write(f"}}\nlocal headers = {{{fields}}}\nlocal at = 0\nrequest = function()\n  at = at % #targets + 1\n"
                   "  return wrk.format('GET', targets[at], headers)\nend\n")


def search_targets(queries):
    """The search for each query of the file."""
    texts = (line.rstrip("\n").removesuffix("*") for line in queries.read_text(encoding="utf-8").splitlines())
    targets = [f"/api/v1/crates?q={urllib.parse.quote_plus(text)}" for text in texts if text]
    if not targets:
        raise ReportError(f"{queries}: has no query")
    return targets


def wrk(url, script, seconds):
    return ["wrk", "--latency", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(script), url]


def parse_wrk(printed):
    """How many requests wrk made, in how many seconds."""
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)\b", printed)
    if found is None or int(found[1]) == 0 or "Non-2xx" in printed or "Socket errors" in printed:
        raise ReportError(f"the server does not answer well under wrk:\n{printed}")
    return {"requests": int(found[1]), "seconds": float(found[2]) * {"ms": 1e-3, "s": 1, "m": 60}[found[3]]}


def ask(url, script, seconds=TURN_SECONDS):
    return parse_wrk(run(wrk(url, script, seconds), seconds + 30))


@contextlib.contextmanager
def asked_meanwhile(url, script, seconds):
    """wrk asks during the block."""
    with subprocess.Popen(wrk(url, script, seconds), stdout=subprocess.DEVNULL) as client:
        try:
            yield
        finally:
            client.kill()


@contextlib.contextmanager
def serving(programs, index, log, *extra, environment=None):
    """The URL of a server whose own messages are appended to the file `log`, which is named where it fails."""
    with open(log, "a", encoding="utf-8") as errors:
        try:
            with running_server(str(programs / "cratedex-server"), str(index), "--threads", str(THREADS), *extra,
                                environment=environment, errors=errors) as url:
                yield url
        except SystemExit as error:
            raise ReportError(f"{str(error).rstrip(': ')}: {programs / 'cratedex-server'} says why in {log}") from error


class Running(typing.NamedTuple):
    """A server that runs, and what was found of it so far."""

    label: str
    url: str
    pid: int
    asked: dict
    counters: dict
    costs: list  # of the turns: seconds of processor time a request
    stacks: list


def start_server(side, folder, stack, extra):
    url = stack.enter_context(serving(side.programs, side.index, folder / "server.log", *extra))
    return Running(side.label, url, child_pid(), collections.Counter(), collections.Counter(), [], [])


def count_turn(server, script):
    before = read_counters(server.pid)
    asked = ask(server.url, script, TURN_SECONDS)
    after = read_counters(server.pid)
    server.asked.update(asked)
    server.costs.append((after["cpu_seconds"] - before["cpu_seconds"]) / asked["requests"])
    server.counters.update({name: after[name] - before[name] for name in after})


def sample_turn(server, script, data):
    with asked_meanwhile(server.url, script, TURN_SECONDS + 20):
        run(perf_record(data, processor(HERTZ), "-p", server.pid, "--", "sleep", TURN_SECONDS),
            TURN_SECONDS + 60)
    server.stacks.extend(perf_stacks(data, 120))
    data.unlink()


def trace_calls(server, script, data):
    """System calls (or None and why), and the stacks of those that wait for a lock or wake who does."""
    waits = []
    with asked_meanwhile(server.url, script, 60):
        traced, why = try_run(["perf", "trace", "-s", "-p", server.pid, "--", "sleep", TURN_SECONDS], 30)
        if traced and try_run(perf_record(data, LOCK_EVENTS, "-p", server.pid, "--", "sleep", TURN_SECONDS),
                              30)[1] is None:
            waits = perf_stacks(data, 60)
    data.unlink(missing_ok=True)
    return {"calls": parse_trace(traced) if traced else None, "calls_missing": why, "lock_stacks": waits}


def profile_servers(sides, folder, path, requests, extra=()):
    """{label: what was found}: counters, samples, and of the first side also system calls. The sides' servers run at
    the same time and are asked in turn, so that what else the machine does is on both."""
    script, data = folder / f"{path}.lua", folder / f"{path}.data"
    write_requests(script, *requests)
    with contextlib.ExitStack() as stack:
        servers = [start_server(side, folder, stack, extra) for side in sides]
        for server in servers:
            ask(server.url, script, TURN_SECONDS)
        for turn in range(TURNS):
            for server in in_turn(servers, turn):
                count_turn(server, script)
        for turn in range(TURNS):
            for server in in_turn(servers, turn):
                sample_turn(server, script, data)
        calls = trace_calls(servers[0], script, data)
    found = {server.label: {"asked": dict(server.asked), "counters": dict(server.counters), "costs": server.costs,
                            "stacks": server.stacks} for server in servers}
    found[servers[0].label].update(calls)
    return found


def server_allocations(programs, index, folder, path, extra=()):
    """Allocations a request: of a server that was asked, less those of one that was not. None, and why, where
    libmemusage did not speak."""
    totals, asked = [], None
    for is_asked in (False, True):
        errors = folder / "memusage.txt"
        environment = dict(os.environ, LD_PRELOAD="libmemusage.so")
        errors.unlink(missing_ok=True)
        with serving(programs, index, errors, *extra, environment=environment) as url:
            if is_asked:
                asked = ask(url, folder / f"{path}.lua", 1)
        totals.append(parse_memusage(errors.read_text(encoding="utf-8", errors="replace")))
        errors.unlink()
    if None in totals:
        return None, "glibc's libmemusage.so printed nothing"
    return {name: (totals[1][name] - totals[0][name]) / asked["requests"] for name in ("calls", "bytes")}, None
