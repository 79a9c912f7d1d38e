#!/usr/bin/env python3
"""Holds the READMEs to what is true: python3 -B tests/docs/check.py --programs BUILD [PAGE…]

Every `sh` and `console` block is run on the sample and what it prints is compared with what the page shows
(running.py); links, tables and lengths are compared with the repository and the programs (pages.py). A block
that cannot be run here says why in the page (markdown.py); those are listed and may not become many.

The last line is "N passed, N failed": a block is a test, and so is each kind of comparison. Only the standard
library; the examples themselves want curl, jq, sqlite3, gcc and python3-msgpack (scripts/install-deps --test).
"""

import argparse
import os
import sys
import tempfile
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
REPOSITORY = FOLDER.parents[1]
sys.path.insert(0, str(FOLDER))
sys.path.insert(0, str(FOLDER.parent / "support"))

from markdown import blocks_of  # noqa: E402
from pages import faults_of_pages  # noqa: E402
from running import Fault, Workplace  # noqa: E402
from running_server import running_server  # noqa: E402

RUN = ("sh", "console")
MAX_NOT_RUN = 8
# What wants a machine of its own: `make deb-check` runs its blocks there.
OPERATIONS = "server/OPERATIONS.md"


def find_pages():
    """The READMEs by their path, and the operators' page; what lies below build/ or in hidden folders is nobody's."""
    found = sorted(path.relative_to(REPOSITORY) for path in (*REPOSITORY.rglob("README.md"), REPOSITORY / OPERATIONS))
    return [str(path) for path in found
            if not any(part.startswith(("build", ".")) for part in path.parts[:-1])]


class Verdicts:
    def __init__(self):
        self.n_passed = 0
        self.n_failed = 0

    def add(self, name, fault=""):
        self.n_failed += bool(fault)
        self.n_passed += not fault
        print(f"  FAILED {name}\n{fault}" if fault else f"      OK {name}", flush=True)


def run_blocks(page, blocks, programs, sample_url, verdicts):
    """Runs a page's blocks in order, in one workplace, as a reader goes through them."""
    with tempfile.TemporaryDirectory() as folder:
        workplace = Workplace(REPOSITORY, programs, folder, sample_url)
        for block in blocks:
            if block.file:
                workplace.write_file(block)
            elif block.language in RUN and not block.not_run:
                try:
                    workplace.run(block)
                    verdicts.add(f"{block.place()} {block.language}")
                except Fault as fault:
                    verdicts.add(f"{block.place()} {block.language}", str(fault))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", required=True, metavar="BUILD", help="the folder of the programs")
    parser.add_argument("page", nargs="*", help="run the blocks of these only")
    arguments = parser.parse_args()
    programs = Path(arguments.programs).resolve()
    texts = {page: (REPOSITORY / page).read_text(encoding="utf-8") for page in find_pages()}
    verdicts = Verdicts()

    os.environ["CRATEDEX_BUILD"] = str(programs)
    own = unittest.TextTestRunner(stream=sys.stdout).run(unittest.TestLoader().discover(str(FOLDER)))
    verdicts.add("the check's own tests", "" if own.wasSuccessful() and own.testsRun else "see above")

    not_run = []
    with tempfile.TemporaryDirectory() as folder:
        sample = Workplace(REPOSITORY, programs, folder, "").root / "build/data.cdx"
        with running_server(str(programs / "cratedex-server"), str(sample)) as url:
            for page, text in texts.items():
                blocks = blocks_of(page, text)
                not_run += [block for block in blocks if block.not_run]
                if page != OPERATIONS and (not arguments.page or page in arguments.page):
                    run_blocks(page, blocks, programs, url, verdicts)
    for name, faults in faults_of_pages(REPOSITORY, programs, texts):
        verdicts.add(name, "\n".join(faults))

    print(f"{len(not_run)} blocks are not run, as their pages say:")
    for block in not_run:
        print(f"    {block.place()}: {block.not_run}")
    verdicts.add("few blocks are not run", f"at most {MAX_NOT_RUN}" if len(not_run) > MAX_NOT_RUN else "")
    print(f"{verdicts.n_passed} passed, {verdicts.n_failed} failed")
    return 1 if verdicts.n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
