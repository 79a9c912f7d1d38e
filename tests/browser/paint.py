#!/usr/bin/env python3
"""How soon a page is seen: paint.py --programs BUILD --index FILE [--rounds N] [PATH…]

Milliseconds from the start of a navigation to the first contentful paint in headless Chromium, with an empty cache each
time: median, and the smallest and largest of N rounds (default 10), for home, results and a crate, or the paths given; from
another page of the server, and from elsewhere, for which the browser starts a process. Each first load, in which the browser
itself wakes up, is left out. On a busy machine it measures the machine."""

import argparse
import statistics
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "support")]

from chromium import chromium  # noqa: E402
from running_server import running_server  # noqa: E402
from scene import missing_browser  # noqa: E402

PATHS = ("/", "/search?q=http+client", "/crates/serde")
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
BYTES = (
    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
)


ELSEWHERE = "about:blank"
OTHER_PAGE = "/no/such/page"


def first_paint(browser, origin, path):
    """(milliseconds, bytes as received)."""
    browser.driver.get(origin)
    browser.command("Network.clearBrowserCache")
    browser.open(path)
    browser.wait(f"{FIRST_PAINT} !== undefined", "something is painted")
    return browser.value(FIRST_PAINT), browser.value(BYTES)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", required=True, type=Path, metavar="BUILD")
    parser.add_argument("--index", required=True)
    parser.add_argument("--rounds", type=int, default=10, metavar="N")
    parser.add_argument("paths", nargs="*", metavar="PATH", default=PATHS)
    return parser.parse_args()


def table(browser, paths, n_rounds):
    """Lines of a table, the first of which names the columns."""
    yield f"{'first contentful paint, ms':<28}{'from':<12}{'median':>8}{'min':>8}{'max':>8}{'kB':>8}"
    for path in paths:
        for told, origin in (("within", browser.url + OTHER_PAGE), ("elsewhere", ELSEWHERE)):
            first_paint(browser, origin, path)
            rounds = [first_paint(browser, origin, path) for _ in range(n_rounds)]
            times = [milliseconds for milliseconds, _ in rounds]
            figures = (statistics.median(times), min(times), max(times), rounds[0][1] / 1000)
            yield f"{path:<28}{told:<12}" + "".join(f"{figure:8.1f}" for figure in figures)


def main():
    options = parse()
    why = missing_browser()
    if why:
        sys.exit(f"paint: {why}")
    with running_server(options.programs / "cratedex-server", options.index) as url, chromium(url) as browser:
        for line in table(browser, options.paths, options.rounds):
            print(line)


if __name__ == "__main__":
    main()
