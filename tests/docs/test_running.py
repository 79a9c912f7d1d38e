"""A block that does not do what its page says is found out: with the real programs, below $CRATEDEX_BUILD."""

import os
import tempfile
import unittest
from pathlib import Path

from markdown import Block
from running import Fault, Workplace

REPOSITORY = Path(__file__).resolve().parents[2]


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.workplace = Workplace(REPOSITORY, os.environ["CRATEDEX_BUILD"], folder.name, "http://127.0.0.1:1")

    def run_block(self, language, text, shown=None):
        self.workplace.run(Block("p.md", 1, language, text, shown=shown))

    def assert_fault(self, language, text, shown=None):
        with self.assertRaises(Fault):
            self.run_block(language, text, shown)

    def test_sh(self):
        self.run_block("sh", "cd data\necho one; ls README.md\n", "one\nREADME.md\n")
        self.assert_fault("sh", "echo one\n", "two\n")
        self.assert_fault("sh", "false\ntrue\n")
        self.assert_fault("sh", "false | true\n")
        self.assert_fault("sh", "curl -s http://127.0.0.1:8888/\n")

    def test_console(self):
        self.run_block("console", "$ x=one\n$ echo $x |\n    cat\none\n")
        self.assert_fault("console", "$ echo one\n$ true\none\n")
        self.assert_fault("console", "$ echo one\n")
        self.assert_fault("console", "$ false\n")
        self.assert_fault("console", "$ echo 'one\none\n")

    def test_servers(self):
        self.run_block("sh", "build/cratedex-server --index build/data.cdx\n")
        self.assert_fault("sh", "build/cratedex-server --index build/none.cdx\n")
        self.assert_fault("sh", "build/cratedex-server --index build/data.cdx\necho too late\n")

    def test_what_is_written_is_not_in_the_repository(self):
        self.run_block("sh", "build/cratedex-index build data -o build/papers-only.cdx -q\n")
        self.assertFalse((REPOSITORY / "build/papers-only.cdx").exists())
