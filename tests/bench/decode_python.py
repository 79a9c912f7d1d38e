#!/usr/bin/python3
"""Times Python's json and msgpack on bodies in files; cratedex-bench encoding starts it.

Usage: decode_python.py FOLDER ROUNDS

FOLDER has <page>.<number>.json and .msgpack. Prints what tests/bench/encoding_clients.h describes. Each
round decodes all bodies of each page in both encodings, in turn, as often as fill a millisecond; what was
decoded is not read, for both make all of it at once and a walk in Python would take most of the time.
"""

import gc
import json
import platform
import sys
import time
from collections import defaultdict
from pathlib import Path

try:
    import msgpack
except ImportError as error:
    sys.exit(f"decode_python.py: {error}")

DECODERS = {"json": json.loads, "msgpack": msgpack.unpackb}
RUN_NANOSECONDS = 1_000_000
SINGLES_NANOSECONDS = 2_000_000
MAX_SINGLES = 32


def read_pages(folder):
    pages = defaultdict(lambda: defaultdict(list))
    for path in sorted(folder.iterdir()):
        page, _, encoding = path.name.split(".")
        pages[page][encoding].append(path.read_bytes())
    return pages


def check(value, found):
    """What every decoder must give: see tests/bench/decoded_values.h."""
    found["values"] += 1
    if isinstance(value, str):
        text = value.encode()
        found["texts"] += len(text) + ((text[0] << 32) + (text[-1] << 16) if text else 0)
    elif isinstance(value, bool):
        found["true"] += value
    elif isinstance(value, (int, float)):
        found["numbers"] += value
    elif isinstance(value, list):
        for child in value:
            check(child, found)
    elif isinstance(value, dict):
        for name, child in value.items():
            check(name, found)
            check(child, found)


def check_all(decode, bodies):
    found = {"values": 0, "texts": 0, "numbers": 0, "true": 0}
    for body in bodies:
        check(decode(body), found)
    return {**found, "texts": str(found["texts"])}


def run(decode, bodies, repeats):
    begin = time.thread_time_ns()
    for _ in range(repeats):
        for body in bodies:
            decode(body)
    return time.thread_time_ns() - begin


def add_singles(decode, bodies, singles):
    now = 0
    end = time.perf_counter_ns() + SINGLES_NANOSECONDS
    for _ in range(MAX_SINGLES):
        if now >= end:
            break
        body = bodies[len(singles) % len(bodies)]
        begin = time.perf_counter_ns()
        decode(body)
        now = time.perf_counter_ns()
        singles.append(now - begin)


def main():
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    pages = read_pages(folder)
    figures = {encoding: {page: {"samples": [], "singles": [], "check": check_all(decode, bodies[encoding])}
                          for page, bodies in pages.items()} for encoding, decode in DECODERS.items()}
    repeats = {}
    for page, bodies in pages.items():
        once = 1 + min(run(json.loads, bodies["json"], 1) for _ in range(5))
        repeats[page] = max(1, RUN_NANOSECONDS // once)
    gc.disable()
    for number in range(rounds):
        order = ("json", "msgpack") if number % 2 == 0 else ("msgpack", "json")
        for page, bodies in pages.items():
            for encoding in order:
                taken = run(DECODERS[encoding], bodies[encoding], repeats[page])
                n_answers = repeats[page] * len(bodies[encoding])
                figures[encoding][page]["samples"].append(taken / n_answers)
                add_singles(DECODERS[encoding], bodies[encoding], figures[encoding][page]["singles"])
        gc.collect()
    json.dump({"runtime": f"Python {platform.python_version()}", "missing": [], "decoders": [
        {"encoding": "json", "library": "json", "pages": figures["json"]},
        {"encoding": "msgpack", "key": "decode_python", "library": "msgpack",
         "version": ".".join(map(str, msgpack.version)), "pages": figures["msgpack"]}]}, sys.stdout)


if __name__ == "__main__":
    main()
