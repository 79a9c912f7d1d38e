"""The library as other programs use it: found by pkg-config, in C and in C++."""

import json
import os
import re
import tempfile
import unittest
from pathlib import Path

import stage

# Prints how many crates an index has, and of when.
PROGRAM = """
#include <cratedex/index_file.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct error error;
    struct index *index = argc == 2 ? index_open(argv[1], &error) : NULL;
    if (index == NULL)
        return 1;
    printf("%u %s\\n", (unsigned)index_n_crates(index), index_dump_timestamp(index));
    index_close(index);
    return 0;
}
"""
COMPILERS = {"c": ("gcc", "-std=c11"), "cc": ("g++", "-std=c++11")}
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")


def pkg_config(*arguments):
    """As for a cross compilation, from where it is staged."""
    environment = {**os.environ, "PKG_CONFIG_PATH": str(stage.path("lib/pkgconfig")),
                   "PKG_CONFIG_SYSROOT_DIR": str(stage.folder)}
    printed = stage.run("pkg-config", *arguments, "cratedex", env=environment).split()
    # Debian's own libraries are not staged.
    return [flag for flag in printed if flag.startswith("-l") or Path(flag[2:]).exists()]


def headers():
    return sorted(stage.path("include/cratedex").glob("*.h"))


def declared_functions(header):
    """The names of the functions that a header declares itself, without those that it holds."""
    lines = stage.run("gcc", "-E", *pkg_config("--cflags"), header).splitlines()
    own = []
    is_own = False
    for line in lines:
        marker = re.match(r'# \d+ "(.*?)"', line)
        if marker:
            is_own = marker[1] == str(header)
        elif is_own:
            own.append(line)
    text = re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", " ".join(own)))
    text = re.sub(r"__attribute__ *\(\(.*?\)\)(?=[ ;])", "", text)
    return [match[1] for statement in text.split(";") if not statement.lstrip().startswith(("typedef", "static"))
            for match in [re.search(r"(\w+) *\(", statement)] if match]


class Library(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def compile(self, kind, text, *arguments):
        compiler, standard = COMPILERS[kind]
        source = self.folder / f"program.{kind}"
        source.write_text(text)
        stage.run(compiler, standard, *WARNINGS, *pkg_config("--cflags"), source, *arguments)

    def test_a_program_links(self):
        facts = json.loads(stage.run(stage.path("bin/cratedex-index"), "info", stage.index, "--json"))
        expected = f"{facts['crates']} {facts['dump_timestamp']}\n"
        for kind in COMPILERS:
            for how in (["--libs"], ["--libs", "--static"]):
                with self.subTest(kind=kind, how=how):
                    self.compile(kind, PROGRAM, "-o", self.folder / "program", *pkg_config(*how))
                    self.assertEqual(stage.run(self.folder / "program", stage.index), expected)

    def test_every_header_compiles_by_itself(self):
        self.assertGreater(len(headers()), 20)
        for kind in COMPILERS:
            for header in headers():
                with self.subTest(kind=kind, header=header.name):
                    self.compile(kind, f"#include <cratedex/{header.name}>\nextern int nothing;\n", "-fsyntax-only")

    def test_a_program_in_c_plus_plus_finds_every_function(self):
        """By the names that the library has, which C++ would mangle."""
        names = {name for header in headers() for name in declared_functions(header)}
        self.assertGreater(len(names), 100)
        text = "".join(f"#include <cratedex/{header.name}>\n" for header in headers())
        text += "".join(f"extern void *const use_{name} = reinterpret_cast<void *>({name});\n"
                        for name in sorted(names))
        self.compile("cc", text, "-Wno-pedantic", "-c", "-o", self.folder / "all.o")
        wanted = set(re.findall(r"^ +U (\w+)$", stage.run("nm", self.folder / "all.o"), re.MULTILINE))
        offered = set(re.findall(r" T (\w+)$", stage.run("nm", stage.path("lib/libcratedex.a")), re.MULTILINE))
        self.assertEqual({name for name in wanted if not name.startswith("_GLOBAL")} - offered, set())
        self.assertGreaterEqual(wanted, names)
