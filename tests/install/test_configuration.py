"""The sample configuration of the server: every option stands in it, explained, with a value that works."""

import re
import tempfile
import unittest
import urllib.request
from pathlib import Path

import help_text
import stage
from running_server import running_server

NOT_IN_FILES = {"--config", "--help", "--version"}
VALUE = re.compile(r"^#?([a-z-]+) = (\S.*)$", re.MULTILINE)
SET = {"index", "sandbox"}  # what the service is not to do without


def sample():
    return (stage.folder / "etc/cratedex/cratedex-server.conf").read_text()


def answers(url):
    with urllib.request.urlopen(f"{url}/api/v1/summary") as answer:
        return answer.status == 200


class Configuration(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.options = help_text.options(help_text.helps()["cratedex-server", ""])

    def serve(self, text, *arguments):
        """Whether a server with this configuration answers."""
        configuration = self.folder / "server.conf"
        configuration.write_text(text)
        with running_server(stage.path("bin/cratedex-server"), stage.index, "--config", configuration,
                            *arguments) as url:
            return answers(url)

    def test_it_has_every_option_once(self):
        names = [f"--{name}" for name, _ in VALUE.findall(sample())]
        self.assertEqual(sorted(names), sorted(set(self.options) - NOT_IN_FILES))

    def test_every_option_is_explained(self):
        for block in sample().split("\n\n"):
            match = VALUE.search(block)
            if match:
                comment = help_text.words(re.sub(r"^# ?", "", block[:match.start()], flags=re.MULTILINE))
                said = self.options[f"--{match[1]}"][2].replace("see below", "see cratedex-server(8)")
                self.assertEqual(comment.lower(), said.lower())
                self.assertGreater(len(comment), 10)

    def test_values_are_the_defaults_that_the_help_tells(self):
        told = {}
        for name, (_, _, said) in self.options.items():
            match = re.search(r"(\S+) \(default\)|; default ([^ ;]+)", said)
            if match:
                told[name[2:]] = match[1] or match[2]
        self.assertGreaterEqual(len(told), 5)
        values = dict(VALUE.findall(sample()))
        self.assertEqual({name: values[name] for name in told if name not in SET},
                         {name: value for name, value in told.items() if name not in SET})

    def test_what_the_service_needs_is_set(self):
        self.assertEqual(set(re.findall(r"^([a-z-]+) = ", sample(), re.MULTILINE)), SET)

    def test_the_server_starts_with_it_as_it_is(self):
        self.assertTrue(self.serve(sample()))

    def test_the_server_takes_every_value(self):
        """What names a place of the machine is overridden by the command line, the rest is in effect."""
        text = VALUE.sub(r"\1 = \2", sample())
        self.assertEqual(len(re.findall(r"^[a-z]", text, re.MULTILINE)), len(self.options) - len(NOT_IN_FILES))
        (self.folder / "ranking").write_text("main = 2\n")
        places = [word for name in ("ranking", "ranking-b", "access-log-file", "slow-query-log", "pid-file", "count-downloads")
                  for word in (f"--{name}", str(self.folder / name.removesuffix("-b")))]
        (self.folder / "count-downloads").mkdir()
        self.assertTrue(self.serve(text, *places, "--verify-key", str(stage.public_key)))

    def test_a_value_that_is_wrong_is_refused(self):
        """So the test before would notice one."""
        for text in ("cache-bytes = much\n", "no-such-option = 1\n"):
            configuration = self.folder / "server.conf"
            configuration.write_text(text)
            said = stage.run(stage.path("bin/cratedex-server"), "--index", stage.index, "--listen", "127.0.0.1:0",
                             "--config", configuration, status=2)
            self.assertIn("line 1", said)
