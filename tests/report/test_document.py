"""The report has exactly its six parts, whatever was measured, and says what it must."""

import copy
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import part_plan
import parts
import plan
import render
import sample_report
from candidates import Candidate
from document import make_document, percent
from monitoring import WATCHES, Watch

NAMES = ["Baseline metrics", "Bottleneck analysis", "Optimization plan", "Code changes", "Expected improvement",
         "Monitoring"]


def rendered(report):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "graph.svg").write_text(sample_report.SVG, encoding="utf-8")
        document = parts.document_of(report)
        return render.to_html(document, Path(folder)), render.to_markdown(document)


class SixParts(unittest.TestCase):
    def test_html_and_markdown_have_the_six_in_order(self):
        page, text = rendered(sample_report.report())
        self.assertEqual(re.findall(r"<h2[^>]*>(.*?)</h2>", page), NAMES)
        self.assertEqual(re.findall(r"^## (.*)$", text, re.M), NAMES)

    def test_other_parts_are_refused(self):
        for names in (NAMES[:-1], NAMES[::-1], NAMES + ["More"]):
            with self.assertRaises(ValueError):
                make_document("", [], {name: [] for name in names})

    def test_a_report_without_an_earlier_side_has_them_too(self):
        report = sample_report.report()
        del report["paths"]["base"]
        report.update(compare=None, compare_missing="nothing changed since then")
        page, text = rendered(report)
        self.assertEqual(re.findall(r"<h2[^>]*>(.*?)</h2>", page), NAMES)
        self.assertIn("nothing changed since then", text)

    def test_the_page_needs_no_other_file(self):
        page, _ = rendered(sample_report.report())
        for source in re.findall(r'(?:src|href)="([^"]*)"', page):
            self.assertRegex(source, r"^(#|data:)")
        self.assertNotIn("url(", page)

    def test_text_is_no_markup(self):
        page, text = rendered(sample_report.report())
        self.assertIn("Be &lt;fast&gt; &amp; small", page)
        self.assertIn("Do \\| it", text)

    def test_every_table_is_whole(self):
        _, text = rendered(sample_report.report())
        for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            self.assertEqual(len(widths), 1, table)


class Opening(unittest.TestCase):
    def opening(self, report):
        """What stands above the first part: as text of the Markdown, and as HTML."""
        page, text = rendered(report)
        return text.partition("\n## ")[0], page.partition("<nav>")[0]

    def test_says_what_the_intervals_allow(self):
        report = sample_report.report()
        report["compare"]["paths"].append(dict(report["compare"]["paths"][0], path="suggest", verdict="undecided"))
        text, page = self.opening(report)
        self.assertIn("Since `fedcba987654`: faster miss (× 0.78); slower hit (× 1.20); undecided suggest (× 0.78); a "
                      "regression beyond 1.05: hit (× 1.20). The largest part of a miss is kernel: network, 97.0% of its samples.", text)
        self.assertEqual(re.findall(r'<g class="row (\w*)">', page), ["faster", "slower", "undecided"])

    def test_without_an_earlier_side_it_says_nothing_of_changes(self):
        report = sample_report.report()
        report.update(compare=None, compare_missing="nothing changed since then")
        text, page = self.opening(report)
        self.assertIn("Nothing is said of changes: nothing changed since then.", text)
        self.assertNotIn("<svg", page)


class Content(unittest.TestCase):
    def part(self, name, report):
        _, text = rendered(report)
        return text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]

    def test_a_figure_says_of_how_many_runs_it_is(self):
        report = sample_report.report()
        text = self.part("Baseline metrics", report)
        self.assertIn("| build, processor | 1 s | one build |", text)
        self.assertIn("| search | 10 µs | 20 µs | 30 µs | best of 3 rounds |", text)
        report["compare"]["paths"].append(dict(report["compare"]["paths"][0], path="build", rounds=7))
        self.assertIn("| build, processor | 62 [55.8, 68.2] s | median of 7 builds, 95 % interval |",
                      self.part("Baseline metrics", report))

    def test_the_ratio_of_builds_is_the_interleaved_one(self):
        report = sample_report.report()
        self.assertEqual(part_plan.path_row(report, "build", []),
                         ("Build", "1.000", "not compared", "1.000 (one build each)"))
        report["compare"]["paths"].append(dict(report["compare"]["paths"][0], path="build"))
        self.assertEqual(part_plan.path_row(report, "build", []), ("Build", "1.000", "0.78 [0.702, 0.858]", "–"))

    def test_the_plan_is_computed_from_the_profile(self):
        report = sample_report.report()
        report["paths"]["head"] = sample_report.side(document_share=0.25)
        removable = next(one.removable for one in plan.CANDIDATES if one.key == "miss-documents")
        self.assertIn(f"| {1 - 0.25 * removable:.3f} | Miss | 25.0% | 20 of 80 CPU µs a request | {removable:.0%} |",
                      self.part("Optimization plan", report))

    def test_what_no_candidate_covers_is_named(self):
        self.assertIn("| kernel: network | Hit | 100% |", self.part("Optimization plan", sample_report.report()))

    def test_regressions_are_called_so(self):
        self.assertIn("slower: a regression", self.part("Code changes", sample_report.report()))

    def test_prediction_stands_beside_the_measured_ratio(self):
        report = sample_report.report()
        report["changes"]["commits"].append(["abc1235", "Read documents straight"])
        row = Candidate("documents", "miss", "read documents straight", r"^SQLite$", r"index_reader", 0.8, "because",
                        r"^Read documents")
        with mock.patch.object(plan, "CANDIDATES", (row,)):
            text = self.part("Expected improvement", report)
        # 20 of 80 µs, of which a fifth should stay; 3 % of 80 did.
        self.assertIn("| 1 | read documents straight | 0.800 | Miss | 25.0% | 20 | 4 | 2.4 | "
                      "done: Read documents straight |", text)
        self.assertIn("| Miss | 0.800 | 0.78 [0.702, 0.858] | 1.000 |", text)

    def test_without_such_a_commit_the_plan_is_open(self):
        text = self.part("Expected improvement", sample_report.report())
        self.assertIn("No commit since then does a change of the plan", text)
        self.assertIn("| open |", text)

    def test_only_what_moved_beyond_chance_is_shown(self):
        base, head = sample_report.side()["miss"], sample_report.side(document_share=0.03)["miss"]
        self.assertEqual([row[:2] for row in part_plan.moved(base, head)],
                         [("SQLite", "index/segment/index_reader.c"), ("kernel: network", "")])
        # 25 and 26 of 100 samples differ by chance.
        head = sample_report.side(document_share=0.26)["miss"]
        self.assertEqual(part_plan.moved(base, head), [])
        # So do costs whose turns differ much.
        head = sample_report.side()["miss"]
        head["cost"] *= 1.2
        head["samples"] = base["samples"] = 1000000
        self.assertEqual(len(part_plan.moved(base, head)), 2)
        head["cost_error"] = 0.2 * head["cost"]
        self.assertEqual(part_plan.moved(base, head), [])

    def test_what_could_not_be_measured_is_said(self):
        text = self.part("Bottleneck analysis", sample_report.report())
        self.assertIn("System calls are not timed here (perf is not installed)", text)

    def test_locks_are_named_where_they_are_waited_for(self):
        text = self.part("Bottleneck analysis", sample_report.report())
        self.assertIn("| `futex` | 0.2 | 10 µs |", text)
        self.assertEqual(re.findall(r"^\| locks.*\n.*\n(.*)$", text, re.M),
                         ["| SQLite ← `index/segment/index_reader.c` | 100% |"])

    def test_a_profile_without_the_kernel_says_so(self):
        report = sample_report.report()
        self.assertNotIn("The kernel's part is missing", self.part("Bottleneck analysis", report))
        for path in report["paths"]["head"].values():
            path["sees_kernel"] = False
        self.assertIn("The kernel's part is missing", self.part("Bottleneck analysis", report))

    def test_rules_that_are_gone_are_said_not_to_be_defined(self):
        watch = Watch("up", ("instance:gone:rate5m",), ("CratedexDown",), "whether it is there")
        with mock.patch.dict(WATCHES, {"miss": watch}):
            text = self.part("Monitoring", sample_report.report())
        self.assertIn("`instance:gone:rate5m` (not defined)", text)
        self.assertIn("| `CratedexDown` |", text)

    def test_the_report_is_not_changed_by_being_written(self):
        report = sample_report.report()
        before = copy.deepcopy(report)
        rendered(report)
        self.assertEqual(report, before)

    def test_percent_rounds_up_to_all_only_what_is_all(self):
        self.assertEqual([percent(1.0), percent(0.999), percent(0.0)], ["100%", "99.9%", "0.0%"])


if __name__ == "__main__":
    unittest.main()
