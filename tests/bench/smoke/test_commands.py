"""Every command of cratedex-bench, on the sample and with as few rounds as it takes: it runs to its end and prints
what it is to measure. How much that is says nothing here."""

import json
import re
import shutil
import unittest

import sample


class Commands(unittest.TestCase):
    def result(self, command, *arguments, members):
        """What the command prints as JSON, which must have these members, and not empty."""
        result = json.loads(sample.bench(command, sample.INDEX, *arguments, "--json"))
        self.assertEqual(result["benchmark"], command)
        self.assertEqual(result["index"]["crates"], sample.FACTS["crates"])
        self.assertGreaterEqual(result["machine"]["cores"], 1)
        for member in members:
            self.assertTrue(result[member], member)
        return result

    def table(self, command, *arguments, words):
        """What it prints for people, which must have these words."""
        printed = sample.bench(command, sample.INDEX, *arguments)
        self.assertIn(f"{sample.FACTS['crates']} crates", printed)
        for word in words:
            self.assertIn(word, printed)

    def times(self, command, *arguments, members):
        """The same in both forms, of one round."""
        self.result(command, *arguments, "--rounds", 1, members=members)
        self.table(command, *arguments, "--rounds", 1, words=["rounds    1 ", "after a warm-up", "p99"])

    def test_the_program_lists_what_is_tested_here_and_explains_it(self):
        names = sample.bench("--list").split()
        self.assertGreaterEqual(len(names), 13)
        explained = sample.bench("--help").split("\nCommands:\n")[1].split("\n\n")[0]
        self.assertEqual(sorted(re.findall(r"^  ([a-z-]+)", explained, re.MULTILINE)), sorted(names))
        for name in names:
            self.assertTrue(hasattr(self, "test_" + name.replace("-", "_")), f"no smoke test of {name}")

    def test_search(self):
        self.times("search", "--queries", sample.QUERIES, members=["search", "search_and_answer", "slowest"])
        self.table("search", "--queries", sample.QUERIES, "--baseline", "--rounds", 1, words=["FTS5"])

    def test_refinements(self):
        self.times("refinements", "--queries", sample.QUERIES, members=["alone", "license", "highlight", "added"])
        self.table("refinements", "--queries", sample.QUERIES, "--rounds", 1, words=["added to the same query", "MIT"])

    def test_suggest(self):
        self.times("suggest", "--queries", sample.QUERIES,
                   members=["suggest", "suggest_and_answer", "one_typo", "two_typos"])

    def test_pages(self):
        self.times("pages", members=["crate_json", "crate_msgpack", "versions_json", "dependents_msgpack",
                                     "sparse_index_text"])

    def test_open(self):
        self.times("open", members=["open", "open_reader"])

    def test_resolve(self):
        self.times("resolve", members=["resolve", "tree", "tree_and_answer"])

    def test_counting(self):
        result = self.result("counting", "--rounds", 1, members=["hit", "counted_hit", "cpu_ratio"])
        self.assertGreater(result["add_ns"], 0)

    def test_cache(self):
        result = self.result("cache", "--queries", sample.QUERIES, members=["requests", "sizes"])
        self.assertGreater(len(result["sizes"]), 5)

    def test_features(self):
        titles, *rows = [line.split("\t") for line in
                         sample.bench("features", sample.INDEX, "--queries", sample.QUERIES).splitlines()]
        self.assertEqual(titles[:3], ["query", "crate", "first_stage"])
        # A crate that stands in front has no features.
        self.assertEqual({len(row) for row in rows}, {3, len(titles)})

    def test_pressure(self):
        self.result("pressure", "--queries", sample.QUERIES, "--rounds", 1,
                    members=["quiet", "crowd", "held_crowd", "overload", "computed"])

    def test_swap(self):
        other = sample.FOLDER / "next.cdx"
        sample.run(sample.ROOT / "tests" / "bench" / "next_dump.py", "data", sample.FOLDER / "next")
        sample.run(sample.BUILD / "cratedex-index", "build", sample.FOLDER / "next", "-o", other, "--quiet")
        arguments = [other, "--queries", sample.QUERIES, "--swaps", 2, "--seconds", 0]
        result = self.result("swap", *arguments, members=["answers", "outside", "during", "noticed", "warmed_a_swap",
                                                          "hit_ratio_baseline", "private_mib"])
        self.assertEqual([result[name] for name in ("swaps", "failed", "wrong", "late")], [2, 0, 0, 0])
        self.table("swap", *arguments, words=["during a swap", "p99 during a swap / outside", "undecided"])
        # The same answers cannot be told apart, so nothing could be said.
        sample.bench("swap", sample.INDEX, sample.INDEX, "--queries", sample.QUERIES, statuses=(1,))
        sample.bench("swap", sample.INDEX, "--queries", sample.QUERIES, statuses=(2,))

    def test_worst(self):
        self.table("worst", "--seconds", 0, "--limit-ms", 60000, words=["texts tried"])
        self.table("worst", "--seconds", 0, "--limit-ms", 60000, "--facets", words=["texts tried"])
        sample.bench("worst", sample.INDEX, "--seconds", 0, "--limit-ms", 0.0001, statuses=(1,))

    def test_encoding(self):
        result = self.result("encoding", "--rounds", 1, members=["pages"])
        operations = {operation["key"]: operation for operation in result["pages"][0]["operations"]}
        self.assertGreater(operations["decode"]["msgpack"]["value"], 0)
        self.assertEqual({operation["verdict"] for operation in operations.values()}, {""})
        self.table("encoding", "--rounds", 1, words=["too few for a verdict", "JSON by"])

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
    def test_encoding_counted_by_valgrind(self):
        result = self.result("encoding", "--rounds", 1, "--instructions", members=["pages"])
        counted = [operation["counts"]["instructions"]["json"] for operation in result["pages"][0]["operations"]
                   if "counts" in operation]
        self.assertTrue(counted and min(counted) > 0, counted)

    def test_encoding_http(self):
        result = self.result("encoding-http", "--page", "search_10", "--rounds", 1, members=["pages"])
        self.assertEqual([page["key"] for page in result["pages"]], ["search_10"])
        self.table("encoding-http", "--page", "summary", "--rounds", 1,
                   words=["too few for a verdict", "hits, full load: throughput"])

    def contenders(self, *names):
        arguments = ["--contender", ",".join(names), "--connections", 2, "--rounds", 1]
        level = self.result("http", *arguments, members=["results"])["results"][0]
        self.assertEqual(set(level["contenders"]), set(names))
        self.assertEqual({goal["verdict"] for goal in level["goals"]} - {"undecided"}, set())
        self.table("http", *arguments, words=["too few for a goal to be decided", *names])

    def test_http(self):
        self.contenders("hit", "bare", "not_modified", "bare_not_modified", "miss")

    def test_http_scaling(self):
        result = self.result("http", "--contender", "scaling", "--rounds", 1, members=["scaling"])
        self.assertGreater(result["scaling"]["single_hits_a_second"], 0)

    @unittest.skipUnless(shutil.which("nginx"), "nginx is not installed")
    def test_http_beside_nginx(self):
        self.contenders("nginx")

    @unittest.skipUnless(shutil.which("groonga"), "groonga is not installed")
    def test_http_beside_groonga(self):
        self.contenders("groonga", "groonga_cached")

    def test_compare(self):
        """A build with itself. Chance may find it slower than itself (status 1), which is no fault here."""
        result = json.loads(sample.bench("compare", "--base", sample.BUILD, "--head", sample.BUILD, "--dump", "data",
                                         "--queries", sample.QUERIES, "--rounds", 5, "--json", statuses=(0, 1)))
        self.assertEqual(result["benchmark"], "compare")
        self.assertIn("hit", json.dumps(result["paths"]))
        self.assertEqual(len(result["paths"]), 4)

    def test_what_is_missing_is_said(self):
        sample.bench("no-such-command", statuses=(2,))
        sample.bench("search", sample.INDEX, statuses=(2,))
        sample.bench("open", sample.FOLDER / "missing.cdx", statuses=(1,))
