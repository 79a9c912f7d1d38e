#!/usr/bin/env python3
"""Instructions of three fixed paths, counted by callgrind, against the counts recorded in the repository.

    tests/bench/instructions.py --programs FOLDER --packages "sqlite3 ..." [--compiler gcc] [--record FILE]
                                [--other-flags WHY] [--update]

  build   cratedex-index build data, the whole process
  miss    a request that the server's cache has not: every query of tests/bench/queries.txt once
  hit     a request that it has: the first of these, again and again

from the repository's root; `make instructions` knows the arguments. A request is counted from end to end,
libmicrohttpd and the C library included and the kernel left out, in a cratedex-server of one thread that is asked
over one connection. GET /healthz divides the parts: callgrind writes what it counted, and begins again at 0,
whenever the function that answers it is entered. The server is warm by then (same queries, other pages). Its
threads are counted apart, for some look after the index meanwhile; the one that did most answered.

Fails where a path takes over 3 % more than recorded; --update records anew. Where something differs from what
the counts were recorded with, the comparison would say nothing: then it is skipped, and said so. Processors
with AVX2 are all one here, for valgrind shows the program the same one of 2013 on each (no AVX-512), to which
the C library, our target_clones and zstd adapt. `rep stosb` is an instruction a byte to callgrind, and would
drown the rest, so the C library is told to use its loops. Addresses are valgrind's to give, not random; what
differs from run to run (the hash of random numbers, how the allocator's memory lies, when a request arrives) is
some hundredths of a percent.

The profiles stay in FOLDER/instructions, for `callgrind_annotate FOLDER/instructions/build`."""

import argparse
import configparser
import glob
import http.client
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import urllib.parse

LIMIT = 0.03
DUMP = "data"
QUERIES = "tests/bench/queries.txt"
N_HIT_TARGETS = 8
N_HITS = 1000
PATHS = ("build", "miss", "hit")
DIVIDER = "answer_health"  # in server/endpoints/health.c
NO_REP_INSTRUCTIONS = ":".join(f"glibc.cpu.x86_rep_{name}_threshold={1 << 30}" for name in ("stosb", "movsb"))
HEADER = """\
# Instructions of three fixed paths, as callgrind counts them (tests/bench/instructions.py). `make instructions`,
# which CI runs, fails where one takes over 3 % more than stands here, so that nobody pays for a change without
# having seen the price. Where the growth is meant: `make instructions-update`, and say in the commit why. Where a
# path became cheaper do so too, so that the gain is not spent unseen.
"""


def first_line(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")[0]


def version_of(text):
    """The last of the version numbers in what a program says of itself."""
    return re.findall(r"\d+(?:\.\d+)+", text)[-1]


def conditions(options):
    """What the counts depend on besides the repository: name -> value."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        has_avx2 = re.search(r"^flags\b.*\bavx2\b", file.read(), re.M) is not None
    return {
        "processor": platform.machine() + (" with AVX2" if has_avx2 else ""),
        "compiler": f"{os.path.basename(options.compiler)} {version_of(first_line(options.compiler, '--version'))}",
        "valgrind": version_of(first_line("valgrind", "--version")),
        "glibc": version_of(first_line("getconf", "GNU_LIBC_VERSION")),
        **{name: first_line("pkg-config", "--modversion", name) for name in sorted(set(options.packages.split()))},
    }


def callgrind(profile, *command, options=()):
    """The command line under callgrind, which writes FILE, FILE.1, ..."""
    return ["valgrind", "--quiet", "--tool=callgrind", "--compress-strings=no", f"--dump-before={DIVIDER}",
            f"--callgrind-out-file={profile}", *options, *command]


def environment():
    """Of what is counted: as little as possible, for it lies on the stack and is searched."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C", "GLIBC_TUNABLES": NO_REP_INSTRUCTIONS}


def instructions_in(profile):
    """The total of a file that callgrind wrote."""
    try:
        with open(profile, encoding="utf-8", errors="replace") as file:
            return int(re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M)[1])
    except FileNotFoundError:
        sys.exit(f"instructions: callgrind did not write {profile}: is `{DIVIDER}`, which divides what is counted, "
                 "still the server's function for /healthz?")


def most_of_a_thread(profile):
    """The largest total of the files that callgrind wrote of a part, one a thread."""
    return max(map(instructions_in, glob.glob(f"{glob.escape(profile)}-*") or [profile]))


def search_targets(per_page):
    with open(QUERIES, encoding="utf-8") as file:
        queries = dict.fromkeys(line.strip().rstrip("*") for line in file)
    return [f"/api/v1/crates?per_page={per_page}&q={urllib.parse.quote_plus(query)}" for query in queries if query]


def ask(connection, targets, expected):
    """GETs each; all must answer 200 with `expected` for X-Cache (None: without that field)."""
    for target in targets:
        connection.request("GET", target)
        answer = connection.getresponse()
        answer.read()
        cache = answer.getheader("X-Cache")
        if answer.status != 200 or cache != expected:
            sys.exit(f"instructions: {target}: status {answer.status}, X-Cache {cache} in place of {expected}")


def ask_server(address):
    """Sends the requests. Returns how many there are of each path."""
    connection = http.client.HTTPConnection(address, timeout=60)
    divider = ["/healthz"]
    misses = search_targets(10)
    hits = misses[:N_HIT_TARGETS]
    ask(connection, search_targets(11), "miss")
    ask(connection, divider, None)
    ask(connection, misses, "miss")
    ask(connection, divider, None)
    ask(connection, hits, "hit")  # the first hit of an answer differs from the others
    ask(connection, divider, None)
    ask(connection, hits * (N_HITS // N_HIT_TARGETS), "hit")
    ask(connection, divider, None)
    connection.close()
    return {"miss": len(misses), "hit": N_HITS // N_HIT_TARGETS * N_HIT_TARGETS}


def count_requests(programs, folder):
    """Instructions a request."""
    index = os.path.join(folder, "data.cdx")
    profile = os.path.join(folder, "server")
    subprocess.run([os.path.join(programs, "cratedex-index"), "build", DUMP, "-o", index, "--quiet"], check=True)
    # How many searches are noted for /status follows from how many come in a second: by the clock, not by the code.
    command = callgrind(profile, os.path.join(programs, "cratedex-server"), "--index", index, "--listen", "127.0.0.1:0",
                        "--threads", "1", "--cache-bytes", "16M", "--slow-query-ms", "0", "--status", "no",
                        options=["--separate-threads=yes"])
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            address = re.search(r"http://([^/\s]+)", line)
            if address is None:
                sys.exit(f"instructions: the server did not start: {line.strip()}")
            n_requests = ask_server(address[1])
        finally:
            server.send_signal(signal.SIGTERM)
    if server.returncode != 0:
        sys.exit(f"instructions: the server ended with status {server.returncode}")
    profiles = {"miss": f"{profile}.2", "hit": f"{profile}.4"}
    return {path: most_of_a_thread(profiles[path]) // n_requests[path] for path in profiles}


def count(programs):
    """Instructions by path; the two processes run side by side."""
    folder = os.path.join(programs, "instructions")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    profile = os.path.join(folder, "build")
    command = callgrind(profile, os.path.join(programs, "cratedex-index"), "build", DUMP, "-o",
                        os.path.join(folder, "counted.cdx"), "--quiet")
    with subprocess.Popen(command, env=environment()) as build:
        try:
            counts = count_requests(programs, folder)
        except BaseException:
            build.terminate()
            raise
    if build.returncode != 0:
        sys.exit(f"instructions: the build ended with status {build.returncode}")
    return {"build": instructions_in(profile), **counts}


def write_record(path, found, counts):
    record = configparser.ConfigParser()
    record["counts"] = {name: str(counts[name]) for name in PATHS}
    record["counted with"] = found
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEADER + "# build is the whole process on the sample in data/, miss and hit are one request.\n\n")
        record.write(file)
    print(f"instructions: {path} written: " + ", ".join(f"{name} {counts[name]:,}" for name in PATHS))


def differences(recorded, found):
    """In words, what is not as it was when the counts were recorded."""
    return [f"{name} was {recorded.get(name, 'none')} and is {found.get(name, 'none')}"
            for name in sorted({*recorded, *found}) if recorded.get(name) != found.get(name)]


def compare(recorded, counts):
    """Prints each path. Returns how many took too much."""
    print(f"{'path':<8}{'recorded':>16}{'counted':>16}{'ratio':>9}")
    n_failed = 0
    hint = "`make instructions-update` and commit the file"
    for name in PATHS:
        ratio = counts[name] / int(recorded[name])
        verdict = ""
        if ratio > 1 + LIMIT:
            n_failed += 1
            verdict = f"  FAILED: over {LIMIT:.0%} more; where that is meant, {hint}, saying why"
        elif ratio < 1 - LIMIT:
            verdict = f"  cheaper: {hint}, so that the gain is kept"
        print(f"{name:<8}{int(recorded[name]):>16,}{counts[name]:>16,}{ratio:>9.4f}{verdict}")
    return n_failed


def skip(reasons):
    print(f"instructions: skipped, for {'; '.join(reasons)}")
    print(f"0 passed, 0 failed, {len(PATHS)} skipped")
    sys.exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True, help="the folder of cratedex-index and cratedex-server")
    parser.add_argument("--packages", required=True, help="pkg-config's names of the libraries")
    parser.add_argument("--compiler", default="gcc")
    parser.add_argument("--record", default="tests/bench/instructions.txt")
    parser.add_argument("--other-flags", default="", help="why these programs were not built as recorded ones are")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    if options.other_flags and options.update:
        sys.exit(f"instructions: not recorded, for {options.other_flags}")
    if options.other_flags:
        skip([options.other_flags])
    if shutil.which("valgrind") is None:
        if options.update:
            sys.exit("instructions: valgrind is not installed: run scripts/install-deps --test")
        skip(["valgrind is not installed (scripts/install-deps --test)"])
    found = conditions(options)
    if options.update:
        write_record(options.record, found, count(options.programs))
        return
    record = configparser.ConfigParser()
    if not record.read(options.record, encoding="utf-8"):
        sys.exit(f"instructions: {options.record} is not there: make instructions-update writes it")
    differing = differences(dict(record["counted with"]), found)
    if differing:
        skip(differing)
    n_failed = compare(record["counts"], count(options.programs))
    print(f"{len(PATHS) - n_failed} passed, {n_failed} failed")
    sys.exit(1 if n_failed else 0)


if __name__ == "__main__":
    main()
