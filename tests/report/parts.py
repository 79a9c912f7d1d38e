"""The six parts out of what was measured (report.json), as blocks."""

import plan
from document import Flame, Heading, Table, Text, figure, mebibytes, percent, with_interval
from monitoring import WATCHES, defined_names

SHOWN_SHARE = 0.01
TITLES = {"build": "Build", "miss": "Miss", "compressed": "Miss, compressed as for a browser", "hit": "Hit",
          "suggest": "Suggest"}
METHOD = ("Samples of the processor (`perf record -e cpu-clock`), callers by DWARF unwinding. A server of two threads is asked by "
          "wrk over 64 keep-alive connections; `miss` has no cache and asks one query after the other, `hit` asks for one "
          "answer. A share is of the path's processor time. Frames of the kernel end in `_[k]`; what it "
          "does with interrupts off is seen where they are on again, often the end of a task switch.")


def microseconds(times):
    return [figure(times[key], "µs") for key in ("p50_us", "p99_us", "max_us")]


# ---- 1 ----

def baseline(report):
    machine = report["benchmarks"]["search"]["machine"]
    commit, corpus, head = report["commit"], report["corpus"], report["paths"]["head"]
    info, built = corpus["info"], head["build"]["counters"]
    libraries = ", ".join(f"{name} {version}" for name, version in report["libraries"].items())
    where = [
        ("machine", f"{machine['processor']}, {machine['cores']} cores, {machine['kernel']}"),
        ("compiler, libraries", f"{machine['compiler']}; {libraries}"),
        ("commit", f"`{commit['hash'][:12]}` {commit['subject']}"
                   + (" (with changes that are not committed)" if commit["is_dirty"] else "")),
        ("dump", f"`{corpus['dump']}` of {info['dump_timestamp']}"),
        ("corpus", f"{info['crates']:,} crates, {info['versions']:,} versions, {info['dependencies']:,} dependencies"),
        ("index", mebibytes(corpus["index_bytes"])),
        ("queries", f"`{corpus['queries']}`"),
        ("taken", report["taken"]),
    ]
    blocks = [Table(("what", ""), where, prose=(1,))]
    blocks.append(Heading("Building and opening"))
    start = report["benchmarks"]["start"]
    memory = start["rounds"][-1]["memory_after_queries"]
    opened = report["benchmarks"]["open"]
    blocks.append(Table(("figure", "value"), [
        ("build, wall", figure(built["wall_seconds"], "s")),
        ("build, processor", figure(built["cpu_seconds"], "s")),
        ("build, memory at most", mebibytes(built["peak_memory_bytes"])),
        ("index", mebibytes(corpus["index_bytes"])),
        ("open, p50", figure(opened["open"]["best"]["p50_us"] / 1000, "ms")),
        ("first answer of a server, file not in memory", figure(start["median"]["first_answer_seconds"], "s")),
        ("server's memory after the queries, private", mebibytes(memory["private_bytes"])),
        ("the same, shared (mapped files)", mebibytes(memory["mapped_bytes"])),
    ]))
    blocks.append(Heading("In process, one thread, without cache"))
    search, suggest = report["benchmarks"]["search"], report["benchmarks"]["suggest"]
    rows = [("search", search["search"]["best"]), ("search and answer", search["search_and_answer"]["best"]),
            ("suggest", suggest["suggest"]["best"]), ("suggest, one typo", suggest["one_typo"]["times"]["best"]),
            ("suggest, two typos", suggest["two_typos"]["times"]["best"])]
    for key, title in (("crate_json", "page of a crate, JSON"), ("crate_msgpack", "the same, MessagePack")):
        rows.append((title, report["benchmarks"]["pages"][key]["times"]["best"]))
    blocks.append(Table(("operation", "p50", "p99", "max"),
                        [(title, *microseconds(times)) for title, times in rows if times["samples"] > 0]))
    blocks.append(Heading("Through HTTP"))
    blocks.append(Table(("path", "requests/s", "processor a request"), [
        (TITLES[name], figure(path["requests"] / path["seconds"]), figure(path["cost"], "µs"))
        for name, path in head.items() if name != "build"]))
    blocks.append(Text("Server and client share the machine: a request's processor time is the server's alone, requests/s are "
                       "not."))
    return blocks


# ---- 2 ----

def grouped(shares):
    totals = {}
    for component, _, share in shares:
        totals[component] = totals.get(component, 0) + share
    return sorted(totals.items(), key=lambda row: -row[1])


def share_tables(path):
    cost, unit = path["cost"], path["unit"]
    rows = [(component, percent(share), figure(share * cost)) for component, share in grouped(path["shares"])
            if share >= SHOWN_SHARE]
    on_behalf = [(f"{component} ← `{caller}`" if caller else component, percent(share))
                 for component, caller, share in path["shares"] if share >= SHOWN_SHARE and component != caller]
    within = [(f"`{file}`", percent(share)) for file, share in path["inclusive"].items() if share >= 0.03]
    blocks = [Table(("component, itself", "share", unit), rows)]
    if on_behalf:
        blocks.append(Table(("the same by who asked (← innermost file of ours)", "share"), on_behalf))
    if within:
        blocks.append(Table(("file of ours, with all that it calls", "share"), within))
    return blocks


def waits_of_build(counters):
    off = counters["wall_seconds"] - counters["cpu_seconds"]
    other = max(0.0, off - counters["waiting_for_processor_seconds"])
    return [
        ("wall", figure(counters["wall_seconds"], "s")),
        ("processor, user", figure(counters["user_seconds"], "s")),
        ("processor, kernel", figure(counters["system_seconds"], "s")),
        ("waiting for a processor that others use", figure(counters["waiting_for_processor_seconds"], "s")),
        ("other waits: disk and locks", figure(other, "s")),
        ("page faults, minor / major", f"{counters['minor_faults']:,} / {counters['major_faults']:,}"),
        ("switches, voluntary / involuntary",
         f"{counters['voluntary_switches']:,} / {counters['involuntary_switches']:,}"),
        ("read from / written to disk",
         f"{mebibytes(counters['read_blocks_bytes'])} / {mebibytes(counters['written_blocks_bytes'])}"),
    ]


def waits_of_server(path):
    counters, n = path["counters"], path["requests"]
    rows = [
        ("processor, user", figure(counters["user_seconds"] * 1e6 / n, "µs")),
        ("processor, kernel", figure(counters["system_seconds"] * 1e6 / n, "µs")),
        ("waiting for a processor that others use", figure(counters["run_delay_seconds"] * 1e6 / n, "µs")),
        ("page faults, minor / major", f"{figure(counters['minor_faults'] / n)} / {figure(counters['major_faults'] / n)}"),
        ("switches, voluntary / involuntary", f"{figure(counters['voluntary_switches'] / n)} / "
                                              f"{figure(counters['involuntary_switches'] / n)}"),
    ]
    if "read_blocks_bytes" in counters:
        rows.append(("read from disk", figure(counters["read_blocks_bytes"] / n, "bytes")))
    return rows


def calls_of(path):
    """System calls beside the answers that were sent while they were counted."""
    calls = path["calls"]
    answers = sum(calls.get(name, {"calls": 0})["calls"] for name in ("sendmsg", "sendto", "send", "writev", "sendfile"))
    names = sorted(calls, key=lambda name: -calls[name]["milliseconds"])[:6]
    if "futex" not in names:
        names.append("futex")
    rows = []
    for name in names:
        call = calls.get(name, {"calls": 0, "milliseconds": 0.0})
        rows.append((f"`{name}`", figure(call["calls"] / answers) if answers else "–",
                     figure(call["milliseconds"] * 1000 / answers, "µs") if answers else "–"))
    return rows


def allocation_rows(head):
    rows = []
    for name, path in head.items():
        counted = path.get("allocations")
        of = "a build" if name == "build" else "a request"
        if counted is None:
            rows.append((TITLES[name], "–", f"not counted: {path.get('allocations_missing')}"))
        else:
            rows.append((TITLES[name], f"{figure(counted['calls'])} {of}", mebibytes(counted["bytes"]) if name == "build"
                         else figure(counted["bytes"], "bytes")))
    return rows


def bottlenecks(report):
    head = report["paths"]["head"]
    blocks = [Text(METHOD), Heading("Serialization's share"), Table(
        ("path", "encoding JSON or MessagePack", "reading encoded documents", "compression"),
        [(TITLES[name], *(percent(path["serialization"][key]) for key in ("encoding", "reading", "compression")))
         for name, path in head.items()])]
    blocks += [Heading("Allocations"), Table(("path", "calls of malloc, calloc, realloc", "asked for"), allocation_rows(head)),
               Text("By glibc's `libmemusage.so`. What libmicrohttpd and SQLite allocate is in it.")]
    for name, path in head.items():
        blocks.append(Heading(f"{TITLES[name]}: {figure(path['cost'], path['unit'])}, {path['samples']:,} samples"))
        blocks += share_tables(path)
        if name == "build":
            blocks.append(Table(("processor, disk and waits", "a build"), waits_of_build(path["counters"])))
        else:
            blocks.append(Table(("processor, disk and waits", "a request"), waits_of_server(path)))
            if path["calls"] is None:
                blocks.append(Text(f"System calls are not timed here ({path['calls_missing']})."))
            else:
                blocks.append(Table(("system call", "calls an answer", "in it, an answer"), calls_of(path)))
                blocks.append(Text("By `perf trace`, which makes each call slower. Waiting for locks is `futex`; `epoll_wait` "
                                   "is waiting for requests."))
        blocks.append(Flame(f"{TITLES[name]}: flame graph", path["flame_graph"]))
    return blocks


# ---- 3 ----

def rows_of(side):
    return {name: path["shares"] for name, path in side.items()}


def optimization(report):
    head, subjects = report["paths"]["head"], subjects_of(report)
    rows = []
    for place, item in enumerate(plan.rank(rows_of(head)), start=1):
        candidate, path = item.candidate, head[item.candidate.path]
        rows.append((place, TITLES[candidate.path], candidate.change, percent(item.share),
                     f"{figure(item.share * path['cost'])} of {figure(path['cost'], path['unit'])}",
                     f"{candidate.removable:.0%}", f"{item.predicted:.3f}", candidate.reason
                     + (" (done once; what is left of it)" if plan.done_by(candidate, subjects) else "")))
    blocks = [Text("Ranked by expected gain. A change that removes the part r of a component with the share s makes its path "
                   "1 − s·r of what it was (Amdahl). Shares are those of this profile; the removable parts are judgements, with "
                   "their reasons, in `tests/report/candidates.py`."),
              Table(("rank", "path", "change", "share", "measured", "removable", "predicted ratio", "why that much"), rows,
                    prose=(2, 7))]
    left = [(f"{component} ← `{caller}`" if caller and caller != component else component, TITLES[name], percent(share))
            for name, path in head.items() for component, caller, share in plan.uncovered(name, path["shares"])
            if share >= SHOWN_SHARE]
    blocks += [Heading("Look here: the largest parts that no change covers"),
               Table(("component", "path", "share"), sorted(left, key=lambda row: -float(row[2].rstrip("%"))))]
    return blocks


# ---- 4 ----

def subjects_of(report):
    return [subject for _, subject in report["changes"]["commits"]]


def verdict_of(row):
    return row["verdict"] + (": a regression" if row.get("is_regression") else "")


def changes(report):
    changed = report["changes"]
    blocks = [Text(f"Since `{changed['since'][:12]}` ({changed['chosen']}): {len(changed['commits'])} commits"
                   + (", and changes that are not committed." if report["commit"]["is_dirty"] else "."))]
    if changed["areas"]:
        blocks.append(Table(("area", "files", "lines added", "removed"),
                            [(f"`{area}`", *map(str, (of["files"], of["added"], of["removed"])))
                             for area, of in changed["areas"].items()]))
    if report["compare"] is None:
        blocks.append(Text(f"Not measured side by side: {report['compare_missing']}."))
    else:
        compared = report["compare"]
        blocks += [Heading("Both sides, interleaved"),
                   Text(f"`make bench-compare`, {compared['rounds']} rounds; medians with 95 % intervals, ratio after / before."),
                   Table(("path", "unit", "before", "after", "ratio", "verdict"), [
                       (TITLES.get(row["path"], row["path"]), row["unit"].replace("_", " "), with_interval(row["base"]),
                        with_interval(row["head"]), with_interval(row["ratio"]), verdict_of(row))
                       for row in compared["paths"]])]
    if changed["commits"]:
        blocks += [Heading("Commits"), Table(("commit", "subject"), [(f"`{commit}`", subject) for commit, subject
                                                                    in changed["commits"]], prose=(1,))]
    return blocks


# ---- 5 ----

def measured_ratio(report, path):
    """bench-compare's, or None. It knows no compressed misses."""
    rows = report["compare"]["paths"] if report["compare"] else []
    return next((row["ratio"] for row in rows if row["path"] == path), None)


def cost_by_place(side_path):
    costs = {}
    for component, caller, share in side_path["shares"]:
        costs[component, caller] = share * side_path["cost"]
    return costs


def moved(base_path, head_path, limit=8):
    """The components whose cost changed most: [(component, caller, before, after)]."""
    before, after = cost_by_place(base_path), cost_by_place(head_path)
    rows = [(*where, before.get(where, 0.0), after.get(where, 0.0)) for where in before.keys() | after.keys()]
    return sorted(rows, key=lambda row: (-abs(row[3] - row[2]), row[0], row[1]))[:limit]


def expected(report):
    base, head, subjects = report["paths"].get("base"), report["paths"]["head"], subjects_of(report)
    blocks = []
    if base is None:
        blocks.append(Text(f"No earlier side was profiled ({report['base_missing']}), so there are predictions only."))
        done = []
    else:
        done = [item for item in plan.rank(rows_of(base)) if plan.done_by(item.candidate, subjects)]
    if done:
        rows = []
        for item in done:
            candidate = item.candidate
            after = plan.share_of(candidate, head[candidate.path]["shares"]) * head[candidate.path]["cost"]
            before = item.share * base[candidate.path]["cost"]
            rows.append((candidate.change, TITLES[candidate.path], percent(item.share),
                         figure(before * (1 - candidate.removable)), f"{figure(before)} → {figure(after)}",
                         f"{item.predicted:.3f}", plan.done_by(candidate, subjects)))
        blocks += [Heading("Done: each part, predicted and measured"),
                   Table(("change", "path", "share before", "predicted left", f"its cost, before → after",
                          "predicted ratio of the path", "commit"), rows, prose=(0, 6))]
        paths = []
        for name in dict.fromkeys(item.candidate.path for item in done):
            predicted = plan.combined_ratio([item for item in done if item.candidate.path == name])
            ratio = measured_ratio(report, name)
            profiled = head[name]["cost"] / base[name]["cost"]
            paths.append((TITLES[name], f"{predicted:.3f}", with_interval(ratio) if ratio else "not compared",
                          f"{profiled:.3f}"))
        blocks += [Heading("Done: each path, predicted and measured"),
                   Table(("path", "predicted ratio, all its changes", "measured side by side [95 %]",
                          "from the two profiles' runs"), paths)]
    elif base is not None:
        blocks.append(Text("No commit since then does a change of the plan."))
    if base is not None:
        for name in head:
            blocks += [Heading(f"{TITLES[name]}: what moved most, {head[name]['unit']}"),
                       Table(("component", "before", "after", "change"), [
                           (f"{component} ← `{caller}`" if caller and caller != component else component,
                            figure(before), figure(after), f"{after - before:+.3g}")
                           for component, caller, before, after in moved(base[name], head[name])])]
    open_items = [item for item in plan.rank(rows_of(head)) if item.candidate.key not in
                  {one.candidate.key for one in done}]
    blocks += [Heading("Open: predictions"),
               Table(("change", "path", "share", "predicted ratio"), [
                   (item.candidate.change, TITLES[item.candidate.path], percent(item.share), f"{item.predicted:.3f}")
                   for item in open_items], prose=(0,))]
    return blocks


# ---- 6 ----

def monitoring(report):
    defined = defined_names()
    items = plan.rank(rows_of(report["paths"]["head"]))

    def named(names):
        return ", ".join(f"`{name}`" + ("" if name in defined else " (not defined)") for name in names)

    rows = [(TITLES[path], f"`{watch.metric}`", named(watch.rules), named(watch.alerts), watch.sees,
             "; ".join(item.candidate.change for item in items if item.candidate.path == path) or "–")
            for path, watch in WATCHES.items()]
    alerts = list(dict.fromkeys(name for watch in WATCHES.values() for name in watch.alerts))
    return [Text("What would notice that a path became slower again. Rules and alerts are those of `scripts/monitoring`; before a "
                 "release, `make bench-compare` and the instruction counts in CI see smaller changes."),
            Table(("path", "metric", "recording rules", "alerts", "sees", "changes of the plan it guards"), rows,
                  prose=(1, 2, 3, 4, 5)),
            Table(("alert", "fires when"), [(f"`{name}`", f"`{defined.get(name, 'not defined')}`") for name in alerts],
                  prose=(1,))]


BUILDERS = (baseline, bottlenecks, optimization, changes, expected, monitoring)
