"""Tests of the check itself: a page that says what is not so is found out."""

import json
import tempfile
import unittest
from pathlib import Path

import pages
from markdown import anchors_of, blocks_of, links_of, table_below
from running import Fault, commands_of, matches

PAGE = """# A page

<!-- not run: it takes a day -->
```sh
make world
```

<!-- file: a.conf -->
```ini
a = 1
```

Text.

```sh
echo one
```

```text
one
```

```console
$ printf 'a\\n' |
    cat
a
$ true
```
"""

TABLE = "| endpoint | what |\n|---|---|\n| `/a`, `GET /b/{c}?q=` | x\\|y |\n\n| option | default |\n|---|---|\n" \
        "| `--listen ADDR` | `here` |\n| `--ab KEY`, `--ba KEY` | |\n"
HELP = "Usage\n\n      --listen ADDR   where; default here\n  --ab KEY        one\n  --ba KEY        two\n  -h, --help      this\n"


class Markdown(unittest.TestCase):
    def test_blocks(self):
        blocks = blocks_of("p.md", PAGE)
        self.assertEqual([block.language for block in blocks], ["sh", "ini", "sh", "console"])
        self.assertEqual(blocks[0].not_run, "it takes a day")
        self.assertEqual((blocks[1].file, blocks[1].text), ("a.conf", "a = 1\n"))
        self.assertEqual((blocks[2].not_run, blocks[2].shown, blocks[2].line), ("", "one\n", 15))

    def test_a_comment_belongs_to_the_next_block_only(self):
        text = "<!-- not run: x -->\ntext\n```sh\ntrue\n```\n"
        self.assertEqual(blocks_of("p.md", text)[0].not_run, "")

    def test_text_behind_text_is_no_output(self):
        self.assertIsNone(blocks_of("p.md", "```sh\ntrue\n```\nand\n```text\na\n```\n")[0].shown)

    def test_links_and_anchors(self):
        text = "# The `make` file's end\n[a](b.md#c)\n```sh\n[x](y)\n```\n"
        self.assertEqual(anchors_of(text), {"the-make-files-end"})
        self.assertEqual(links_of(text), [(2, "b.md#c")])

    def test_table(self):
        self.assertEqual(table_below(TABLE, "endpoint"), [["`/a`, `GET /b/{c}?q=`", "x|y"]])
        self.assertEqual(table_below(TABLE, "nothing"), [])


class Matching(unittest.TestCase):
    def test_shown_is_what_is_given(self):
        for shown, given in (("a\n", "a\n"), ("a … c\n", "a b c\n"), ("…\nz\n", "a\nb\nz\n"), ("…\nz\n", "z\n"),
                             ("", ""), ("a.b\n", "a.b\n"), ("a\n", "a")):
            self.assertTrue(matches(shown, given), (shown, given))

    def test_shown_is_not_what_is_given(self):
        for shown, given in (("a\n", "b\n"), ("a\n", "a\nb\n"), ("", "a\n"), ("a\n", ""), ("a … c\n", "a\nb c\n"),
                             ("a.b\n", "axb\n"), ("…\nz\n", "a\ny\n")):
            self.assertFalse(matches(shown, given), (shown, given))

    def test_commands(self):
        self.assertEqual(commands_of("$ a |\n  b\nx\n$ c\n"), [["a |\n  b", "x\n"], ["c", ""]])
        with self.assertRaises(Fault):
            commands_of("x\n")


class Pages(unittest.TestCase):
    def test_endpoints(self):
        self.assertEqual(pages.faults_of_endpoints(TABLE, json.dumps({"paths": {"/a": 0, "/b/{c}": 0}})), [])
        self.assertEqual(pages.faults_of_endpoints(TABLE, json.dumps({"paths": {"/a": 0, "/d": 0}})),
                         ["endpoints: the table lacks /d", "endpoints: there is no /b/{c}"])

    def test_options(self):
        self.assertEqual(pages.faults_of_options(TABLE, HELP), [])
        self.assertEqual(pages.faults_of_options(TABLE, HELP.replace("default here", "default there")),
                         ["options: the default of --listen ADDR is there, not `here`"])
        self.assertEqual(pages.faults_of_options(TABLE, HELP.replace("--ba KEY", "--bb KEY")),
                         ["options: the table lacks --bb KEY", "options: there is no --ba KEY"])

    def test_form(self):
        self.assertEqual(pages.faults_of_form("p.md", "a\n\n- b\n\n      more of b\n"), ["p.md:5: an indented block, "
                         "which nothing runs: use a fence"])
        self.assertEqual(pages.faults_of_form("p.md", "```bash\na\n```\n"), ["p.md:1: a block of bash"])
        self.assertEqual(pages.faults_of_form("README.md", "a\n" * 200), [])
        self.assertEqual(len(pages.faults_of_form("README.md", "a\n" * 201)), 1)
        self.assertEqual(len(pages.faults_of_form("p.md", "a" * 141)), 1)

    def test_links(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "b.md").write_text("# C\n", encoding="utf-8")
            faults = pages.broken_links(Path(folder), "a.md", "[x](b.md#c) [y](b.md#d) [z](e.md) [w](https://f)\n")
        self.assertEqual(faults, ["a.md:1: b.md has no heading #d", "a.md:1: there is no e.md"])

    def test_targets(self):
        self.assertEqual(pages.unknown_targets("p.md", "`make test` `make toast` `make -j2`\n", "  test\tx\n"),
                         ["p.md:1: there is no make toast"])

    def test_files(self):
        text = "`a.c` `b/a.c` `c/a.c` `z.h` `build/z.h` `made.py`\n<!-- file: made.py -->\n```python\n1\n```\n"
        self.assertEqual(pages.missing_files("p.md", text, ["x/b/a.c"]),
                         ["p.md:1: there is no c/a.c", "p.md:1: there is no z.h"])
