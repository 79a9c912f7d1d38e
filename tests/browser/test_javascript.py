"""The modules of the pages that need no page, by node."""

import shutil
import subprocess
import unittest

from chromium import FOLDER
from scene import scene

SECONDS = 30


@unittest.skipUnless(shutil.which("node"), "node is not installed (nodejs)")
class Modules(unittest.TestCase):
    def run_module(self, name, *arguments):
        found = subprocess.run(
            ["node", str(FOLDER / "javascript" / f"{name}.mjs"), *arguments], capture_output=True, text=True, timeout=SECONDS
        )
        self.assertEqual(found.returncode, 0, found.stderr)

    def test_messagepack_reads_as_json_does(self):
        self.run_module("messagepack", scene.url)

    def test_statistics_and_what_they_say(self):
        self.run_module("statistics")
