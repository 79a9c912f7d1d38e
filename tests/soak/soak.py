#!/usr/bin/env python3
"""A server under everything at once, for a while: hits, misses, cargo, bad requests, downloads, slow clients, logs that are
rotated (renamed, and USR1), its index replaced again and again. Its memory and descriptors stay flat behind the first minute,
or the first half of a shorter run; bodies are those of a server without a cache; every line of its logs is one of JSON, and it
ends well.

soak.py --server PROGRAM --index FILE [--minutes M] [--threads N] [--seed N] [--max-slope PERCENT]"""

import argparse
import collections
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

WARM_UP_SECONDS = 60
SAMPLE_SECONDS = 0.5
ROTATE_SECONDS = 3
REPLACE_SECONDS = 2
ANSWER_SECONDS = 60
BAD_SECONDS = 0.5  # some wait for more
N_SLOW_CLIENTS = 40
COMPARE_ONE_IN = 20
CACHE_BYTES = "16M"

# Requests that are no HTTP, or are too much: answered with 4xx or 5xx, or the connection ends.
BAD = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /api/v1/crates?q=%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api/v1/crates?" + b"&" * 445 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api/v1/crates HTTP/1.1\r\nHost: a\r\nHo: evil\r\n st: b\r\n\r\n",
    b"POST /api/v1/crates HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api/v1/crates HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    b"PUT /api/v1/crates/new HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /api/v1/crates?per_page=0&page=-1 HTTP/1.1\r\nHost: a\r\n\r\n",
)


class Server:
    """A cratedex-server; its standard output and error go to files in `folder`."""

    def __init__(self, program, index, folder, name, *options):
        self.log_path = os.path.join(folder, f"{name}.out")
        self.errors_path = os.path.join(folder, f"{name}.errors")
        with open(self.log_path, "ab") as log, open(self.errors_path, "ab") as errors:
            self.process = subprocess.Popen(
                [program, "--index", index, "--listen", "127.0.0.1:0", *options], stdout=log, stderr=errors
            )
        self.port = None
        while self.port is None:
            if self.process.poll() is not None:
                sys.exit(f"soak: the server did not start: {self.text(self.errors_path)}")
            found = re.search(r"http://127\.0\.0\.1:(\d+)", self.text(self.log_path) + self.text(self.errors_path))
            self.port = int(found[1]) if found else None
            time.sleep(0.01)

    @staticmethod
    def text(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def private_bytes(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            return 1024 * int(re.search(r"Private_Dirty: *(\d+)", file.read())[1])

    def n_descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(ANSWER_SECONDS)


def exchange(port, request, seconds=ANSWER_SECONDS):
    """What comes back until the server ends the connection, or for so long."""
    answer = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.sendall(request)
        while piece := connection.recv(65536):
            answer += piece
    return answer


def ask(port, target, *headers):
    """The status, the head and the body of an answer; (0, b"", b"") where none came."""
    lines = [f"GET {target} HTTP/1.1", "Host: soak", "Connection: close", *headers, "", ""]
    head, _, body = exchange(port, "\r\n".join(lines).encode()).partition(b"\r\n\r\n")
    return (int(head[9:12]), head, body) if head[:9] == b"HTTP/1.1 " else (0, b"", b"")


def sparse_path(name):
    name = name.lower()
    return {1: f"1/{name}", 2: f"2/{name}", 3: f"3/{name[0]}/{name}"}.get(len(name), f"{name[:2]}/{name[2:4]}/{name}")


class Soak:
    """The run: what the threads share. `mutex` guards the counts and the complaints."""

    def __init__(self, server, other, names, seed):
        self.server, self.other, self.names, self.seed = server, other, names, seed
        self.is_over = threading.Event()
        self.mutex = threading.Lock()
        self.n_requests = collections.Counter()
        self.complaints = collections.Counter()
        self.n_compared = 0

    def count(self, kind, complaint=None, compared=0):
        with self.mutex:
            self.n_requests[kind] += 1
            self.n_compared += compared
            if complaint is not None:
                self.complaints[complaint] += 1

    def n_answered(self):
        """Requests that certainly have a line."""
        return sum(n for kind, n in self.n_requests.items() if kind.split()[0] in ("hit", "miss", "page", "cargo", "download"))

    def targets(self, generator):
        """Kind, target and headers of a request that has an answer."""
        name = generator.choice(self.names)
        hit = self.names[generator.randrange(10)]
        kind = generator.choices(("hit", "miss", "page", "cargo"), (50, 25, 15, 10))[0]
        if kind == "hit":
            return kind, generator.choice((f"/api/v1/crates/{hit}", f"/api/v1/crates?q={hit}", "/api/v1/summary")), ()
        if kind == "miss":
            text = f"{name[: generator.randrange(2, 9)]}%20{generator.choice(self.names)}"
            sort = generator.choice(("relevance", "downloads", "new"))
            return kind, f"/api/v1/crates?q={text}&sort={sort}&page={generator.randrange(1, 4)}", ()
        if kind == "page":
            part = generator.choice(("", "/versions?per_page=10", "/reverse_dependencies", "/owners"))
            return kind, f"/api/v1/crates/{name}{part}", ("Accept-Encoding: zstd, br, gzip",) * generator.randrange(2)
        headers = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
        return kind, f"/index/{sparse_path(name)}", headers * generator.randrange(2)

    def answers(self, number):
        """Asks for what there is; compares one of so many with the other server."""
        generator = random.Random(f"{self.seed} answers {number}")
        while not self.is_over.is_set():
            kind, target, headers = self.targets(generator)
            status, head, body = ask(self.server.port, target, *headers)
            complaint, compared = None, 0
            if status == 503 and b"retry-after" in head.lower():
                kind = f"{kind} refused for overload"
            elif status != 200:
                complaint = f"{kind}: status {status} for {target}"
            elif generator.randrange(COMPARE_ONE_IN) == 0:
                compared = 1
                if ask(self.other.port, target, *headers)[2] != body:
                    complaint = f"{kind}: another body than without a cache for {target}"
            self.count(kind, complaint, compared)

    def bad(self, number):
        generator = random.Random(f"{self.seed} bad {number}")
        while not self.is_over.wait(0.02):
            answer = exchange(self.server.port, generator.choice(BAD), BAD_SECONDS)
            if answer and answer[:10] not in (b"HTTP/1.1 4", b"HTTP/1.1 5", b"HTTP/1.0 4", b"HTTP/1.1 2"):
                self.count("bad", f"bad: {answer[:40]!r}")
            else:
                self.count("bad")

    def downloads(self, number):
        """Of a crate at whose page nobody looks."""
        del number
        while not self.is_over.wait(0.02):
            self.count("download", None if ask(self.server.port, self.download)[0] == 302 else "download: not 302")

    def slow(self, number):
        """Clients that send a byte now and then, or read nothing, until the server has enough of them."""
        generator = random.Random(f"{self.seed} slow {number}")
        clients = []
        while not self.is_over.wait(0.1):
            while len(clients) < N_SLOW_CLIENTS:
                client = socket.create_connection(("127.0.0.1", self.server.port), ANSWER_SECONDS)
                client.setblocking(False)
                clients.append(client)
                self.count("slow client")
            for client in generator.sample(clients, 10):
                try:
                    client.send(generator.choice((b"G", b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: y\r\n", b"\r\n\r\n")))
                    if generator.randrange(20) == 0:
                        raise ConnectionError
                except BlockingIOError:
                    pass
                except OSError:
                    client.close()
                    clients.remove(client)
        for client in clients:
            client.close()

    def rotate(self, number):
        """Renames the logs and has the server open them again; what is in them is looked at in the end."""
        del number
        n_rotated = 0
        while not self.is_over.wait(ROTATE_SECONDS):
            n_rotated += 1
            for path in self.logs:
                os.rename(path, f"{path}.{n_rotated}")
            self.server.process.send_signal(signal.SIGUSR1)
            until = time.monotonic() + ANSWER_SECONDS
            while not all(map(os.path.exists, self.logs)) and time.monotonic() < until:
                time.sleep(0.01)
            self.count("rotation")

    def replace(self, number):
        """Gives the path of the index to another file, of the same rows, as a build does."""
        del number
        while not self.is_over.wait(REPLACE_SECONDS):
            shutil.copyfile(self.index, self.served + ".new")
            os.rename(self.served + ".new", self.served)
            self.count("index replaced")


def slope_percent(samples):
    """How much a line through the samples rises between the first and the last, in percent of their mean."""
    n = len(samples)
    mean = sum(samples) / n
    middle = (n - 1) / 2
    rise = sum((i - middle) * (sample - mean) for i, sample in enumerate(samples))
    return 100 * rise / sum((i - middle) ** 2 for i in range(n)) * (n - 1) / mean


def log_complaints(folder, n_rotations, n_requests):
    """Lines of the logs that are no JSON, and requests without a line."""
    n_lines = n_torn = 0
    for name in os.listdir(folder):
        if name.startswith("access.log"):
            for line in Server.text(os.path.join(folder, name)).splitlines():
                n_lines += 1
                try:
                    json.loads(line)
                except ValueError:
                    n_torn += 1
    print(f"log: {n_lines} lines, {n_rotations} rotations, {n_torn} torn")
    if n_torn > 0:
        yield f"{n_torn} of {n_lines} lines of the log are no JSON"
    if n_lines < n_requests:
        yield f"{n_lines} lines of the log are fewer than {n_requests} requests"


def names_of(port):
    names = []
    for page in range(1, 11):
        crates = json.loads(ask(port, f"/api/v1/crates?sort=downloads&per_page=100&page={page}")[2])["crates"]
        names += [crate["name"] for crate in crates]
    return names


def download_of(port, names):
    """The last crate that has a version to be downloaded, and where."""
    for name in reversed(names):
        number = json.loads(ask(port, f"/api/v1/crates/{name}")[2])["crate"]["max_version"]
        target = f"/api/v1/crates/{name}/{urllib.parse.quote(number)}/download"
        if ask(port, target)[0] == 302:
            return name, target
    sys.exit("soak: no crate can be downloaded")


def run(arguments, folder):
    """The complaints."""
    counts = os.path.join(folder, "counts")
    os.mkdir(counts)
    options = ("--count-downloads", counts, "--threads", "2", "--base-url", "http://soak")
    other = Server(arguments.server, arguments.index, folder, "bare", "--cache-bytes", "0", *options)
    served = os.path.join(folder, "served.cdx")
    shutil.copyfile(arguments.index, served)
    logs = os.path.join(folder, "access.log"), os.path.join(folder, "slow.log")
    server = Server(
        arguments.server, served, folder, "cached", "--cache-bytes", CACHE_BYTES, "--access-log", "json",
        "--access-log-file", logs[0], "--slow-query-log", logs[1], "--slow-query-ms", "5", *options
    )  # fmt: skip
    names = names_of(server.port)
    downloaded, download = download_of(server.port, names)
    soak = Soak(server, other, [name for name in names if name != downloaded], arguments.seed)
    soak.download, soak.logs, soak.index, soak.served = download, logs, arguments.index, served
    n_before = server.n_descriptors()
    works = [soak.answers] * arguments.threads + [soak.bad, soak.downloads, soak.slow, soak.rotate, soak.replace]
    threads = [threading.Thread(target=work, args=(i,)) for i, work in enumerate(works)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    seconds = 60 * arguments.minutes
    warm_up = min(WARM_UP_SECONDS, seconds / 2)
    memory, descriptors = [], []
    while time.monotonic() - began < seconds and server.process.poll() is None:
        time.sleep(SAMPLE_SECONDS)
        if time.monotonic() - began >= warm_up:
            memory.append(server.private_bytes())
            descriptors.append(server.n_descriptors())
    soak.is_over.set()
    for thread in threads:
        thread.join()
    until = time.monotonic() + ANSWER_SECONDS
    while server.n_descriptors() > n_before and time.monotonic() < until:
        time.sleep(0.05)
    n_after = server.n_descriptors()
    statuses = server.stop(), other.stop()
    took = time.monotonic() - began
    print(", ".join(f"{kind} {n}" for kind, n in sorted(soak.n_requests.items())), f"in {took:.0f} s")
    print(f"bodies compared: {soak.n_compared}")
    rise = slope_percent(memory)
    print(f"memory: {min(memory) / 2**20:.1f} to {max(memory) / 2**20:.1f} MiB, slope {rise:+.2f} %")
    minute = round(60 / SAMPLE_SECONDS)
    means = [sum(part) / len(part) / 2**20 for part in (memory[i : i + minute] for i in range(0, len(memory), minute))]
    print("memory by the minute, mean MiB:", *(f"{mean:.2f}" for mean in means))
    print(f"descriptors: {n_before} before, {min(descriptors)} to {max(descriptors)}, {n_after} after")
    complaints = [f"{complaint} ({n} times)" for complaint, n in soak.complaints.items()]
    complaints += log_complaints(folder, soak.n_requests["rotation"], soak.n_answered())
    if rise > arguments.max_slope:
        complaints.append(f"memory rises by {rise:.2f} %, more than {arguments.max_slope:g} %")
    if n_after > n_before:
        complaints.append(f"{n_after} descriptors where {n_before} were before")
    if statuses != (0, 0):
        complaints.append(f"exit statuses {statuses}")
    if soak.n_compared == 0:
        complaints.append("no body was compared")
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--index", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--threads", type=int, default=4, help="that ask for what there is")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-slope", type=float, default=2, help="of the memory, in percent")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        complaints = run(arguments, folder)
    for complaint in complaints:
        print(f"soak: {complaint}")
    print(f"{int(not complaints)} passed, {int(bool(complaints))} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
