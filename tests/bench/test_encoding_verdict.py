"""The sentences and the chart that the encoding report begins with: only what intervals allow."""

import re
import sys
import unittest
from pathlib import Path
from xml.etree import ElementTree

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "support")]

import encoding_verdict  # noqa: E402
from ratio_chart import ratio_chart  # noqa: E402


def operation(key, low, value, high, libraries=("jansson", "msgpack-c"), name="decode and read", verdict=None):
    is_decided = not low <= 1 <= high if verdict is None else verdict
    return {"key": key, "name": name, "better": "less", "libraries": dict(zip(("json", "msgpack"), libraries)),
            "ratio": {"low": low, "value": value, "high": high}, "verdict": "MessagePack …" if is_decided else ""}


def node(library, *ratio):
    return operation(f"decode_node_{library}", *ratio, ("JSON.parse", f"{library} 2.1"), "decode and read in Node.js")


def rust(*ratio):
    return operation("decode_rust", *ratio, ("serde_json 1.0", "rmp-serde 1.1"), "decode and read in Rust")


def page(*operations, raw=0.8, gzip=1.05, compressed=500):
    return {"key": "search_10", "name": "search, 10", "operations": list(operations),
            "bytes": {"raw": {"json": 1000, "ratio": raw},
                      **{coding: {"json": compressed, "ratio": gzip} for coding in ("gzip", "brotli", "zstd")}}}


def verdict(*pages):
    return encoding_verdict.verdict({"pages": list(pages)})


class Verdict(unittest.TestCase):
    def test_says_who_is_faster_for_certain_and_by_how_much(self):
        one = page(operation("decode", 0.05, 0.06, 0.07), rust(0.8, 0.9, 0.95), node("msgpackr", 1.2, 1.4, 1.5))
        other = page(operation("decode", 0.07, 0.08, 0.09), rust(0.7, 0.8, 0.85), node("msgpackr", 1.6, 1.9, 2.0),
                     raw=0.86)
        self.assertEqual(
            verdict(one, other),
            "On the 2 pages measured MessagePack takes less time to decode than JSON does by jansson (× 0.06 to 0.08) and "
            "in Rust (× 0.80 to 0.90); more than in Node.js with msgpackr (× 1.40 to 1.90). MessagePack has 14 to 20 % "
            "fewer bytes as it is and 5 % more compressed.")

    def test_what_is_decided_on_half_of_the_pages_is_uncertain_and_on_most_is_said_with_how_many(self):
        def with_last(ratio):
            return verdict(*(page(rust(0.7, 0.8, 0.9), node("msgpackr", 1.2, 1.4, 1.5)) for _ in range(2)),
                           page(rust(*ratio), node("msgpackr", 1.2, 1.4, 1.5)))
        said = with_last((0.9, 0.95, 1.01))
        self.assertIn("less time to decode than JSON does in Rust (× 0.80 on 2 of them); more than in Node.js", said)
        # Otherwise on a single one.
        said = with_last((1.1, 1.2, 1.3))
        self.assertIn("takes more time to decode than JSON does in Node.js with msgpackr (× 1.40); "
                      "neither for certain in Rust.", said)
        said = verdict(page(rust(0.7, 0.8, 0.9)), page(rust(0.9, 1.0, 1.1)))
        self.assertIn("No decoder", said)

    def test_without_a_verdict_of_the_benchmark_nothing_is_said(self):
        self.assertTrue(verdict(page(rust(0.7, 0.8, 0.9, ))).startswith("On the page measured MessagePack takes less"))
        few = operation("decode", 0.1, 0.1, 0.1, verdict=False)
        self.assertTrue(verdict(page(few)).startswith(encoding_verdict.TOO_FEW))

    def test_what_was_not_decided_anywhere_is_said_to_be_so(self):
        even = page(rust(0.9, 1.0, 1.1), operation("build", 0.1, 0.2, 0.3, name="build from rows"))
        self.assertIn("No decoder reads one encoding faster", verdict(even))
        self.assertIn("to build it takes less time than JSON by jansson (× 0.20).", verdict(even))

    def test_bodies_that_are_not_compressed_say_nothing_of_compression(self):
        one = page(rust(0.7, 0.8, 0.9))
        self.assertIn("and 5 % more compressed", verdict(one, page(rust(0.7, 0.8, 0.9), gzip=0.5, compressed=1000)))
        self.assertNotIn("compressed", verdict(page(rust(0.7, 0.8, 0.9), compressed=1000)))

    def test_through_http_verdicts_are_counted(self):
        rows = [operation("hit_p50", 0.8, 0.9, 0.95), operation("hit_p90", 0.8, 0.9, 1.1),
                operation("hit_p99", 1.1, 1.2, 1.3)]
        rate = {**operation("hit_throughput", 1.1, 1.2, 1.3), "better": "more"}
        one = {"key": "search_10", "name": "search, 10", "operations": [*rows, rate]}
        self.assertIn("Of 4 ratios through HTTP, 1 are undecided; MessagePack is better for certain in 2, JSON in 1",
                      verdict(one))
        self.assertEqual([len(rows) for _, rows in encoding_verdict.chart_groups(one)], [1, 3])


class Chart(unittest.TestCase):
    def test_has_a_row_for_every_ratio_at_its_place(self):
        groups = encoding_verdict.chart_groups(page(operation("decode", 0.05, 0.06, 0.07), rust(0.9, 1.0, 1.1),
                                                    node("<msgpackr>", 1.2, 1.4, 1.5),
                                                    operation("build", 0.1, 0.2, 0.3, name="build from rows")))
        self.assertEqual([name for name, _ in groups], ["bytes", "make an answer", "decode it"])
        svg = ElementTree.fromstring(re.search("<svg.*</svg>", ratio_chart("", groups), re.S)[0])
        rows = [row for row in svg.iter("g")]
        kinds = [row.get("class") for row in rows]
        self.assertEqual(kinds, ["row msgpack", "row json", "row json", "row json", "row msgpack", "row msgpack",
                                 "row ", "row json"])
        at = {row.find("text").text: float(row.find("circle").get("cx")) for row in rows}
        one = next(float(line.get("x1")) for line in svg.iter("line") if line.get("class") == "one")
        self.assertEqual(at["Rust"], one)
        self.assertLess(at["C, jansson"], at["build: C, jansson"])
        self.assertGreater(at["Node.js, <msgpackr>"], one)
        self.assertIn("0.06 [0.05, 0.07]", svg.get("aria-label"))
        self.assertNotIn("style", ratio_chart("", groups))  # the page's own


if __name__ == "__main__":
    unittest.main()
