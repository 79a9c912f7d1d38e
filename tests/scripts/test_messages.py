"""What says `run scripts/install-deps` for a missing program names the option that brings it."""

import re
import unittest

from machine import ROOT, Machine

# Where it is said, for which program, and the package that has it. Elsewhere it must not be said.
MESSAGES = (
    ("Makefile", "gcc", "", "gcc"),
    ("Makefile", "pkg-config", "", "pkg-config"),
    ("Makefile", "libcsv-dev", "", "libcsv-dev"),
    ("Makefile", "clang", "--test", "clang"),
    ("Makefile", "g++", "--test", "g++"),
    ("tests/bench/cache_plot.py", "gnuplot", "--bench", "gnuplot-nox"),
    ("tests/bench/http_contenders.c", "nginx", "--bench", "nginx"),
    ("tests/bench/http_contenders.c", "groonga", "--bench", "groonga-bin"),
    ("tests/bench/instructions.py", "valgrind", "--test", "valgrind"),
    ("tests/browser/scene.py", "chromium", "--test", "chromium"),
    ("tests/browser/scene.py", "chromedriver", "--test", "chromium-driver"),
    ("tests/browser/scene.py", "python3-selenium", "--test", "python3-selenium"),
    ("tests/browser/test_pages.py", "tidy", "--test", "tidy"),
    ("tests/browser/test_pages.py", "w3m", "--test", "w3m"),
    ("tests/cargo/run", "cargo", "--test", "cargo-web"),
    ("tests/docs/check.py", "curl", "--test", "curl"),
    ("tests/docs/check.py", "jq", "--test", "jq"),
    ("tests/docs/check.py", "sqlite3", "--test", "sqlite3"),
    ("tests/docs/check.py", "gcc", "--test", "gcc"),
    ("tests/docs/check.py", "python3-msgpack", "--test", "python3-msgpack"),
    ("tests/install/test_units.py", "systemd-analyze", "--test", "systemd"),
    ("tests/install/test_units.py", "logrotate", "--test", "logrotate"),
    ("tests/monitoring/check.py", "promtool", "--test", "prometheus"),
    # Whatever the performance report runs.
    ("tests/report/tools.py", "git", "--bench", "git"),
    ("tests/report/tools.py", "make", "--bench", "make"),
    ("tests/report/tools.py", "perf", "--bench", "linux-perf"),
    ("tests/report/tools.py", "pkg-config", "--bench", "pkg-config"),
    ("tests/report/tools.py", "wrk", "--bench", "wrk"),
    ("tests/report/tools.py", "flamegraph.pl", "--bench", "libdevel-nytprof-perl"),
)
SUFFIXES = {".py", ".c", ".h", ".sh", ".mk", ""}
MESSAGE = re.compile(r"scripts/install-deps(?: (--\w+))?")
SAY_MISSING = 'for package in "$@"; do :; done; echo "$package" >>"$MACHINE/named"; exit 1'


def named(option):
    """The packages that install-deps wants with this option, on a machine that has none."""
    with Machine() as machine:
        machine.fake("dpkg-query", SAY_MISSING)
        machine.fake("apt-get", "exit 1")
        machine.fake("id", "echo 1000")
        machine.run(ROOT / "scripts" / "install-deps", *filter(None, [option]))
        return set((machine.folder / "named").read_text(encoding="utf-8").split())


class Messages(unittest.TestCase):
    def test_the_option_brings_the_package(self):
        packages = {option: named(option) for option in ("", "--test", "--bench")}
        for path, program, option, package in MESSAGES:
            self.assertIn(package, packages[option], (path, program))

    def test_no_other_file_says_it_and_none_another_option(self):
        said = {}
        for folder in (ROOT, *(ROOT / name for name in ("tests", "index", "server", "base"))):
            found = folder.glob("*") if folder == ROOT else folder.rglob("*")
            for path in found:
                if path.is_file() and path.suffix in SUFFIXES and path.name != "test_messages.py":
                    options = MESSAGE.findall(path.read_text(encoding="utf-8", errors="replace"))
                    if options:
                        said[str(path.relative_to(ROOT))] = set(options)
        tests_of_them = {name for name in said if name.startswith("tests/scripts/")}
        listed = {}
        for path, _, option, _ in MESSAGES:
            listed.setdefault(path, set()).add(option)
        # make adds the option as a word of its own.
        listed["Makefile"] = {""}
        # Of this one, no message: a comment of its target.
        said.pop("tests/tests.mk", None)
        self.assertEqual({name: said[name] for name in said.keys() - tests_of_them}, listed)


class Make(unittest.TestCase):
    """The Makefile looks for what it needs before anything is built."""

    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.__exit__)
        (self.machine.programs / "make").symlink_to("/usr/bin/make")

    def error(self, *words):
        with self.machine.start("-c", 'exec make -n -C "$@"', "sh", ROOT, *words,
                                f"BUILD={self.machine.folder}/build") as process:
            _, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 2)
        return re.search(r"\*\*\* (.*)\.  Stop\.$", errors.strip())[1]

    def fake_pkg_config(self, *missing):
        lacks = "|".join(f"*' {name} '*" for name in missing)
        self.machine.fake("pkg-config", f"case \" $* \" in {lacks}) exit 1 ;; esac")

    def test_a_bare_machine(self):
        self.assertEqual(self.error(), "Not installed: gcc pkg-config. Run scripts/install-deps")

    def test_a_library_of_the_tests(self):
        self.machine.fake("gcc", "")
        self.fake_pkg_config("cmocka")
        self.assertEqual(self.error("test"),
                         "Not installed: cmocka. Run scripts/install-deps --test")

    def test_another_compiler(self):
        self.fake_pkg_config("nothing")
        self.assertEqual(self.error("CC=clang"),
                         "Not installed: clang. Run scripts/install-deps --test")
        self.assertEqual(self.error("CC=no-such-compiler"), "Not installed: no-such-compiler")

    def test_only_what_every_build_needs(self):
        self.fake_pkg_config("jansson")
        self.machine.fake("gcc", "")
        self.assertEqual(self.error("test"), "Not installed: jansson. Run scripts/install-deps")


if __name__ == "__main__":
    unittest.main()
