"""What wrk, perf trace and libmemusage print, and how git's files are grouped."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import changes
import measure
import perf
import profile_server
from tools import ReportError

WRK = """Running 2s test @ http://127.0.0.1:1
  Latency     3.28ms    4.42ms  37.89ms   89.99%
  45527 requests in 12.04s, 407.76MB read
Requests/sec:   3781.23
"""
TRACE = """
 MHD-worker (24071), 4557 events, 100.0%

   syscall            calls  errors  total       min       avg       max       stddev
                                     (msec)    (msec)    (msec)    (msec)        (%)
   --------------- --------  ------ -------- --------- --------- ---------     ------
   epoll_wait           150      0   108.575     0.015     0.724    16.567     29.70%
   sendmsg             1064      0    60.600     0.026     0.057     0.159      1.04%

 MHD-worker (24072), 2 events, 0.0%

   sendmsg               36      0     1.400     0.026     0.057     0.159      1.04%
"""
MEMUSAGE = """
\x1b[01;32mMemory usage summary:\x1b[0;0m heap total: 80681059, heap peak: 6292880, stack peak: 18400
\x1b[04;34m         total calls   total memory   failed calls\x1b[0m
\x1b[00;34m malloc|\x1b[0m     347658       74965732              0\x1b[00;00m
\x1b[00;34mrealloc|\x1b[0m      16810        4911388              0\x1b[00;00m  (nomove:15304, dec:14908, free:0)
\x1b[00;34m calloc|\x1b[0m         75         803939              0\x1b[00;00m
\x1b[00;34m   free|\x1b[0m     356219       80279307
"""


class Printed(unittest.TestCase):
    def test_wrk(self):
        self.assertEqual(profile_server.parse_wrk(WRK), {"requests": 45527, "seconds": 12.04})
        self.assertEqual(profile_server.parse_wrk("1 requests in 500.00ms, 1MB read")["seconds"], 0.5)

    def test_wrk_with_errors_is_refused(self):
        for printed in ("", "0 requests in 1.00s, 0B read", WRK + "  Non-2xx or 3xx responses: 5\n",
                        WRK + "  Socket errors: connect 0, read 1, write 0, timeout 0\n"):
            with self.assertRaises(ReportError):
                profile_server.parse_wrk(printed)

    def test_perf_trace_is_summed_over_threads(self):
        found = perf.parse_trace(TRACE)
        self.assertEqual(sorted(found), ["epoll_wait", "sendmsg"])
        self.assertEqual(found["sendmsg"], {"calls": 1100, "milliseconds": 62.0})

    def test_memusage(self):
        self.assertEqual(perf.parse_memusage(MEMUSAGE),
                         {"calls": 347658 + 16810 + 75, "bytes": 80681059, "peak_bytes": 6292880})
        self.assertIsNone(perf.parse_memusage("ERROR: ld.so: object 'libmemusage.so' cannot be preloaded"))

    def test_targets_of_queries(self):
        with tempfile.TemporaryDirectory() as folder:
            queries = Path(folder) / "queries.txt"
            queries.write_text("http client\nser*\n\n", encoding="utf-8")
            self.assertEqual(profile_server.search_targets(queries),
                             ["/api/v1/crates?q=http+client", "/api/v1/crates?q=ser"])
            queries.write_text("\n", encoding="utf-8")
            with self.assertRaises(ReportError):
                profile_server.search_targets(queries)

    def test_queries_that_are_named_after_a_dump_are_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            queries = Path(folder) / "queries-npm.txt"
            queries.write_text("react\n", encoding="utf-8")
            self.assertEqual(measure.queries_for(Path(folder) / "npm-227k.tar.gz"), queries)
            self.assertEqual(measure.queries_for(Path(folder) / "crates-real.tar.gz").name, "queries.txt")

    def test_areas(self):
        self.assertEqual([changes.area_of(path) for path in ("Makefile", "index/a.c", "tests/bench/x.c",
                                                             "tests/fuzz/corpus/trie/a")],
                         ["top level", "index", "tests/bench", "tests/fuzz"])

    def test_an_unknown_commit_is_refused(self):
        with self.assertRaises(ReportError):
            changes.find_since("no-such-commit")

    def test_a_perf_that_may_not_sample_is_told_with_what_to_set(self):
        with mock.patch.object(perf, "try_run", return_value=(None, "perf: No permission")):
            with self.assertRaisesRegex(ReportError, "No permission.*kernel.perf_event_paranoid"):
                perf.check_perf()
        with mock.patch.object(perf, "try_run", return_value=("", None)):
            perf.check_perf()

    def test_the_log_of_a_server_that_does_not_start_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            log, server = Path(folder) / "server.log", Path(folder) / "cratedex-server"
            server.write_text("#!/bin/sh\necho 'no such index' >&2\nexit 1\n", encoding="utf-8")
            server.chmod(0o700)
            with self.assertRaisesRegex(ReportError, f"the server did not start: .* in {log}"):
                with profile_server.serving(Path(folder), "none.cdx", log):
                    self.fail("it runs")
            self.assertEqual(log.read_text(encoding="utf-8"), "no such index\n")


if __name__ == "__main__":
    unittest.main()
