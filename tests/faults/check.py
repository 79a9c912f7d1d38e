#!/usr/bin/env python3
"""Lets calls and allocations of the programs fail, one in every run, and looks at what comes of it: no crash, no hang, the
exit status that is documented, one line that says why, the old file or the whole new one, nothing left behind.

check.py --build BUILD [--sample N] [--seed N] [--only NAME] [--jobs N] [DUMP]"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time

from counting import download, run_counting
from faulty_server import TARGETS, FaultyServer, run_answers, run_starts
from reloading import run_reloading
from scene import run_scene
from scenes import BuildScene, QuestionScene


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", help="the build folder")
    parser.add_argument("--sample", type=int, help="so many faults of every scene, drawn by the seed; default: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="scenes whose name has this text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("dump", nargs="?", default="data")
    return parser.parse_args()


def counted(program, index, folder):
    """A folder with a file of downloads that a server counted."""
    counts = os.path.join(folder, "merged")
    os.makedirs(counts)
    server = FaultyServer(program.replace("cratedex-index", "cratedex-server"), index, folder, "--count-downloads", counts)
    server.start()
    download(server, 5)
    server.stop()
    return counts


def scenes_of(program, dump, folder):
    """What is run, with the files that it needs in `folder`."""
    nothing = os.path.join(folder, "none.txt")
    old = os.path.join(folder, "old.cdx")
    index = os.path.join(folder, "index.cdx")
    archive = os.path.join(folder, "dump.tar.gz")
    with open(nothing, "w", encoding="ascii"):
        pass
    subprocess.run([program, "build", dump, "-o", old, "--quiet", "--synonyms", nothing], check=True)
    subprocess.run([program, "build", dump, "-o", index, "--quiet"], check=True)
    subprocess.run(["tar", "-czf", archive, "-C", dump, "."], check=True)
    message = os.path.join(folder, "message")
    with open(message, "wb") as file:
        file.write(b"\x82\xa1a\x01\xa1b\x93\xc3\xc0\xa1c")
    yield BuildScene("build of a folder", program, os.path.abspath(dump), old)
    yield BuildScene("build of a .tar.gz", program, archive, old)
    yield BuildScene("merging of downloads", program, archive, old, "--downloads", counted(program, index, folder))
    for arguments in (
        ["query", index, "serde json", "--limit", "3"],
        ["query", index, "serde_jsn", "--json"],
        ["query", index, "tokio", "--explain"],
        ["query", index, "tokio", "--sort", "downloads", "--facets", "keyword,has"],
        ["suggest", index, "tok"],
        ["info", index],
        ["verify", index],
        ["decode", message],
    ):
        yield QuestionScene(" ".join(os.path.basename(word) for word in arguments), program, arguments)


def server_runs(arguments, folder):
    """Name and function of what is run with a server; the function returns its numbers of faults and of bad ends."""
    program = os.path.abspath(os.path.join(arguments.build, "faults", "cratedex-server"))
    index = os.path.join(folder, "index.cdx")
    generator = random.Random(arguments.seed)
    per_target = None if arguments.sample is None else max(1, arguments.sample // (4 * len(TARGETS)))

    def server(*options):
        return FaultyServer(program, index, folder, "--threads", "1", *options)

    yield "server starts", lambda name: run_starts(name, server("--admin-listen", "127.0.0.1:0"), arguments.sample, generator)
    # Not where memory runs out: libseccomp 2.5.4 follows NULL then.
    yield (
        "server starts in its sandbox",
        lambda name: run_starts(name, server("--sandbox", "yes"), arguments.sample, generator, leaves_memory=True),
    )
    yield (
        "server answers without a cache",
        lambda name: run_answers(name, server("--cache-bytes", "0"), TARGETS, per_target, generator),
    )
    yield (
        "server answers out of its cache",
        lambda name: run_answers(name, server("--access-log", "off"), TARGETS, per_target, generator),
    )
    yield (
        "reloading",
        lambda name: run_reloading(name, server("--admin-listen", "127.0.0.1:0"), arguments.sample, generator),
    )
    counts = os.path.join(folder, "counts")
    os.makedirs(counts, exist_ok=True)
    yield (
        "counting",
        lambda name: run_counting(name, server("--count-downloads", counts), counts, arguments.sample, generator),
    )


def main():
    arguments = parse_arguments()
    program = os.path.abspath(os.path.join(arguments.build, "faults", "cratedex-index"))
    began = time.monotonic()
    ends = []
    with tempfile.TemporaryDirectory() as folder:
        for scene in scenes_of(program, arguments.dump, folder):
            if arguments.only in scene.name:
                place = os.path.join(folder, "scene")
                ends.append(run_scene(scene, place, arguments.sample, arguments.seed, arguments.jobs))
        for name, run in server_runs(arguments, folder):
            if arguments.only in name:
                ends.append(run(name))
    n_wrong = sum(wrong for _, wrong in ends)
    n_failed = sum(wrong > 0 for _, wrong in ends)
    print(f"{sum(runs for runs, _ in ends)} faults in {time.monotonic() - began:.0f} s, {n_wrong} of them ended badly")
    print(f"{len(ends) - n_failed} passed, {n_failed} failed")
    return 1 if n_failed or not ends else 0


if __name__ == "__main__":
    sys.exit(main())
