"""What is common to profiling: the sides, perf's command lines, and what perf, the kernel and libmemusage say."""

import os
import re
import typing
from pathlib import Path

import stacks
from tools import ReportError, run, try_run

# Bytes of stack copied a sample, from which callers are found by the DWARF unwind tables: library code has no frame
# pointers.
STACK_BYTES = 8192


class Side(typing.NamedTuple):
    """A build of the programs, the sources that it was made from, and the index that it builds and serves."""

    label: str
    programs: Path
    root: Path
    index: Path


def in_turn(sides, turn):
    """The other way round in every other turn."""
    return sides if turn % 2 == 0 else sides[::-1]


def perf_record(data, events, *what):
    """`events` are perf's options that choose what is sampled."""
    return ["perf", "record", "--quiet", *events, "--call-graph", f"dwarf,{STACK_BYTES}", "-o", str(data), *what]


def processor(hertz):
    return ("-e", "cpu-clock", "-F", str(hertz))


def check_perf():
    """Raises ReportError where perf cannot sample here, which would show only after minutes."""
    _, why = try_run(["perf", "record", "--quiet", *processor(99), "-o", "/dev/null", "--", "true"], 20)
    if why is not None:
        raise ReportError(f"perf cannot take samples here ({why}): run this as root, or set kernel.perf_event_paranoid "
                          "to 1 (`sysctl -w kernel.perf_event_paranoid=1`; in a container, on the host)")


def perf_stacks(data, limit_seconds):
    text = run(["perf", "script", "-i", data, "--no-inline", "-F", "comm,tid,ip,sym,dso"], limit_seconds)
    return stacks.parse(text)


def parse_trace(printed):
    """{system call: {"calls", "milliseconds"}}, summed over the threads in perf trace's summary."""
    found = {}
    for name, calls, milliseconds in re.findall(r"^   (\w+) +(\d+) +\d+ +([\d.]+) ", printed, re.M):
        call = found.setdefault(name, {"calls": 0, "milliseconds": 0.0})
        call["calls"] += int(calls)
        call["milliseconds"] += float(milliseconds)
    return found


def read_scheduling(pid):
    """Sums over the threads of /proc/PID: processor time, waiting for a processor, switches. None where it ended."""
    total = {"cpu_seconds": 0.0, "run_delay_seconds": 0.0, "voluntary_switches": 0, "involuntary_switches": 0}
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                running, waiting, _ = map(int, file.read().split())
            with open(f"/proc/{pid}/task/{task}/status", encoding="ascii", errors="replace") as file:
                status = dict(re.findall(r"^(\w+):\s+(\d+)$", file.read(), re.M))
            total["cpu_seconds"] += running / 1e9
            total["run_delay_seconds"] += waiting / 1e9
            total["voluntary_switches"] += int(status["voluntary_ctxt_switches"])
            total["involuntary_switches"] += int(status["nonvoluntary_ctxt_switches"])
    except (OSError, ValueError, KeyError):
        return None
    return total


def parse_memusage(printed):
    """What libmemusage says at a program's end: calls by function, bytes asked for and at most held. None where it
    said nothing."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    peak = re.search(r"heap total: (\d+), heap peak: (\d+)", plain)
    calls = dict(re.findall(r"^ *(malloc|realloc|calloc)\| +(\d+)", plain, re.M))
    if peak is None or len(calls) != 3:
        return None
    return {"calls": sum(map(int, calls.values())), "bytes": int(peak[1]), "peak_bytes": int(peak[2])}
