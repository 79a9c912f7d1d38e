"""The benchmarks that are written in Python, and what draws their results, on little."""

import json
import shutil
import sys
import unittest
import urllib.parse

import sample

sys.path.insert(0, str(sample.ROOT / "tests" / "support"))
from running_server import running_server  # noqa: E402

SCRIPTS = sample.ROOT / "tests" / "bench"


def script(name, *arguments, python=sys.executable):
    return sample.run(python, "-B", SCRIPTS / f"{name}.py", *arguments)


class Scripts(unittest.TestCase):
    def test_every_script_is_tested_here(self):
        for file in SCRIPTS.glob("*.py"):
            # decode_python.py, as the other clients, is tested in test_clients; the verdict is no script.
            if not file.name.startswith(("test_", "decode_")) and file.name != "encoding_verdict.py":
                self.assertTrue(hasattr(self, f"test_{file.stem}"), f"no smoke test of {file.name}")

    def test_synthetic_dump(self):
        dump = sample.FOLDER / "synthetic"
        script("synthetic_dump", "data", 400, dump)
        index = sample.FOLDER / "synthetic.cdx"
        sample.run(sample.BUILD / "cratedex-index", "build", dump, "-o", index, "--quiet")
        self.assertEqual(json.loads(sample.run(sample.BUILD / "cratedex-index", "info", index, "--json"))["crates"],
                         400)

    def test_next_dump(self):
        dump = sample.FOLDER / "one-download-more"
        script("next_dump", "data", dump)
        tables = [next(folder.rglob("crate_downloads.csv")) for folder in (sample.ROOT / "data", dump)]
        before, after = ([int(row.split(",")[1]) for row in table.read_text().splitlines()[1:]] for table in tables)
        self.assertEqual([n + 1 for n in before], after)

    def test_scale(self):
        result = json.loads(script("scale", "data", "--sizes", "300,400", "--rounds", 1, "--baseline-size", 400,
                                   "--build", sample.BUILD, "--work", sample.FOLDER / "scale", "--json"))
        self.assertEqual([size["crates"] for size in result["sizes"]], [300, 400])
        self.assertGreater(result["sizes"][0]["build_cpu_seconds"], 0)

    def test_start(self):
        result = json.loads(script("start", sample.INDEX, "--queries", sample.QUERIES, "--rounds", 1,
                                   "--build", sample.BUILD, "--json"))
        self.assertGreater(result["median"]["first_answer_seconds"], 0)

    def test_page_time(self):
        with running_server(sample.BUILD / "cratedex-server", sample.INDEX, output=[]) as url:
            printed = script("page_time", urllib.parse.urlsplit(url).port, sample.QUERIES)
        self.assertRegex(printed, r"^[1-9]\d* pages, each a miss\nsearch +p50 +\d+ µs")

    def test_instructions(self):
        """Counting is a phase of its own: make instructions."""
        self.assertIn("--update", script("instructions", "--help"))

    @unittest.skipUnless(sample.interpreter_with("matplotlib"), "no python3 here has matplotlib")
    def test_encoding_report(self):
        python = sample.interpreter_with("matplotlib")
        for command, few in (("encoding", []), ("encoding-http", ["--page", "search_10"])):
            result, page = sample.FOLDER / f"{command}.json", sample.FOLDER / f"{command}.html"
            result.write_text(sample.encoding() if command == "encoding" else
                              sample.bench(command, sample.INDEX, *few, "--rounds", 1, "--json"))
            script("encoding_report", result, "-o", page, python=python)
            html = page.read_text()
            self.assertIn("Too few rounds for a verdict.", html.partition("<svg")[0])
            self.assertLess(html.index('<figure class="chart">'), html.index("<table"))
            # One round decides nothing, but for bytes, which are exact.
            beside_bytes = html[html.index("</table>", html.index('id="bytes"')) if command == "encoding" else 0:]
            self.assertNotIn('class="msgpack">0', beside_bytes)

    @unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
    def test_cache_plot(self):
        result, drawing = sample.FOLDER / "cache.json", sample.FOLDER / "cache.svg"
        result.write_text(sample.bench("cache", sample.INDEX, "--queries", sample.QUERIES, "--json"))
        script("cache_plot", result, drawing)
        self.assertIn("<svg", drawing.read_text())
