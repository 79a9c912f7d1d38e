"""Amdahl's prediction and the order of the plan."""

import unittest

import plan
from candidates import CANDIDATES, Candidate

READ = Candidate("read", "miss", "read it faster", r"^SQLite$", r"^index/reader\.c$", 0.9, "because",
                 r"^Read .* mapped")
CLEAR = Candidate("clear", "hit", "clear less", r"^clearing", r"", 0.5, "because")
RARE = Candidate("rare", "miss", "do it never", r"^hashing$", r"", 1.0, "because")
SOME = (CLEAR, READ, RARE)
MISS = [("SQLite", "index/reader.c", 0.2), ("SQLite", "index/other.c", 0.5), ("hashing", "", 0.001)]
HIT = [("clearing bytes", "", 0.1), ("clearing bytes", "server/a.c", 0.1), ("kernel: network", "", 0.8)]
SIDE = {"miss": {"shares": MISS}, "hit": {"shares": HIT}}


class Plan(unittest.TestCase):
    def test_amdahl(self):
        self.assertAlmostEqual(plan.predicted_ratio(0.2, 0.9), 0.82)
        self.assertEqual(plan.predicted_ratio(1.0, 1.0), 0.0)
        self.assertEqual(plan.predicted_ratio(0.0, 1.0), 1.0)

    def test_the_largest_gain_comes_first_and_what_does_not_show_is_left_out(self):
        items = plan.rank(SIDE, SOME)
        self.assertEqual([item.candidate.key for item in items], ["read", "clear"])
        self.assertAlmostEqual(items[0].predicted, 1 - 0.2 * 0.9)
        self.assertAlmostEqual(items[1].share, 0.2)

    def test_a_path_without_profile_has_no_items(self):
        self.assertEqual(plan.rank({"hit": SIDE["hit"]}, (READ,)), [])

    def test_what_no_candidate_covers_is_to_be_looked_at(self):
        self.assertEqual(plan.uncovered("miss", MISS, SOME), [("SQLite", "index/other.c", 0.5)])
        self.assertEqual(plan.uncovered("hit", HIT, SOME, limit=0), [])

    def test_a_commit_s_subject_says_that_it_is_done(self):
        subjects = ["Fix a typo", "Read documents from the mapped file"]
        self.assertEqual(plan.done_by(READ, subjects), subjects[1])
        self.assertIsNone(plan.done_by(READ, subjects[:1]))
        self.assertIsNone(plan.done_by(CLEAR, subjects))

    def test_changes_of_one_path_add_up(self):
        items = plan.rank(SIDE, (READ, Candidate("all", "miss", "", r"^SQLite$", r"other", 0.5, "")))
        self.assertAlmostEqual(plan.combined_ratio(items), 1 - 0.2 * 0.9 - 0.5 * 0.5)

    def test_no_two_candidates_of_a_path_take_the_same_time(self):
        places = [(component, caller) for component in
                  ("SQLite", "allocation", "compression", "clearing bytes", "formatting text", "sorting",
                   "libmicrohttpd", "copying and comparing bytes", "kernel: waiting for events",
                   "kernel: task switches", "index/search/rank/search_rerank.c", "index/search/scan/search_blocks.c", "index/trie/trie_fuzzy.c",
                   "server/exchange/responder.c")
                  for caller in ("", component, "index/segment/index_reader.c", "index/build/build_read.c", "index/build/build_crates.c",
                                 "index/build/build.c", "index/build/build_sparse_index.c", "index/segment/name_substrings.c")]
        for path in {candidate.path for candidate in CANDIDATES}:
            for place in places:
                fitting = [candidate.key for candidate in CANDIDATES
                           if candidate.path == path and plan.matches(candidate, *place)]
                self.assertLessEqual(len(fitting), 1, f"{path}, {place}: {fitting}")

    def test_candidates_are_well_formed(self):
        self.assertEqual(len({candidate.key for candidate in CANDIDATES}), len(CANDIDATES))
        for candidate in CANDIDATES:
            self.assertIn(candidate.path, ("build", "miss", "hit", "compressed"))
            self.assertTrue(0 < candidate.removable <= 1, candidate.key)
            self.assertTrue(candidate.change and candidate.reason, candidate.key)


if __name__ == "__main__":
    unittest.main()
