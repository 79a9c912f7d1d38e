#!/usr/bin/env python3
"""What a request costs: cratedex-server beside programs that send the same bytes.

    tests/bench/http_compare.py INDEX [--target PATH] [--queries FILE] [--connections N,N,...] [--rounds N]
                                [--seconds N] [--threads N] [--build FOLDER] [--beside NAME=URL]...
                                [--json] [--check]

Asked in turn, round by round, by the same client (wrk, two threads, keep-alive):

  hit         the server, with the answer in its cache
  bare        bare_http: libmicrohttpd alone with one prebuilt response
  nginx       nginx with the bytes in a file (left out where it is not installed)
  miss        the server without a cache, over the queries of FILE, else TARGET again and again
  NAME        whatever listens at URL, such as a Groonga that answers queries over the same data

All servers run at the same time with as many threads each, and only one is asked at a time. Requests a
second are wrk's. The processor time is what the kernel counted for the server's processes (utime and
stime, which leaves the client out), a request. Latencies are those of a closed loop, so they tell how long
requests wait for each other, not what a client would see at that rate. Shown is the median of the rounds;
ratios are medians of each round's ratio, so that what else the machine did at the time is on both sides.
304 is not among them: wrk waits for the body that such an answer's Content-Length only tells of.

--check ends with status 1 where a goal is missed. On few cores the client takes its part of the machine,
and a ratio of requests/s understates what the server costs: look at the processor time."""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

BENCH_FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(BENCH_FOLDER, "..", "support"))
from running_server import running_server  # noqa: E402

# (who, figure, beside whom, the ratio must be at least / at most)
GOALS = (
    ("hit", "requests_a_second", "bare", ">=", 0.95),
    ("hit", "cpu_us", "bare", "<=", 1.10),
    ("hit", "requests_a_second", "nginx", ">=", 1.20),
)
MISS_LIMIT_US = 60
FIGURES = (("requests_a_second", "requests/s", 0), ("cpu_us", "cpu us", 2), ("p50_us", "p50 us", 0),
           ("p90_us", "p90 us", 0), ("p99_us", "p99 us", 0))
UNITS = {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6}
NOT_COPIED = ("date", "connection", "content-length")


class Contender:
    """One who is asked: where, and whose processes pay for it."""

    def __init__(self, name, url, pids, script=None):
        self.name, self.url, self.pids, self.script = name, url, pids, script

    def cpu_seconds(self):
        ticks = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                fields = stat.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def ask(self, connections, seconds):
        command = ["wrk", "--latency", "-t", str(min(2, connections)), "-c", str(connections), "-d",
                   f"{seconds}s"]
        if self.script is not None:
            command += ["-s", self.script]
        before = self.cpu_seconds()
        printed = subprocess.run(command + [self.url], check=True, stdout=subprocess.PIPE, text=True).stdout
        cpu_seconds = self.cpu_seconds() - before
        n_requests = int(re.search(r"(\d+) requests in", printed)[1])
        if n_requests == 0 or "Non-2xx" in printed or "Socket errors" in printed:
            sys.exit(f"http_compare: {self.name} fails:\n{printed}")
        figures = {"requests_a_second": float(re.search(r"Requests/sec:\s*([\d.]+)", printed)[1])}
        if self.pids:
            figures["cpu_us"] = cpu_seconds * 1e6 / n_requests
        for percent, value, unit in re.findall(r"^\s+(50|90|99)%\s+([\d.]+)(us|ms|s|m)$", printed, re.M):
            figures[f"p{percent}_us"] = float(value) * UNITS[unit]
        return figures


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read(), answer.headers.items()


@contextlib.contextmanager
def running(command):
    """A program that prints its port first."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            yield program.pid, int(program.stdout.readline())
        finally:
            program.send_signal(signal.SIGTERM)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
        return [int(child) for child in children.read().split()]


NGINX = """daemon off;
worker_processes {threads};
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    open_file_cache max=16;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type "{media_type}"; root {folder}/files; try_files /body =404; }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_nginx(folder, body, media_type, threads):
    """Its port and the processes that answer."""
    port = free_port()
    os.makedirs(os.path.join(folder, "files"))
    os.chmod(os.path.dirname(folder), 0o755)  # the workers are another user where root starts them
    with open(os.path.join(folder, "files", "body"), "wb") as file:
        file.write(body)
    settings = os.path.join(folder, "nginx.conf")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(NGINX.format(folder=folder, port=port, media_type=media_type, threads=threads))
    with subprocess.Popen(["nginx", "-e", "stderr", "-c", settings]) as nginx:
        try:
            deadline = time.monotonic() + 10
            while True:
                with contextlib.suppress(OSError):
                    fetch(f"http://127.0.0.1:{port}/")
                    break
                if nginx.poll() is not None or time.monotonic() > deadline:
                    sys.exit("http_compare: nginx did not start")
                time.sleep(0.05)
            yield port, children_of(nginx.pid)
        finally:
            nginx.send_signal(signal.SIGTERM)


def write_miss_script(folder, path, queries):
    """A script of wrk that asks for one query after the other."""
    with open(queries, encoding="utf-8") as file:
        texts = [line.rstrip("\n").removesuffix("*") for line in file]
    script = os.path.join(folder, "queries.lua")
    with open(script, "w", encoding="utf-8") as file:
        file.write("local targets = {\n")
        for text in filter(None, texts):
            file.write(f'"{path}?q={urllib.parse.quote_plus(text)}",\n')
        file.write("}\nlocal at = 0\nrequest = function()\n  at = at % #targets + 1\n"
                   "  return wrk.format('GET', targets[at])\nend\n")
    return script


def server_pid(port):
    """Which of our children listens there."""
    wanted = f":{port:04X}"
    with open("/proc/net/tcp", encoding="utf-8") as table:
        inodes = {row.split()[9] for row in table if row.split()[1].endswith(wanted) and row.split()[3] == "0A"}
    for pid in children_of(os.getpid()):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/fd/{descriptor}").strip("socket:[]") in inodes:
                    return pid
    sys.exit(f"http_compare: nobody listens on port {port}")


def start_contenders(options, folder, stack):
    program = os.path.join(options.build, "cratedex-server")
    threads = ("--threads", str(options.threads))
    url = stack.enter_context(running_server(program, options.index, *threads))
    pid = server_pid(urllib.parse.urlsplit(url).port)
    # The first request fills the cache, the second gives the answer that is sent from then on.
    fetch(url + options.target)
    body, headers = fetch(url + options.target)
    headers = [(name, value) for name, value in headers if name.lower() not in NOT_COPIED]
    fields = {name.lower(): value for name, value in headers}
    contenders = [Contender("hit", url + options.target, [pid])]

    body_path = os.path.join(folder, "body")
    with open(body_path, "wb") as file:
        file.write(body)
    command = [os.path.join(options.build, "bare_http"), "--body", body_path, *threads]
    for name, value in headers:
        command += ["--header", f"{name}: {value}"]
    pid, port = stack.enter_context(running(command))
    contenders.append(Contender("bare", f"http://127.0.0.1:{port}{options.target}", [pid]))
    if fetch(contenders[-1].url)[0] != body:
        sys.exit("http_compare: the answers differ")

    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if nginx is None:
        print("nginx     is not installed and left out (scripts/install-deps --bench)", file=sys.stderr)
    else:
        port, pids = stack.enter_context(
            running_nginx(os.path.join(folder, "nginx"), body, fields["content-type"], options.threads))
        contenders.append(Contender("nginx", f"http://127.0.0.1:{port}{options.target}", pids))
        if fetch(contenders[-1].url)[0] != body:
            sys.exit("http_compare: nginx sends something else")

    url = stack.enter_context(running_server(program, options.index, "--cache-bytes", "0", *threads))
    pid = server_pid(urllib.parse.urlsplit(url).port)
    script = options.queries and write_miss_script(folder, options.target.partition("?")[0], options.queries)
    contenders.append(Contender("miss", url + options.target, [pid], script=script))
    for beside in options.beside:
        name, _, other_url = beside.partition("=")
        contenders.append(Contender(name, other_url, []))
    return contenders, len(body)


def median_of(rounds, figure):
    values = [one[figure] for one in rounds if figure in one]
    return statistics.median(values) if values else None


def ratio_of(rounds, others, figure):
    return statistics.median(one[figure] / other[figure] for one, other in zip(rounds, others))


def judge(rounds):
    """The goals at one number of connections: (text, ratio or µs, whether it is met)."""
    verdicts = []
    for who, figure, beside, relation, goal in GOALS:
        if who not in rounds or beside not in rounds:
            continue
        ratio = ratio_of(rounds[who], rounds[beside], figure)
        is_met = ratio >= goal if relation == ">=" else ratio <= goal
        title = next(title for key, title, _ in FIGURES if key == figure)
        verdicts.append((f"{who} / {beside}, {title} {relation} {goal:.2f}", ratio, is_met))
    added = median_of(rounds["miss"], "cpu_us") - median_of(rounds["hit"], "cpu_us")
    verdicts.append((f"miss - hit, cpu us <= {MISS_LIMIT_US}", added, added <= MISS_LIMIT_US))
    return verdicts


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.M)
    return f"{found[1] if found else 'unknown'}, {len(os.sched_getaffinity(0))} cores, Linux {os.uname().release}"


def show(connections, contenders, rounds, verdicts):
    print(f"\n{connections} connection{'s' if connections > 1 else ''}")
    print(f"{'':12}" + "".join(f"{title:>12}" for _, title, _ in FIGURES))
    for contender in contenders:
        row = f"{contender.name:12}"
        for key, _, decimals in FIGURES:
            value = median_of(rounds[contender.name], key)
            row += f"{value:12,.{decimals}f}" if value is not None else f"{'-':>12}"
        print(row)
    for text, value, is_met in verdicts:
        print(f"  {text:40} {value:8.3f}  {'met' if is_met else 'MISSED'}")
    sys.stdout.flush()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index")
    parser.add_argument("--target", default="/api/v1/crates?q=serde")
    parser.add_argument("--queries")
    parser.add_argument("--connections", default="1,8,64,512")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--build", default="build")
    parser.add_argument("--beside", action="append", default=[])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def main():
    options = parse_arguments()
    if shutil.which("wrk") is None:
        sys.exit("http_compare: wrk is not installed (scripts/install-deps --test)")
    results, is_missed = [], False
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        contenders, body_bytes = start_contenders(options, folder, stack)
        if not options.json:
            print(f"machine   {machine()}\nanswer    {body_bytes:,} bytes of {options.target}, "
                  f"{options.threads} threads a server, {options.rounds} rounds of {options.seconds} s")
        for connections in map(int, options.connections.split(",")):
            rounds = {contender.name: [] for contender in contenders}
            for _ in range(options.rounds):
                for contender in contenders:
                    rounds[contender.name].append(contender.ask(connections, options.seconds))
            verdicts = judge(rounds)
            is_missed = is_missed or not all(is_met for _, _, is_met in verdicts)
            results.append({"connections": connections, "rounds": rounds,
                            "goals": [{"goal": text, "value": value, "is_met": is_met}
                                      for text, value, is_met in verdicts]})
            if not options.json:
                show(connections, contenders, rounds, verdicts)
    if options.json:
        print(json.dumps({"benchmark": "http", "machine": machine(), "target": options.target,
                          "body_bytes": body_bytes, "threads": options.threads, "results": results}, indent=2))
    return 1 if options.check and is_missed else 0


if __name__ == "__main__":
    sys.exit(main())
