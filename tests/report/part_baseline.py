"""Part 1, baseline metrics: machine, commit, corpus, and what building, opening and answering take."""

from document import TITLES, Heading, Table, Text, figure, mebibytes


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
    start, opened = report["benchmarks"]["start"], report["benchmarks"]["open"]
    memory = start["rounds"][-1]["memory_after_queries"]
    return Table(("figure", "value"), [
        ("build, wall", figure(built["wall_seconds"], "s")),
        ("build, processor", figure(built["cpu_seconds"], "s")),
        ("build, memory at most", mebibytes(built["peak_memory_bytes"])),
        ("index", mebibytes(built["index_bytes"])),
        ("open, p50", figure(opened["open"]["best"]["p50_us"] / 1000, "ms")),
        ("first answer of a server, file not in memory", figure(start["median"]["first_answer_seconds"], "s")),
        ("server's memory after the queries, private", mebibytes(memory["private_bytes"])),
        ("the same, shared (mapped files)", mebibytes(memory["mapped_bytes"])),
    ])


def in_process(benchmarks):
    search, suggest = benchmarks["search"], benchmarks["suggest"]
    rows = [
        ("search", search["search"]["best"]),
        ("search and answer", search["search_and_answer"]["best"]),
        ("suggest", suggest["suggest"]["best"]),
        ("suggest, one typo", suggest["one_typo"]["times"]["best"]),
        ("suggest, two typos", suggest["two_typos"]["times"]["best"]),
        ("page of a crate, JSON", benchmarks["pages"]["crate_json"]["times"]["best"]),
        ("the same, MessagePack", benchmarks["pages"]["crate_msgpack"]["times"]["best"]),
    ]
    return Table(("operation", "p50", "p99", "max"), [
        (title, *(figure(times[key], "µs") for key in ("p50_us", "p99_us", "max_us")))
        for title, times in rows if times["samples"] > 0])


def baseline(report):
    head = report["paths"]["head"]
    return [
        about(report),
        Heading("Building and opening"), building(report),
        Heading("In process, one thread, without cache"), in_process(report["benchmarks"]),
        Heading("Through HTTP"),
        Table(("path", "requests/s", "processor a request"), [
            (TITLES[name], figure(path["requests"] / path["seconds"]), figure(path["cost"], "µs"))
            for name, path in head.items() if name != "build"]),
        Text("Server and client share the machine: a request's processor time is the server's alone, requests/s are "
             "not."),
    ]
