"""A server that counts downloads, in which calls go wrong while it starts and while it makes the files of further days. Every
download that was answered is in the files, whatever went wrong, and the files of its start and of each day are whole."""

import os
import struct
import time

from fault_control import KINDS, NO_MEMORY
from faulty_server import Requests, ask, told
from scene import drawn, message_complaints

TARGET = "/api/v1/crates/serde/1.0.0/download"
HEADER_BYTES = 4096
N_VERSIONS_AT = 56
TICKS_SECONDS = 0.06  # in which a server looks after its files more than twice (fault_calls.c)


def n_counted_of(folder, name):
    """The sum of a day's counters; download_counts.h has the layout."""
    with open(os.path.join(folder, name), "rb") as file:
        content = file.read()
    (n_versions,) = struct.unpack_from("<Q", content, N_VERSIONS_AT)
    return sum(struct.unpack_from(f"<{n_versions}Q", content, HEADER_BYTES))


def n_counted(folder):
    return sum(n_counted_of(folder, name) for name in os.listdir(folder) if not name.startswith("."))


def download(server, n):
    """Downloads `n` times; how many were answered."""
    answers = [ask(server.port, TARGET) for _ in range(n)]
    return sum(answer is not None and answer[0] == 302 for answer in answers)


def wait_for_fault(server):
    until = time.monotonic() + TICKS_SECONDS
    while server.control.n_faults()[0] == 0 and time.monotonic() < until:
        time.sleep(0.002)


def run_counting(name, server, folder, sample, generator):
    """Puts faults into starts, and into the ticks that open the file of the next day."""
    requests = Requests(server, sample, generator)
    faults = server.faults_of_start()
    n_answered = download(server, 3)
    server.stop()
    for kind, at in drawn(faults, sample, generator):
        for path in os.listdir(folder):  # half of the starts make the file
            if generator.random() < 0.5:
                n_answered -= n_counted_of(folder, path)
                os.unlink(os.path.join(folder, path))
        listens = server.start(kind, at)
        requests.n_faults[KINDS[kind]] += server.control.n_faults()[0]
        requests.outcomes["started" if listens else "refused"] += 1
        n_answered += download(server, 2) if listens else 0
        status, errors = server.stop()
        if status not in ((0, 1) if listens else (1,)):
            requests.complain(f"exit status {status}: {errors}", "start", kind, at)
        for complaint in message_complaints(errors, "cratedex-server", kind) if not listens else ():
            requests.complain(f"{complaint}: {errors}", "start", kind, at)
        if n_counted(folder) != n_answered:
            requests.complain(f"{n_counted(folder)} counted, {n_answered} answered", "start", kind, at)
    server.start()
    days = 0
    for kind in range(len(KINDS)):
        at = 1
        while True:
            days += 1
            server.control.arm(kind, at)
            server.control.set_clock_ahead(86400 * days)
            wait_for_fault(server)
            n_faults = server.control.n_faults()[0]
            server.control.disarm()
            requests.n_faults[KINDS[kind]] += n_faults
            n_answered += download(server, 2)
            if n_counted(folder) != n_answered:
                requests.complain(f"{n_counted(folder)} counted, {n_answered} answered", "day", kind, at)
            if n_faults == 0 or (sample is not None and at > sample // 20):
                break
            at += 1
            requests.outcomes["days"] += 1
    status, errors = server.stop()
    if status != 0:
        requests.complain(f"exit status {status}: {errors}", "the end", NO_MEMORY, 0)
    if n_counted(folder) != n_answered:
        requests.complain(f"{n_counted(folder)} counted, {n_answered} answered", "the end", NO_MEMORY, 0)
    left = [path for path in os.listdir(folder) if path.startswith(".")]
    if left:
        requests.complain(f"left behind: {left}", "the end", NO_MEMORY, 0)
    return told(name, requests)
