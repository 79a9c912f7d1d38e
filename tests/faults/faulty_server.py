"""A server in which calls go wrong while it answers. Who tests says "the N-th allocation from now on" in the page that the
server shares with it (fault_control.py), asks, and looks at the answer, for N = 1, 2, … until a request is answered without
reaching the N-th: so SQLite tests its statements. An answer must be the right one, byte for byte, or say that it failed with a
status of its own, or the connection ends; the same request must be answered rightly afterwards."""

import collections
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time

from fault_control import FAILS, FALLS_SHORT, IS_INTERRUPTED, KINDS, NO_MEMORY, FaultControl
from scene import drawn, message_complaints

DEADLINE_SECONDS = 20


def ask(port, target, accept="application/json"):
    """The status, the head and the body of an answer, or None where the connection ended before one was whole."""
    request = f"GET {target} HTTP/1.1\r\nHost: faults\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS) as connection:
            connection.sendall(request.encode())
            while piece := connection.recv(65536):
                answer += piece
    except ConnectionError:
        return None
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return None
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if length is None or int(length[1]) != len(body):
        return None
    return int(head.split()[1]), head, body


class FaultyServer:
    """A server of tests/faults, in the time of a block."""

    def __init__(self, program, index, folder, *arguments):
        self.command = [program, "--index", index, "--listen", "127.0.0.1:0", *arguments]
        self.control = FaultControl(os.path.join(folder, "server.page"))
        self.errors_path = os.path.join(folder, "server.errors")
        self.folder = folder

    def start(self, kind=None, at=0, stacks=None):
        """Whether it listens. Where a fault is given, it goes wrong on the way there. `stacks`: see fault_stacks.c."""
        self.control.reset(notes_stacks=stacks is not None)
        if kind is not None:
            self.control.arm(kind, at)
        environment = os.environ | {"CRATEDEX_FAULTS": self.control.path}
        if stacks is not None:
            environment["CRATEDEX_FAULT_STACKS"] = stacks
        with open(self.errors_path, "wb") as errors:
            self.process = subprocess.Popen(
                self.command, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=self.folder, text=True
            )
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        self.port = int(found[1]) if found else None
        found = re.search(r"for operators on http://127\.0\.0\.1:(\d+)", line)
        self.admin_port = int(found[1]) if found else None
        return self.port is not None

    def faults_of_start(self):
        """(kind, at) of every call and of every stack of allocations of a start. It runs then."""
        stacks = os.path.join(self.folder, "server.stacks")
        self.start(stacks=stacks)
        n_calls = self.control.n_calls()
        with open(stacks, encoding="ascii") as file:
            allocations = sorted({int(line) for line in file})
        faults = [(kind, at) for kind in range(len(KINDS)) if kind != NO_MEMORY for at in range(1, n_calls[kind] + 1)]
        return faults + [(NO_MEMORY, at) for at in allocations]

    def n_descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        """Ends it. Its exit status, None where it had to be killed, and what it printed to standard error."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        self.process.stdout.close()
        with open(self.errors_path, encoding="utf-8", errors="replace") as file:
            return status, file.read()


def failure_complaint(status, body):
    """What is wrong with an answer that is not the right one, or None."""
    if status < 500:
        return f"status {status} and another body than without a fault"
    try:
        json.loads(body)["errors"][0]["detail"]
    except (ValueError, KeyError, IndexError, TypeError):
        return f"status {status} without a reason"
    return None


class Requests:
    """What came of the requests of a server, in which `sample` faults at most were put into each."""

    def __init__(self, server, sample, generator):
        self.server, self.sample, self.generator = server, sample, generator
        self.n_faults = collections.Counter()
        self.outcomes = collections.Counter()
        self.complaints = {}

    def complain(self, what, target, kind, at):
        call = self.server.control.n_faults()[1]
        self.complaints.setdefault((what, KINDS[kind], call), []).append(f"{target} {at}")

    def one(self, target, right, kind, at):
        """Asks once. Whether the fault was reached."""
        control = self.server.control
        control.arm(kind, at)
        try:
            answer = ask(self.server.port, target)
        except TimeoutError:
            answer = None
            self.complain("no end", target, kind, at)
        n_faults, _ = control.n_faults()
        if n_faults == 0:
            if answer is None or answer[2] != right[2]:
                self.complain("wrong without a fault", target, kind, at)
            return False
        self.n_faults[KINDS[kind]] += 1
        if answer is None:
            self.outcomes["ended"] += 1
        elif (answer[0], answer[2]) == (right[0], right[2]):
            self.outcomes["right"] += 1
        else:
            self.outcomes["refused"] += 1
            complaint = failure_complaint(answer[0], answer[2])
            if complaint is not None:
                self.complain(complaint, target, kind, at)
        again = ask(self.server.port, target)
        if again is None or (again[0], again[2]) != (right[0], right[2]):
            self.complain("the next answer is not the right one", target, kind, at)
        return True

    def all_of(self, target):
        control = self.server.control
        control.disarm()
        right = ask(self.server.port, target)
        again = ask(self.server.port, target)
        if right is None or again is None or right[2] != again[2]:
            raise SystemExit(f"{target}: no answer, or two that differ, without a fault: {self.server.stop()}")
        for kind in (NO_MEMORY, FAILS, FALLS_SHORT, IS_INTERRUPTED):
            if self.sample is None:
                at = 1
                while self.one(target, right, kind, at):
                    at += 1
                continue
            control.arm(kind, 0)
            ask(self.server.port, target)
            n_calls = control.n_calls()[kind]
            for at in self.generator.sample(range(1, n_calls + 1), min(self.sample, n_calls)):
                self.one(target, right, kind, at)


# A request of every kind of endpoint.
TARGETS = (
    "/api/v1/crates?q=serde&per_page=5",
    "/api/v1/crates?q=sredejsn&match=all",
    "/api/v1/crates?sort=downloads&include_yanked=no&facets=keyword",
    "/api/v1/crates/serde",
    "/api/v1/crates/tokio/versions?per_page=20",
    "/api/v1/crates/tokio/1.0.0/dependencies",
    "/api/v1/crates/serde/reverse_dependencies",
    "/api/v1/crates/serde/downloads",
    "/api/v1/crates/serde/owners",
    "/api/v1/suggest?q=tok",
    "/api/v1/summary",
    "/api/v1/keywords",
    "/api/v1/categories",
    "/api/v1/site_metadata",
    "/api/openapi.json",
    "/index/se/rd/serde",
    "/index/config.json",
    "/healthz",
    "/nothing",
)


def told(name, requests):
    """Prints what came of the requests. Returns the number of faults and of those that ended badly."""
    for (what, kind, call), places in requests.complaints.items():
        print(f"  {name}: {kind} ({call}): {what}: {places[0]}, {len(places)} in all")
    n_wrong = sum(len(places) for places in requests.complaints.values())
    faults = ", ".join(f"{kind} {n}" for kind, n in requests.n_faults.items())
    outcomes = ", ".join(f"{n} {how}" for how, n in requests.outcomes.items())
    print(f"{name}: {faults} ({outcomes}): {n_wrong} wrong", flush=True)
    return sum(requests.n_faults.values()), n_wrong


def n_descriptors_return(server, n_before):
    """Whether the server closes what it has beyond that many, which it does when it sees that the client is gone."""
    until = time.monotonic() + DEADLINE_SECONDS
    while server.n_descriptors() > n_before and time.monotonic() < until:
        time.sleep(0.01)
    return server.n_descriptors() <= n_before


def run_answers(name, server, targets, sample, generator):
    """Puts faults into the answering of every target."""
    if not server.start():
        raise SystemExit(f"{name}: the server did not start: {server.stop()}")
    n_descriptors = server.n_descriptors()
    requests = Requests(server, sample, generator)
    for target in targets:
        requests.all_of(target)
    if not n_descriptors_return(server, n_descriptors):
        requests.complaints[("more descriptors than before", "", "")] = [str(server.n_descriptors())]
    status, errors = server.stop()
    if status != 0:
        requests.complaints[(f"exit status {status}: {errors[-2000:]}", "", "")] = ["the end"]
    return told(name, requests)


def run_starts(name, server, sample, generator, leaves_memory=False):
    """Puts faults into the start of a server: it says why it does not start, or answers as ever. `leaves_memory`: calls of
    the system alone fail."""
    faults = [(kind, at) for kind, at in server.faults_of_start() if kind != NO_MEMORY or not leaves_memory]
    right = ask(server.port, TARGETS[0])
    server.stop()
    requests = Requests(server, sample, generator)
    for kind, at in drawn(faults, sample, generator):
        listens = server.start(kind, at)
        n_faults, call = server.control.n_faults()
        server.control.disarm()
        answer = ask(server.port, TARGETS[0]) if listens else None
        status, errors = server.stop()
        listens = listens and not (call == "fflush" and status == 1)  # the line was read, and could not be written
        requests.n_faults[KINDS[kind]] += n_faults
        requests.outcomes["started" if listens else "refused"] += 1
        if listens and (answer is None or answer[2] != right[2]):
            requests.complain("another answer", "start", kind, at)
        if status != (0 if listens else 1):
            requests.complain(f"exit status {status}: {errors}", "start", kind, at)
        elif not listens:
            for complaint in message_complaints(errors, "cratedex-server", kind):
                requests.complain(f"{complaint}: {errors}", "start", kind, at)
    return told(name, requests)
