"""A server that opens its index again and again, and makes what is in use beforehand, in which calls go wrong meanwhile. What is
served stays, or the new one is; it answers as ever, and has no more descriptors and threads than before."""

import os
import socket

from fault_control import KINDS, NO_MEMORY
from faulty_server import DEADLINE_SECONDS, TARGETS, Requests, ask, n_descriptors_return, told

FAULTS_A_KIND = 300  # where no sample is asked for: an opening has some thousand allocations
N_IN_USE = 4  # targets, so that there is something to be warmed


def reload(port):
    """The status of POST /-/reload, or None where the connection ended without an answer."""
    request = b"POST /-/reload HTTP/1.1\r\nHost: faults\r\nX-Cratedex-Reload: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS) as connection:
            connection.sendall(request)
            while piece := connection.recv(65536):
                answer += piece
    except ConnectionError:
        return None
    return int(answer.split()[1]) if answer else None


def n_threads(server):
    return len(os.listdir(f"/proc/{server.process.pid}/task"))


def ask_in_use(server):
    """The bodies of what is in use, which is asked for twice; None where there is no answer."""
    answers = [ask(server.port, target) for target in 2 * TARGETS[:N_IN_USE]]
    return [answer and answer[2] for answer in answers]


def run_reloading(name, server, sample, generator):
    """Puts faults into reloads."""
    if not server.start():
        raise SystemExit(f"{name}: the server did not start: {server.stop()}")
    requests = Requests(server, sample, generator)
    right = ask_in_use(server)
    server.control.reset()
    if reload(server.admin_port) != 200:
        raise SystemExit(f"{name}: no reload without a fault: {server.stop()}")
    n_calls = server.control.n_calls()
    n_before, n_threads_before = server.n_descriptors(), n_threads(server)
    for kind, n in enumerate(n_calls):
        wanted = FAULTS_A_KIND if sample is None else max(1, sample // 8)
        for at in sorted(generator.sample(range(1, n + 1), min(n, wanted))):
            server.control.arm(kind, at)
            status = reload(server.admin_port)
            requests.n_faults[KINDS[kind]] += server.control.n_faults()[0]
            server.control.disarm()
            requests.outcomes[f"status {status}"] += 1
            if ask_in_use(server) != right:
                requests.complain("another answer", "reload", kind, at)
            if status not in (None, 200, 409, 500, 503):
                requests.complain(f"status {status}", "reload", kind, at)
    if reload(server.admin_port) != 200:
        requests.complain("no reload is possible any more", "the end", NO_MEMORY, 0)
    if not n_descriptors_return(server, n_before) or n_threads(server) > n_threads_before:
        requests.complain("more descriptors or threads than before", "the end", NO_MEMORY, 0)
    status, errors = server.stop()
    if status != 0:
        requests.complain(f"exit status {status}: {errors[-2000:]}", "the end", NO_MEMORY, 0)
    return told(name, requests)
