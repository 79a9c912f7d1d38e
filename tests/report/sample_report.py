"""A report.json as small as one can be, for the tests: invented figures in the real shape."""

BEST = {"samples": 3, "p50_us": 10.0, "p99_us": 20.0, "max_us": 30.0}
TIMES = {"best": BEST, "rounds": [BEST, BEST, BEST]}
SVG = '<svg version="1.1" width="1200" height="100" xmlns="http://www.w3.org/2000/svg"></svg>'


def path(unit, cost, shares, **more):
    return {"unit": unit, "cost": cost, "cost_error": 0.01 * cost, "samples": 100, "sees_kernel": True, "shares": shares,
            "inclusive": {"index/a.c": 0.5}, "serialization": {"encoding": 0.1, "reading": 0.2, "compression": 0.0},
            "flame_graph": "graph.svg", "folded": "graph.folded",
            **{"allocations": {"calls": 88.0, "bytes": 1000.0}, "allocations_missing": None, **more}}


def counters(**more):
    return {"cpu_seconds": 1.0, "user_seconds": 0.75, "system_seconds": 0.25, "run_delay_seconds": 0.5,
            "voluntary_switches": 5, "involuntary_switches": 6, "minor_faults": 7, "major_faults": 0, **more}


def side(document_share=0.25):
    built = counters(wall_seconds=2.0, waiting_for_processor_seconds=0.5, peak_memory_bytes=1 << 20,
                     index_bytes=1 << 22, read_blocks_bytes=0, written_blocks_bytes=1 << 22)
    server = {"requests": 1000, "seconds": 4.0, "counters": counters(), "calls_missing": None,
              "calls": {"sendmsg": {"calls": 10, "milliseconds": 1.0}}, "locks": []}
    documents = ["SQLite", "index/segment/index_reader.c", document_share]
    return {
        "build": path("CPU s", 1.0, [["SQLite", "index/build/build_read.c", 0.5], ["CSV", "index/dump/csv_table.c", 0.5]],
                      counters=built),
        "miss": path("CPU µs a request", 80.0, [documents, ["kernel: network", "", 1 - document_share]],
                     **{**server, "calls": {**server["calls"], "futex": {"calls": 2, "milliseconds": 0.1}},
                        "locks": [["SQLite", "index/segment/index_reader.c", 1.0]]}),
        "compressed": path("CPU µs a request", 200.0, [["compression", "server/http/compression.c", 1.0]],
                           **{**server, "calls": None, "calls_missing": "perf is not installed"},
                           allocations=None, allocations_missing="glibc's libmemusage.so printed nothing"),
        "hit": path("CPU µs a request", 10.0, [["kernel: network", "", 1.0]], **server),
    }


def estimate(value):
    return {"value": value, "low": value * 0.9, "high": value * 1.1}


def report():
    """A report of two sides, of which the later reads documents in a tenth of the time."""
    compared = [{"path": "miss", "unit": "cpu_us_a_request", "base": estimate(80.0), "head": estimate(62.0),
                 "ratio": estimate(0.78), "verdict": "faster", "is_regression": False},
                {"path": "hit", "unit": "cpu_us_a_request", "base": estimate(10.0), "head": estimate(12.0),
                 "ratio": estimate(1.2), "verdict": "slower", "is_regression": True}]
    machine = {"processor": "Z80", "cores": 1, "kernel": "Linux 6", "compiler": "gcc 12"}
    return {
        "report": "perf", "taken": "2026-01-01 00:00 UTC", "libraries": {"zlib": "1.2.13"},
        "commit": {"hash": "0123456789abcdef", "subject": "Be <fast> & small", "is_dirty": False},
        "corpus": {"dump": "/data", "index_bytes": 1 << 22, "queries": "queries.txt",
                   "info": {"crates": 3, "versions": 4, "dependencies": 5, "dump_timestamp": "2026-01-01"}},
        "benchmarks": {
            "search": {"machine": machine, "search": TIMES, "search_and_answer": TIMES},
            "suggest": {"suggest": TIMES, "one_typo": {"times": TIMES}, "two_typos": {"times": TIMES}},
            "pages": {"crate_json": {"times": TIMES}, "crate_msgpack": {"times": TIMES}},
            "open": {"open": TIMES},
            "http": {"threads": 1, "rounds": 21, "results": [{"connections": 64, "contenders": {"hit": {
                key: estimate(10.0) for key in ("requests_a_second", "cpu_us", "p50_us", "p99_us")}}}]},
            "start": {"median": {"first_answer_seconds": 0.1},
                      "rounds": [{"memory_after_queries": {"private_bytes": 1 << 20, "mapped_bytes": 1 << 21}}]}},
        "changes": {"since": "fedcba9876543210", "chosen": "`--since fedcba9`", "areas":
                    {"index": {"files": 1, "added": 2, "removed": 3}}, "commits": [["abc1234", "Do | it"]]},
        "compare": {"rounds": 31, "paths": compared}, "compare_missing": None,
        "paths": {"base": side(), "head": side(document_share=0.03)},
    }
