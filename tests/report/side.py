"""All that is measured of one side (the commit itself, or the one it is compared with): its build and its server's
paths, each with its cost, waits, allocations and shares by component."""

import components
import profiling
import stacks
from tools import ReportError, run

FLAMEGRAPH = "/usr/share/perl5/Devel/NYTProf/flamegraph.pl"
# Whose frames anywhere on a stack mean that an answer, or a document of the index, is being encoded.
ENCODERS = ("index/encoder.c", "index/crate_document.c", "index/row_document.c", "index/version_document.c",
            "index/json_column.c")
ENCODING_LIBRARIES = ("MessagePack library", "JSON library")
STORED = "index/index_reader.c"  # hands out documents that are encoded already


def draw_flame_graph(folded, title, path):
    svg = run([FLAMEGRAPH, "--title", title, "--hash", "--minwidth", "0.5", "--fonttype", "sans-serif"], 60,
              input=stacks.lines_of(folded))
    path.write_text(svg, encoding="utf-8")


def serialization_of(found, sources):
    """Shares of the samples: encoding, reading what is encoded already, compressing."""
    counts = {"encoding": 0, "reading": 0, "compression": 0}
    for stack in found:
        where = components.place(stack, sources)
        files = {sources.get((frame.dso, frame.address)) for frame in stack}
        if where.component == "compression":
            counts["compression"] += 1
        elif where.component in ENCODING_LIBRARIES or files.intersection(ENCODERS):
            counts["encoding"] += 1
        elif STORED in files:
            counts["reading"] += 1
    return {name: count / len(found) for name, count in counts.items()}


def summarize(found, root, folder, name, title):
    """What a path's samples say; its folded stacks and flame graph are written to `folder`."""
    if not found:
        raise ReportError(f"perf took no sample of {title}: does `perf record -e cpu-clock` work here?")
    sources = components.find_sources(found, str(root))
    folded = stacks.fold(found)
    (folder / f"{name}.folded").write_text(stacks.lines_of(folded), encoding="utf-8")
    draw_flame_graph(folded, title, folder / f"{name}.svg")
    return {
        "samples": len(found),
        "sees_kernel": any(frame.is_kernel for stack in found for frame in stack),
        "shares": [[where.component, where.caller, share]
                   for where, share in components.shares(found, sources).items()],
        "inclusive": components.inclusive(found, sources),
        "serialization": serialization_of(found, sources),
        "flame_graph": f"{name}.svg",
        "folded": f"{name}.folded",
    }


SERVER_PATHS = (
    # (path, headers, the server's arguments)
    ("miss", {}, ("--cache-bytes", "0")),
    ("compressed", profiling.BROWSER, ("--cache-bytes", "0")),
    ("hit", {}, ()),
)


def measure_build(programs, root, dump, index, folder, label, progress):
    progress.say(f"{label}: building the index")
    built = profiling.build_index(programs, dump, index)
    progress.say(f"{label}: building it under perf (the first took {built['wall_seconds']:.1f} s)")
    found = profiling.profile_build(programs, dump, index, folder, built["wall_seconds"])
    path = {"unit": "CPU s", "cost": built["cpu_seconds"], "counters": built}
    path.update(summarize(found, root, folder, f"{label}-build", f"build, {label}"))
    return path


def measure_server_path(programs, root, index, folder, label, row, queries, progress):
    name, headers, extra = row
    progress.say(f"{label}: {name} under wrk, then under perf")
    targets = profiling.search_targets(queries)
    if name == "hit":
        targets = targets[:1]
    profile = profiling.profile_server(programs, index, folder, name, targets, headers, extra)
    asked, counters = profile["asked"], profile["counters"]
    path = {
        "unit": "CPU µs a request",
        "cost": counters["cpu_seconds"] * 1e6 / asked["requests"],
        "requests": asked["requests"],
        "seconds": asked["seconds"],
        "counters": counters,
        "calls": profile["calls"],
        "calls_missing": profile["calls_missing"],
    }
    path.update(summarize(profile["stacks"], root, folder, f"{label}-{name}", f"{name}, {label}"))
    path["locks"] = locks_of(profile["lock_stacks"], root)
    return path


def locks_of(found, root):
    sources = components.find_sources(found, str(root))
    places = components.shares_of(components.lock_holder(stack, sources) for stack in found)
    return [[where.component, where.caller, share] for where, share in places.items()]


def measure(programs, root, dump, index, folder, label, queries, progress, *, allocations):
    """{path: figures}; `index` is written."""
    paths = {"build": measure_build(programs, root, dump, index, folder, label, progress)}
    for row in SERVER_PATHS:
        paths[row[0]] = measure_server_path(programs, root, index, folder, label, row, queries, progress)
    if allocations:
        progress.say(f"{label}: counting allocations")
        counted, why = profiling.build_allocations(programs, dump, index, folder)
        paths["build"].update(allocations=counted, allocations_missing=why)
        for name, _, extra in SERVER_PATHS:
            counted, why = profiling.server_allocations(programs, index, folder, name, extra)
            paths[name].update(allocations=counted, allocations_missing=why)
    for name, _, _ in SERVER_PATHS:
        (folder / f"{name}.lua").unlink()
    return paths
