"""Part 2, bottleneck analysis: where each path's time goes."""

from document import SHOWN_SHARE, TITLES, Flame, Heading, Table, Text, asked_by, figure, mebibytes, percent

METHOD = ("Samples of the processor (`perf record -e cpu-clock`), callers by DWARF unwinding. A server of two threads "
          "is asked by wrk over 64 keep-alive connections; a miss has no cache and asks one query after the other, a "
          "compressed miss accepts what a browser does, a hit asks for one answer. A share is of the path's processor "
          "time. Frames of the kernel end in `_[k]`; what it does with interrupts off is seen where they are on again, "
          "often the end of a task switch.")
NO_KERNEL = ("The kernel's part is missing here, for perf may not see it: run this as root, or with "
             "`kernel.perf_event_paranoid` below 2. All shares are of the rest.")
SHOWN_FILE = 0.03
SHOWN_CALLS = 6
SHOWN_LOCKS = 0.01  # futex calls an answer, below which nobody waits
SENDING = ("sendmsg", "sendto", "send", "writev", "sendfile")  # one of them an answer


def grouped(shares):
    """[(component, its share over all callers)], the largest first."""
    totals = {}
    for component, _, share in shares:
        totals[component] = totals.get(component, 0) + share
    return sorted(totals.items(), key=lambda row: -row[1])


def share_tables(path):
    """Where the time goes by component, by who asked for it, and by file; those of them that have rows."""
    cost, unit = path["cost"], path["unit"]
    itself = [(component, percent(share), figure(share * cost))
              for component, share in grouped(path["shares"]) if share >= SHOWN_SHARE]
    behalf = [(asked_by(component, caller), percent(share))
              for component, caller, share in path["shares"] if share >= SHOWN_SHARE and component != caller]
    within = [(f"`{file}`", percent(share)) for file, share in path["inclusive"].items() if share >= SHOWN_FILE]
    tables = [Table(("component, itself", "share", unit), itself),
              Table(("the same by who asked (← innermost file of ours)", "share"), behalf),
              Table(("file of ours, with all that it calls", "share"), within)]
    return [table for table in tables if table.rows]


def pair(first, second):
    return f"{figure(first)} / {figure(second)}"


def waits_of_build(path):
    counters = path["counters"]
    off = counters["wall_seconds"] - counters["cpu_seconds"] - counters["waiting_for_processor_seconds"]
    return Table(("processor, disk and waits", "one build"), [
        ("wall", figure(counters["wall_seconds"], "s")),
        ("processor, user", figure(counters["user_seconds"], "s")),
        ("processor, kernel", figure(counters["system_seconds"], "s")),
        ("waiting for a processor that others use", figure(counters["waiting_for_processor_seconds"], "s")),
        ("other waits: disk and locks", figure(max(0.0, off), "s")),
        ("page faults, minor / major", pair(counters["minor_faults"], counters["major_faults"])),
        ("switches, voluntary / involuntary", pair(counters["voluntary_switches"], counters["involuntary_switches"])),
        ("read from disk", mebibytes(counters["read_blocks_bytes"])),
        ("written to disk", mebibytes(counters["written_blocks_bytes"])),
    ])


def waits_of_server(path):
    each = {name: value / path["requests"] for name, value in path["counters"].items()}
    rows = [
        ("processor, user", figure(each["user_seconds"] * 1e6, "µs")),
        ("processor, kernel", figure(each["system_seconds"] * 1e6, "µs")),
        ("waiting for a processor that others use", figure(each["run_delay_seconds"] * 1e6, "µs")),
        ("page faults, minor / major", pair(each["minor_faults"], each["major_faults"])),
        ("switches, voluntary / involuntary", pair(each["voluntary_switches"], each["involuntary_switches"])),
    ]
    if "read_blocks_bytes" in each:
        rows.append(("read from disk", figure(each["read_blocks_bytes"], "bytes")))
    return Table(("processor, disk and waits", "a request"), rows)


def system_calls(path):
    """Beside the answers that were sent while they were counted."""
    calls = path["calls"]
    if calls is None:
        return [Text(f"System calls are not timed here ({path['calls_missing']}).")]
    none = {"calls": 0, "milliseconds": 0.0}
    answers = sum(calls.get(name, none)["calls"] for name in SENDING)
    if answers == 0:
        return [Text("System calls are not timed here (no answer was sent while perf trace ran).")]
    names = sorted(calls, key=lambda name: -calls[name]["milliseconds"])[:SHOWN_CALLS]
    names += ["futex"] if "futex" not in names else []
    rows = [(f"`{name}`", figure(calls.get(name, none)["calls"] / answers),
             figure(calls.get(name, none)["milliseconds"] * 1000 / answers, "µs")) for name in names]
    blocks = [Table(("system call", "calls an answer", "in it, an answer"), rows),
              Text("By `perf trace`, which makes each call slower. Waiting for locks is `futex`; `epoll_wait` is "
                   "waiting for requests.")]
    if calls.get("futex", none)["calls"] / answers >= SHOWN_LOCKS:
        blocks.append(Table(("locks: whose, and for whom", "share of the futex calls"), [
            (asked_by(component, caller), percent(share)) for component, caller, share in path["locks"]
            if share >= SHOWN_SHARE]))
    return blocks


def serialization(head):
    """Of every path: how much of it is making, fetching and compressing documents."""
    keys = ("encoding", "reading", "compression")
    return Table(("path", "encoding JSON or MessagePack", "reading encoded documents", "compression"), [
        (TITLES[name], *(percent(path["serialization"][key]) for key in keys)) for name, path in head.items()])


def allocations(head):
    rows = []
    for name, path in head.items():
        counted = path["allocations"]
        if counted is None:
            rows.append((TITLES[name], "–", f"not counted: {path['allocations_missing']}"))
        elif name == "build":
            rows.append((TITLES[name], f"{figure(counted['calls'])} a build", mebibytes(counted["bytes"])))
        else:
            rows.append((TITLES[name], f"{figure(counted['calls'])} a request", figure(counted["bytes"], "bytes")))
    return Table(("path", "calls of malloc, calloc, realloc", "asked for"), rows)


def path_blocks(name, path):
    blocks = [Heading(f"{TITLES[name]}: {figure(path['cost'], path['unit'])}, {path['samples']:,} samples")]
    blocks += share_tables(path)
    if name == "build":
        blocks.append(waits_of_build(path))
    else:
        blocks.append(waits_of_server(path))
        blocks += system_calls(path)
    blocks.append(Flame(f"{TITLES[name]}: flame graph", path["flame_graph"]))
    return blocks


def bottlenecks(report):
    head = report["paths"]["head"]
    blocks = [Text(METHOD)]
    if not any(path["sees_kernel"] for path in head.values()):
        blocks.append(Text(NO_KERNEL))
    blocks += [Heading("Serialization's share"), serialization(head), Heading("Allocations"), allocations(head),
               Text("By glibc's `libmemusage.so`. What libmicrohttpd and SQLite allocate is in it.")]
    for name, path in head.items():
        blocks += path_blocks(name, path)
    return blocks
