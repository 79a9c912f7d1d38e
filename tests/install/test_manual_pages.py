"""The manual pages: they say what --help says, no more and no less, and are clean man(7)."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import help_text
import stage

PAGES = {"cratedex-index": "man1/cratedex-index.1", "cratedex-server": "man8/cratedex-server.8",
         "cratedex-fetch-dump": "man1/cratedex-fetch-dump.1", "cratedex-nightly": "man8/cratedex-nightly.8"}


def page(program):
    return stage.path(f"share/man/{PAGES[program]}")


def plain(text):
    """Without roff's escapes."""
    for escape, character in {r"\(aq": "'", r"\(ga": "`", r"\(ha": "^", r"\(ti": "~", r"\-": "-", r"\&": "", r"\%": "",
                              r"\e": "\\"}.items():
        text = text.replace(escape, character)
    return re.sub(r"\\f[BIR]", "", text)


def parts(program):
    """{"": what stands before any .SS, "build": ..., ...}, up to the next .SH each."""
    found = {}
    for piece in re.split(r"^\.(?=S[HS] )", page(program).read_text(), flags=re.MULTILINE):
        name, _, text = piece.partition("\n")
        key = name[3:] if name.startswith("SS ") else ""
        found[key] = found.get(key, "") + text
    return found


def terms(text):
    return [plain(term) for term in re.findall(r"^\.TP\n(.*)", text, re.MULTILINE)]


class ManualPages(unittest.TestCase):
    def test_options_and_their_arguments(self):
        for (program, command), text in help_text.helps().items():
            with self.subTest(program=program, command=command):
                expected = [(f"{letter}, " if letter else "") + name + ("" if (argument or "[=").startswith("[=") else " ") + (argument or "")
                            for name, (letter, argument, _) in help_text.options(text).items()]
                self.assertGreaterEqual(len(expected), 2)
                found = [term for term in terms(parts(program)[command]) if term.startswith("-")]
                self.assertEqual(found, expected)

    def test_commands(self):
        names = help_text.commands(help_text.helps()["cratedex-index", ""])
        self.assertGreaterEqual(len(names), 6)
        self.assertEqual([name for name in parts("cratedex-index") if name], names)
        self.assertLessEqual(set(names), set(terms(parts("cratedex-index")[""])))

    def test_every_word_of_the_help(self):
        for (program, command), text in help_text.helps().items():
            lines = [line for line in parts(program)[command].splitlines() if not line.startswith(".")]
            said = help_text.words(plain("\n".join(lines)))
            for block in text.removeprefix("Usage: ").split("\n\n"):
                with self.subTest(program=program, command=command, block=block):
                    self.assertIn(help_text.words(block), said)

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_has_no_objection(self):
        for program in PAGES:
            self.assertEqual(stage.run("mandoc", "-T", "lint", page(program)), "")

    @unittest.skipUnless(shutil.which("groff") and shutil.which("man"), "man is not installed")
    def test_man_has_no_warning(self):
        for program in PAGES:
            done = subprocess.run(["man", "--warnings", "--encoding=UTF-8", "--local-file", page(program)],
                                  env={**os.environ, "MANWIDTH": "80"}, check=True, capture_output=True, text=True)
            self.assertEqual(done.stderr, "")
            self.assertIn("SEE ALSO", done.stdout)
            # An option is never parted at the end of a line.
            parted = re.findall(r"--[a-z-]*[-\u2010]$", done.stdout, re.MULTILINE)
            self.assertEqual(parted, [])


class Template(unittest.TestCase):
    """The script that fills the templates rather fails than makes a page that lacks something."""

    def fill(self, help_of_program, template, status=0):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program"
            program.write_text(f"#!/bin/sh\ncat <<'END'\n{help_of_program}\nEND\n")
            program.chmod(0o755)
            (Path(folder) / "template").write_text(template)
            return stage.run("awk", "-f", "scripts/install/help.awk", "-v", f"folder={folder}",
                             f"{folder}/template", status=status)

    def test_what_roff_would_take_for_its_own(self):
        text = "Usage: program FILE\n\n.dotted 'quoted' back\\slash `a` ^ ~ -- the end.\n'tis"
        self.assertEqual(self.fill(text, "@help program --help\n").splitlines(),
                         [r"\&.dotted \(aqquoted\(aq back\eslash \(gaa\(ga \(ha \(ti \%\-\- the end.", r"\(aqtis"])

    def test_an_option_that_is_not_understood(self):
        for line in ("      --name FILE what it is", "  -n --name  what it is", "      --explain why it is"):
            said = self.fill(f"Usage: program\n\nOptions:\n{line}", "@help program --help\n", status=1)
            self.assertIn("not an option and its argument", said)

    def test_a_program_without_help(self):
        self.assertIn("prints no help", self.fill("What do you want?", "@help program\n", status=1))

    def test_a_configuration_that_lacks_an_option(self):
        text = "Usage: program\n\nOptions:\n      --a N  of a\n      --b N\n             of b"
        self.assertEqual(self.fill(text, "@options program\n#b = 2\n#a = 1\n"),
                         "# Of b\n#b = 2\n# Of a\n#a = 1\n")
        self.assertIn("lacks the option b", self.fill(text, "@options program\n#a = 1\n", status=1))
        self.assertIn("no option c", self.fill(text, "@options program\n#a = 1\n#b = 1\n#c = 1\n", status=1))
