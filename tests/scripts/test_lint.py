"""make lint in a tree of one source: what gcc says only while it optimizes, who says it, and the
form of lines."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from machine import ROOT

PARTS = ("Makefile", "tests/tests.mk", "tests/bench/bench.mk", "tests/browser/browser.mk", "scripts/lint.mk",
         "scripts/install.mk", "scripts/package.mk", ".clang-tidy", ".clang-format")
# clang never says that the text may be cut.
SOURCE = """#include <stdio.h>

void write_number(char *out, int number);

void write_number(char *out, int number)
{{
    char text[{size}];
    if (number < 1000 || number > 9999)
        return;
    snprintf(text, sizeof text, "%d!", number);
    snprintf(out, sizeof text, "%s", text);
}}
"""
OBJECT = "build/obj/index/number.o"
CHECKED = "build/lint/index/number.c.ok"
FORM = "build/lint/format.ok"  # of all files at once
OF_LINT = "build/lint/index/number.c.o"  # there where make lint has compiled by itself


class Lint(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name)
        for part in PARTS:
            (self.tree / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, self.tree / part)
        for name in ("include", "index", "server", "data"):
            (self.tree / name).mkdir()

    def write(self, size):
        (self.tree / "index" / "number.c").write_text(SOURCE.format(size=size), encoding="utf-8")

    def make(self, *arguments):
        """Returns (whether all is well, what was printed)."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        ended = subprocess.run(("make", *arguments), cwd=self.tree, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return ended.returncode == 0, ended.stdout

    def test_finds_what_gcc_warns_of(self):
        self.write(4)
        is_well, printed = self.make("WERROR=1", CHECKED)
        self.assertFalse(is_well)
        self.assertIn("format-truncation", printed)

    def test_does_not_trust_an_object_that_was_compiled_without_werror(self):
        self.write(4)
        self.assertTrue(self.make(OBJECT)[0])
        is_well, printed = self.make("WERROR=1", CHECKED)
        self.assertFalse(is_well)
        self.assertIn("format-truncation", printed)

    def test_does_not_compile_again_what_was_compiled_with_werror(self):
        self.write(40)
        self.assertTrue(self.make("WERROR=1", OBJECT)[0])
        self.assertTrue(self.make("WERROR=1", CHECKED)[0])
        self.assertFalse((self.tree / OF_LINT).exists())
        # Other flags hide warnings.
        self.assertTrue(self.make("WERROR=1", "CFLAGS=-O0", CHECKED)[0])
        self.assertTrue((self.tree / OF_LINT).exists())

    def test_does_not_trust_a_note_that_is_older_than_the_object(self):
        self.write(40)
        self.assertTrue(self.make("WERROR=1", OBJECT)[0])
        self.write(4)
        self.assertTrue(self.make(OBJECT)[0])
        self.assertFalse(self.make("WERROR=1", CHECKED)[0])

    def test_holds_comments_to_100_columns(self):
        for columns, is_allowed in ((100, True), (101, False)):
            comment = "/* " + "é" * (columns - 6) + " */\n"
            (self.tree / "index" / "number.c").write_text(comment + SOURCE.format(size=40), encoding="utf-8")
            (self.tree / "index" / "number.h").write_text(comment, encoding="utf-8")
            for checked in (CHECKED, "build/lint/index/number.h.ok", FORM):
                is_well, printed = self.make("WERROR=1", checked)
                self.assertEqual(is_well, is_allowed, printed)
                self.assertEqual("more than 100 columns" in printed, not is_allowed)

    def test_finds_wrong_indentation(self):
        self.write(40)
        source = self.tree / "index" / "number.c"
        text = source.read_text(encoding="utf-8")
        self.assertTrue(self.make("WERROR=1", FORM)[0])
        for indentation, is_allowed in (("   ", False), ("    ", True)):
            source.write_text(text.replace("    char", f"{indentation}char"), encoding="utf-8")
            for checked in (CHECKED, FORM):
                is_well, printed = self.make("WERROR=1", checked)
                self.assertEqual(is_well, is_allowed, printed)
                self.assertEqual("clang-format-violations" in printed, not is_allowed)


if __name__ == "__main__":
    unittest.main()
