#!/usr/bin/env python3
"""Pictures of the pages: screenshots.py --programs BUILD --index FILE --to FOLDER [--width PX] [--height PX] [--full] [PATH…]

Without paths home, results and a crate, light and dark, as NAME-light.png and NAME-dark.png; a path is named after itself.
--full takes the whole page, however long. One that is larger than MAX_BYTES is said, and makes the exit status 1."""

import argparse
import base64
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "support")]

from chromium import chromium  # noqa: E402
from running_server import running_server  # noqa: E402
from scene import missing_browser  # noqa: E402

MAX_BYTES = 200 * 1000
SHOWN = {"home": "/", "results": "/search?q=http+client", "crate": "/crates/tokio"}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", required=True, type=Path, metavar="BUILD")
    parser.add_argument("--index", required=True)
    parser.add_argument("--to", required=True, type=Path, metavar="FOLDER")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--full", action="store_true", help="the whole page")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    return parser.parse_args()


def name_of(path):
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"


def take(browser, shown, folder, is_full=False):
    """Writes the pictures of {name: path}; their files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in shown.items():
        for scheme in ("light", "dark"):
            browser.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
            browser.open(path)
            taken = browser.command("Page.captureScreenshot", format="png", captureBeyondViewport=is_full)
            file = folder / f"{name}-{scheme}.png"
            file.write_bytes(base64.b64decode(taken["data"]))
            yield file


def main():
    options = parse()
    why = missing_browser()
    if why:
        sys.exit(f"screenshots: {why}")
    shown = {name_of(path): path for path in options.paths} or SHOWN
    is_small = True
    with running_server(options.programs / "cratedex-server", options.index) as url, chromium(url) as browser:
        browser.size(options.width, options.height)
        for file in take(browser, shown, options.to, options.full):
            size = file.stat().st_size
            print(f"{file}: {size / 1000:.0f} kB{'' if size <= MAX_BYTES else f', more than {MAX_BYTES // 1000}'}")
            is_small = is_small and size <= MAX_BYTES
    return 0 if is_small else 1


if __name__ == "__main__":
    sys.exit(main())
