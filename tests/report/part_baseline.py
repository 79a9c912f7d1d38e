"""Part 1, baseline metrics: machine, commit, corpus, and what building, opening and answering take."""

from document import Heading, Table, Text, compared_path, figure, mebibytes, with_interval


def about(report):
    machine = report["benchmarks"]["search"]["machine"]
    commit, corpus = report["commit"], report["corpus"]
    info = corpus["info"]
    libraries = ", ".join(f"{name} {version}" for name, version in report["libraries"].items())
    is_dirty = " (with changes that are not committed)" if commit["is_dirty"] else ""
    return Table(("what", ""), [
        ("machine", f"{machine['processor']}, {machine['cores']} cores, {machine['kernel']}"),
        ("compiler, libraries", f"{machine['compiler']}; {libraries}"),
        ("commit", f"`{commit['hash'][:12]}` {commit['subject']}{is_dirty}"),
        ("dump", f"`{corpus['dump']}` of {info['dump_timestamp']}"),
        ("corpus", f"{info['crates']:,} crates, {info['versions']:,} versions, {info['dependencies']:,} dependencies"),
        ("index", mebibytes(corpus["index_bytes"])),
        ("queries", f"`{corpus['queries']}`"),
        ("taken", report["taken"]),
    ], prose=(1,))


def building(report):
    built = report["paths"]["head"]["build"]["counters"]
    start, opened = report["benchmarks"]["start"], report["benchmarks"]["open"]["open"]
    memory = start["rounds"][-1]["memory_after_queries"]
    processor = (figure(built["cpu_seconds"], "s"), "one build")
    compared = compared_path(report, "build")
    if compared is not None:
        processor = (f"{with_interval(compared['head'])} s", f"median of {compared['rounds']} builds, 95 % interval")
    return Table(("figure", "value", "of"), [
        ("build, wall", figure(built["wall_seconds"], "s"), "one build"),
        ("build, processor", *processor),
        ("build, memory at most", mebibytes(built["peak_memory_bytes"]), "one build"),
        ("index", mebibytes(built["index_bytes"]), ""),
        ("open, p50", figure(opened["best"]["p50_us"] / 1000, "ms"), best_of(opened)),
        ("first answer of a server, file not in memory", figure(start["median"]["first_answer_seconds"], "s"),
         f"median of {len(start['rounds'])} rounds"),
        ("server's memory after the queries, private", mebibytes(memory["private_bytes"]), "the last round"),
        ("the same, shared (mapped files)", mebibytes(memory["mapped_bytes"]), "the last round"),
    ], prose=(2,))


def best_of(times):
    return f"best of {len(times['rounds'])} rounds"


def in_process(benchmarks):
    search, suggest = benchmarks["search"], benchmarks["suggest"]
    rows = [
        ("search", search["search"]),
        ("search and answer", search["search_and_answer"]),
        ("suggest", suggest["suggest"]),
        ("suggest, one typo", suggest["one_typo"]["times"]),
        ("suggest, two typos", suggest["two_typos"]["times"]),
        ("page of a crate, JSON", benchmarks["pages"]["crate_json"]["times"]),
        ("the same, MessagePack", benchmarks["pages"]["crate_msgpack"]["times"]),
    ]
    return Table(("operation", "p50", "p99", "max", "of"), [
        (title, *(figure(times["best"][key], "µs") for key in ("p50_us", "p99_us", "max_us")), best_of(times))
        for title, times in rows if times["best"]["samples"] > 0], prose=(4,))


CONTENDERS = {"hit": "hit", "bare": "the same bytes from bare libmicrohttpd", "not_modified": "304",
              "bare_not_modified": "304 from bare libmicrohttpd", "miss": "miss"}
HTTP_FIGURES = (("requests/s", "requests_a_second"), ("processor a request, µs", "cpu_us"), ("p50, µs", "p50_us"),
                ("p99, µs", "p99_us"))


def through_http(http):
    level = http["results"][0]
    rows = [(CONTENDERS.get(name, name), *(with_interval(found[key]) for _, key in HTTP_FIGURES))
            for name, found in level["contenders"].items()]
    return [
        Table(("answer", *(title for title, _ in HTTP_FIGURES)), rows),
        Text(f"{level['connections']} connections in a closed loop, {http['threads']} thread a server, medians of "
             f"{http['rounds']} interleaved rounds with 95 % intervals (`cratedex-bench http`). Server and client "
             "share the machine: processor time is the server's alone, requests/s are not."),
    ]


def baseline(report):
    return [
        about(report),
        Heading("Building and opening"), building(report),
        Heading("In process, one thread, without cache"), in_process(report["benchmarks"]),
        Heading("Through HTTP"), *through_http(report["benchmarks"]["http"]),
    ]
