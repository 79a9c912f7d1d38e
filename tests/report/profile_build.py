"""The build: what one takes, where its time goes, what it allocates."""

import os
import subprocess
import time

from perf import in_turn, parse_memusage, perf_record, perf_stacks, processor, read_scheduling
from tools import ReportError, run, try_run

PROFILE_SECONDS = 3  # of samples at least, where one build is shorter
MAX_BUILDS = 15
BUILD_LIMIT = 900


def build_index(programs, dump, index):
    """Builds once; what it took, from the kernel's account of the process."""
    command = [str(programs / "cratedex-index"), "build", str(dump), "-o", str(index), "--quiet"]
    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        tasks = {}
        status = None
        while status is None:
            tasks = read_scheduling(process.pid) or tasks
            pid, result, usage = os.wait4(process.pid, os.WNOHANG)
            if pid != 0:
                status = os.waitstatus_to_exitcode(result)
                process.returncode = status
            elif time.monotonic() - begin > BUILD_LIMIT:
                process.kill()
                raise ReportError(f"{' '.join(command)}: not done within {BUILD_LIMIT} s")
            else:
                time.sleep(0.02)
    if status != 0:
        raise ReportError(f"{' '.join(command)}: status {status}")
    return {
        "wall_seconds": time.monotonic() - begin,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "user_seconds": usage.ru_utime,
        "system_seconds": usage.ru_stime,
        "waiting_for_processor_seconds": tasks.get("run_delay_seconds", 0),
        "peak_memory_bytes": usage.ru_maxrss * 1024,
        "minor_faults": usage.ru_minflt,
        "major_faults": usage.ru_majflt,
        "voluntary_switches": usage.ru_nvcsw,
        "involuntary_switches": usage.ru_nivcsw,
        "read_blocks_bytes": usage.ru_inblock * 512,
        "written_blocks_bytes": usage.ru_oublock * 512,
        "index_bytes": os.path.getsize(index),
    }


def profile_builds(sides, dump, folder, wall_seconds):
    """{label: samples} of as many builds as give enough of them, in turn."""
    n_builds = max(1, min(MAX_BUILDS, round(PROFILE_SECONDS / wall_seconds)))
    events = processor(997 if wall_seconds < 10 else 199)
    found = {side.label: [] for side in sides}
    data = folder / "build.data"
    for turn in range(n_builds):
        for side in in_turn(sides, turn):
            run(perf_record(data, events, "--", side.programs / "cratedex-index", "build", dump, "-o", side.index,
                            "--quiet"), 2 * BUILD_LIMIT)
            found[side.label] += perf_stacks(data, 300)
            data.unlink()
    return found


def build_allocations(programs, dump, index, folder):
    environment = dict(os.environ, LD_PRELOAD="libmemusage.so")
    printed, why = try_run([programs / "cratedex-index", "build", dump, "-o", index, "--quiet"], 2 * BUILD_LIMIT,
                           env=environment)
    return parse_memusage(printed) if printed else None, why
