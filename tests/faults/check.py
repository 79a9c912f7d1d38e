#!/usr/bin/env python3
"""Lets calls and allocations of the programs fail, one in every run, and looks at what comes of it: no crash, no hang, the
exit status that is documented, one line that says why, the old file or the whole new one, nothing left behind.

check.py --build BUILD [--sample N] [--seed N] [--only NAME] [--jobs N] [DUMP]"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

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
    for arguments in (
        ["query", index, "serde json", "--limit", "3"],
        ["query", index, "serde_jsn", "--json"],
        ["query", index, "tokio", "--explain"],
        ["query", index, "tokio", "--sort", "downloads"],
        ["suggest", index, "tok"],
        ["info", index],
        ["verify", index],
        ["decode", message],
    ):
        yield QuestionScene(" ".join(os.path.basename(word) for word in arguments), program, arguments)


def main():
    arguments = parse_arguments()
    program = os.path.abspath(os.path.join(arguments.build, "faults", "cratedex-index"))
    began = time.monotonic()
    n_runs = n_wrong = n_scenes = n_wrong_scenes = 0
    with tempfile.TemporaryDirectory() as folder:
        for scene in scenes_of(program, arguments.dump, folder):
            if arguments.only not in scene.name:
                continue
            runs, wrong = run_scene(
                scene, os.path.join(folder, "scene"), arguments.sample, arguments.seed, arguments.jobs
            )
            n_runs, n_wrong = n_runs + runs, n_wrong + wrong
            n_scenes, n_wrong_scenes = n_scenes + 1, n_wrong_scenes + (wrong > 0)
    print(f"{n_runs} faults in {time.monotonic() - began:.0f} s, {n_wrong} of them ended badly")
    print(f"{n_scenes - n_wrong_scenes} passed, {n_wrong_scenes} failed")
    return 1 if n_wrong or n_scenes == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
