"""Completion in bash, held against what the programs say and take."""

import re
import tempfile
import unittest
from pathlib import Path

import help_text
import stage

# As bash does it: COMP_WORDS, the program, the word that is completed and the one before it.
SCRIPT = """
source "$1"; shift
for program in cratedex-index cratedex-server cratedex-fetch-dump cratedex-nightly; do complete -p "$program" >/dev/null || exit 1; done
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_cratedex "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(program, *words, folder=stage.ROOT):
    """What is offered for the last word; "--a=b" are three words, as bash parts them."""
    script = stage.path(f"share/bash-completion/completions/{program}")
    return stage.run("bash", "-c", SCRIPT, "bash", script, stage.path(f"bin/{program}"), *words,
                     cwd=folder).splitlines()


class Completion(unittest.TestCase):
    def test_commands(self):
        names = help_text.commands(help_text.helps()["cratedex-index", ""])
        self.assertEqual(complete("cratedex-index", ""), names)
        self.assertEqual(complete("cratedex-index", "help", ""), names)
        self.assertEqual(complete("cratedex-index", "su"), ["suggest"])

    def test_options_are_those_of_the_help(self):
        for (program, command), text in help_text.helps().items():
            with self.subTest(program=program, command=command):
                expected = [word for name, (letter, _, _) in help_text.options(text).items()
                            for word in (letter, name) if word]
                words = [command] if command else []
                self.assertEqual(complete(program, *words, "-"), expected)

    def test_words_that_an_option_takes(self):
        """The program's help names them all, and the program takes them."""
        cases = (("cratedex-index", ["query"], "--sort", 6), ("cratedex-index", ["query"], "--match", 2),
                 ("cratedex-server", [], "--access-log", 3))
        for program, command, option, n_words in cases:
            with self.subTest(option):
                words = complete(program, *command, option, "")
                self.assertEqual(len(words), n_words)
                said = help_text.options(help_text.helps()[program, "".join(command)])[option][2]
                named = re.findall(r"[a-z-]+", re.sub(r"\(.*?\)|; .*", "", said))
                for word in words:
                    self.assertIn(word, re.findall(r"[a-z-]+", said))
                    if option == "--sort":
                        self.assertIn(word, named)
                        stage.run(stage.path("bin/cratedex-index"), "query", stage.index, "serde", option, word)
                if option == "--sort":
                    self.assertEqual(set(named) - set(words), {"or"})

    def test_a_value_behind_an_equals_sign(self):
        self.assertEqual(complete("cratedex-index", "query", "--sort", "=", "al"), ["alphabetical"])
        self.assertEqual(complete("cratedex-index", "query", "--match", "="), ["best", "all"])

    def test_names_of_filters(self):
        said = help_text.options(help_text.helps()["cratedex-index", "query"])["--filter"][2]
        names = {word.partition("=")[0] for word in complete("cratedex-index", "query", "--filter", "")}
        self.assertEqual(names, set(re.findall(r"(\w+)=", said)) - {"msrv"})
        self.assertEqual(complete("cratedex-index", "query", "--filter", "ed"), ["edition="])

    def test_words_with_commas_between(self):
        facets = complete("cratedex-index", "query", "--facets", "")
        stage.run(stage.path("bin/cratedex-index"), "query", stage.index, "serde", "--facets", ",".join(facets))
        said = help_text.options(help_text.helps()["cratedex-index", "query"])["--facets"][2]
        self.assertEqual([word for word in re.findall(r"\w+", said) if word in facets], facets)
        self.assertEqual(complete("cratedex-index", "query", "--facets", "has,li"), ["has,license"])

    def test_alternatives_that_the_help_names(self):
        self.assertEqual(complete("cratedex-server", "--read-only", ""), ["yes", "no"])

    def test_every_argument_is_known(self):
        """A new kind of argument is to be completed, or named here as one that has nothing to offer."""
        known = {"FILE", "OUT", "PATH", "WHERE", "KEY", "PUB", "FOLDER", "SORT", "MATCH", "FORMAT", "NAMES", "NAME=VALUE", None}
        without = {"N", "ADDR:PORT", "URL", "CIDR", "KEY=PERCENT", "N[K|M|G|T]", "TEXT", "SECONDS", "PERCENT", "STAMP"}
        for text in help_text.helps().values():
            for name, (_, argument, _) in help_text.options(text).items():
                if not re.fullmatch(r"[a-z]+(\|[a-z]+)+", argument or ""):
                    self.assertIn(argument and re.sub(r"^\[=(.*)\]$", r"\1", argument), known | without, name)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a.cdx", "a dump.tar.gz", "b.zip", "notes.txt"):
                (Path(folder) / name).touch()
            (Path(folder) / "sub").mkdir()
            cases = (
                (("cratedex-index", "query", ""), ["a.cdx", "sub"]),
                (("cratedex-index", "query", "a.cdx", ""), []),
                (("cratedex-index", "build", ""), ["a dump.tar.gz", "b.zip", "sub"]),
                (("cratedex-index", "build", "b.zip", "-o", "n"), ["notes.txt"]),
                (("cratedex-index", "build", "b.zip", "--output", "n"), ["notes.txt"]),
                (("cratedex-server", "--index", ""), ["a.cdx", "sub"]),
                (("cratedex-server", "--config", "n"), ["notes.txt"]),
                (("cratedex-server", "--count-downloads", ""), ["sub"]),
                (("cratedex-server", "--threads", ""), []),
                (("cratedex-server", ""), []),
            )
            for (program, *words), expected in cases:
                with self.subTest(program=program, words=words):
                    self.assertEqual(sorted(complete(program, *words, folder=folder)), expected)
