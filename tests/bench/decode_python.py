#!/usr/bin/python3
"""Times Python's json and msgpack on bodies in files; cratedex-bench encoding starts it.

Usage: decode_python.py FOLDER ROUNDS

FOLDER has <page>.<number>.json and .msgpack. Each round decodes all bodies of each page in both
encodings, in turn, as often as fill a millisecond. Prints {"version", "pages": {page: {"json":
[nanoseconds of processor time an answer, …], "msgpack": […]}}}. Both give the same values, or it fails.
"""

import gc
import json
import platform
import sys
import time
from collections import defaultdict
from pathlib import Path

import msgpack

DECODERS = {"json": json.loads, "msgpack": msgpack.unpackb}
RUN_NANOSECONDS = 1_000_000


def read_pages(folder):
    pages = defaultdict(lambda: defaultdict(list))
    for path in sorted(folder.iterdir()):
        page, _, encoding = path.name.split(".")
        pages[page][encoding].append(path.read_bytes())
    for page, bodies in pages.items():
        for text, packed in zip(bodies["json"], bodies["msgpack"], strict=True):
            if json.loads(text) != msgpack.unpackb(packed):
                sys.exit(f"{page}: the encodings differ")
    return pages


def run(decode, bodies, repeats):
    begin = time.thread_time_ns()
    for _ in range(repeats):
        for body in bodies:
            decode(body)
    return time.thread_time_ns() - begin


def main():
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    pages = read_pages(folder)
    repeats = {}
    for page, bodies in pages.items():
        once = 1 + min(run(json.loads, bodies["json"], 1) for _ in range(5))
        repeats[page] = max(1, RUN_NANOSECONDS // once)
    samples = {page: {encoding: [] for encoding in DECODERS} for page in pages}
    gc.disable()
    for number in range(rounds):
        order = ("json", "msgpack") if number % 2 == 0 else ("msgpack", "json")
        for page, bodies in pages.items():
            for encoding in order:
                taken = run(DECODERS[encoding], bodies[encoding], repeats[page])
                n_answers = repeats[page] * len(bodies[encoding])
                samples[page][encoding].append(taken / n_answers)
        gc.collect()
    version = ".".join(map(str, msgpack.version))
    json.dump({"version": f"Python {platform.python_version()}, msgpack {version}",
               "pages": samples}, sys.stdout)


if __name__ == "__main__":
    main()
