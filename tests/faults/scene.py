"""One run of a program after another, in each of which another call goes wrong, as SQLite tests itself (its "How SQLite Is
Tested", sections 3.1 and 3.2). A Scene says what is run and what may come of it; run_scene finds the calls by a run in which
nothing goes wrong, and shares the faults out among workers, each with a folder and a page (fault_control.py) of its own."""

import concurrent.futures
import dataclasses
import itertools
import os
import queue
import random
import re
import shutil
import subprocess

from fault_control import FAILS, FALLS_SHORT, IS_INTERRUPTED, KINDS, NO_MEMORY, FaultControl

DEADLINE_SECONDS = 60
MAX_SHOWN = 4000  # characters of a message

# What a message may say of a call that failed: the C library's words for the errno, and SQLite's.
REASONS = re.compile(
    "Input/output error|no memory|No space left|Too many open files|Cannot allocate memory|Operation not permitted|"
    "Resource temporarily unavailable|disk I/O error|unable to open (a temporary )?database file|cannot write to standard output|Address already in use|"
    "No buffer space|was changed while it was opened|database or disk is full|attempt to write a readonly database|out of memory"
)
NO_MEMORY_REASONS = re.compile(
    "out of memory|no memory|Cannot allocate memory|too large for the memory|disk I/O error|temporary database file|"
    "Memory allocation failure|"  # of getaddrinfo(3)
    "cannot start a thread .*: Resource temporarily unavailable"  # what pthread_create(3) says of that, too
)
# What it may not: the file is well, and to build it again would help nobody.
MISLEADING = re.compile("damaged(?!: SQLite's integrity check)|build the index again|is not a Cratedex index|is missing|no file of|not an archive", re.I)


@dataclasses.dataclass
class Outcome:
    """What came of a run: `status` is negative where a signal ended it, None where it did not end."""

    status: int | None
    output: bytes
    errors: str
    files: dict = dataclasses.field(default_factory=dict)


class Scene:
    """`arguments` of a program, run in a folder that `prepare` filled. `outputs` are files that it may replace."""

    outputs = ()
    needs_output = True  # what it prints must be the same in every run
    n_processors = 1  # one thread: the N-th call is the same in every run

    def __init__(self, name, program, arguments):
        self.name, self.program, self.arguments = name, program, arguments

    def prepare(self, folder):
        """Fills a worker's folder, once."""

    def renew(self, folder):
        """Puts back what a run may have changed, before each."""

    def complaints(self, outcome, normal, kind, call):
        """What is wrong with an outcome, where `call` went wrong and nothing does in the `normal` one."""
        if outcome.status is None:
            yield f"no end after {DEADLINE_SECONDS} s"
        elif outcome.status not in (0, 1):
            yield f"exit status {outcome.status}"
        elif outcome.status == 1:
            if kind in (FALLS_SHORT, IS_INTERRUPTED):
                yield "what falls short or is interrupted can be done again"
            yield from message_complaints(outcome.errors, os.path.basename(self.program), kind)
        elif self.needs_output and outcome.output != normal.output:
            yield "another output than without a fault, and exit status 0"


def message_complaints(errors, program, kind):
    lines = errors.splitlines()
    if len(lines) != 1 or not errors.startswith(f"{program}: "):
        yield "not one line that says why"
    elif MISLEADING.search(errors):
        yield "the message blames a file that is well"
    elif not (NO_MEMORY_REASONS if kind == NO_MEMORY else REASONS).search(errors):
        yield "the message does not say what failed"


class Worker:
    """A folder in which a scene is run."""

    def __init__(self, scene, folder):
        self.scene, self.folder = scene, folder
        self.work = os.path.join(folder, "work")
        os.makedirs(self.work)
        scene.prepare(self.work)
        self.names = None
        self.control = FaultControl(os.path.join(folder, "page"))

    def run(self, kind=None, at=0, stacks=None):
        """The outcome, how many faults there were and the call of the last. `stacks`: see fault_stacks.c."""
        scene = self.scene
        scene.renew(self.work)
        before = set(os.listdir(self.work))
        self.control.reset(scene.n_processors, stacks is not None)
        if kind is not None:
            self.control.arm(kind, at)
        environment = os.environ | {"CRATEDEX_FAULTS": self.control.path, "SQLITE_TMPDIR": self.work}
        if stacks is not None:
            environment["CRATEDEX_FAULT_STACKS"] = stacks
        outcome = Outcome(None, b"", "")
        command = [scene.program, *scene.arguments]
        with subprocess.Popen(
            command, cwd=self.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, stdin=subprocess.DEVNULL
        ) as process:
            try:
                outcome.output, errors = process.communicate(timeout=DEADLINE_SECONDS)
                outcome.status = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                outcome.output, errors = process.communicate()
        outcome.errors = errors.decode(errors="replace")
        for name in scene.outputs:
            with open(os.path.join(self.work, name), "rb") as file:
                outcome.files[name] = file.read()
        left = set(os.listdir(self.work)) - before
        for name in left:
            os.unlink(os.path.join(self.work, name))
        n_faults, call = self.control.n_faults()
        return outcome, n_faults, call, left


def drawn(faults, sample, generator):
    """All faults, or `sample` of them, of which half are of calls of the system where there are so many."""
    if sample is None or sample >= len(faults):
        return faults
    calls = [fault for fault in faults if fault[0] != NO_MEMORY]
    allocations = [fault for fault in faults if fault[0] == NO_MEMORY]
    n_calls = min(len(calls), max(sample // 2, sample - len(allocations)))
    return generator.sample(calls, n_calls) + generator.sample(allocations, sample - n_calls)


def faults_of(scene, worker, sample, seed):
    """The normal outcome, and (kind, at) of every fault that the scene is run with: all calls, every stack of allocations
    and `random_allocations` more; of these `sample`, where that is given."""
    stacks = os.path.join(worker.folder, "stacks")
    first, _, _, left = worker.run()
    if first.status != 0 or left:
        raise SystemExit(f"{scene.name}: without a fault: status {first.status}, {first.errors}{left}")
    n_calls = worker.control.n_calls()
    noted, _, _, _ = worker.run(stacks=stacks)
    if scene.needs_output and noted.output != first.output:
        raise SystemExit(f"{scene.name}: two runs differ without a fault")
    with open(stacks, encoding="ascii") as file:
        allocations = sorted({int(line) for line in file})
    generator = random.Random(seed)
    more = generator.sample(range(1, n_calls[NO_MEMORY] + 1), min(scene.n_random_allocations, n_calls[NO_MEMORY]))
    faults = [(kind, at) for kind in (FAILS, FALLS_SHORT, IS_INTERRUPTED) for at in range(1, n_calls[kind] + 1)]
    faults += [(NO_MEMORY, at) for at in itertools.chain(allocations, more)]
    return first, drawn(faults, sample, generator)


def run_scene(scene, folder, sample, seed, jobs):
    """Runs a scene with all its faults, or `sample` of them. Prints a line of figures, and one for every fault that was
    found. Returns the number of runs and of those in which something was wrong."""
    workers = queue.Queue()
    first_worker = Worker(scene, os.path.join(folder, "0"))
    normal, faults = faults_of(scene, first_worker, sample, seed)
    workers.put(first_worker)
    for job in range(1, jobs):
        workers.put(Worker(scene, os.path.join(folder, str(job))))
    figures = {kind: [0, 0] for kind in KINDS}
    n_not_reached, n_wrong, found = 0, 0, {}

    def one(fault):
        kind, at = fault
        worker = workers.get()
        try:
            outcome, n_faults, call, left = worker.run(kind, at)
        finally:
            workers.put(worker)
        complaints = list(scene.complaints(outcome, normal, kind, call)) if n_faults else []
        if left and call not in ("unlink", "unlinkat"):
            complaints.append(f"left behind: {', '.join(sorted(left))}")
        return kind, at, call, n_faults, outcome, complaints

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for kind, at, call, n_faults, outcome, complaints in pool.map(one, faults):
            n_not_reached += n_faults == 0
            figures[KINDS[kind]][0] += n_faults
            figures[KINDS[kind]][1] += bool(n_faults) and outcome.status != 0
            n_wrong += bool(complaints)
            for complaint in complaints:
                likeness = complaint, KINDS[kind], outcome.status, outcome.errors[:MAX_SHOWN]
                found.setdefault(likeness, []).append(f"{at} ({call})")
    for (complaint, kind, status, errors), places in found.items():
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        print(f"  {scene.name}: {kind} {places[0]}{more}: {complaint}; status {status}")
        print("".join(f"    {line}\n" for line in errors.splitlines()), end="")
    shutil.rmtree(folder)
    told = ", ".join(f"{kind} {n} ({refused} refused)" for kind, (n, refused) in figures.items())
    print(f"{scene.name}: {told}{f', not reached {n_not_reached}' if n_not_reached else ''}: {n_wrong} wrong", flush=True)
    return len(faults) - n_not_reached, n_wrong
