"""All that is measured of the sides (the commit itself, and the one it is compared with): the build and the server's
paths, each with its cost, waits, allocations and shares by component."""

import statistics

import components
import profile_build
import profile_server
import stacks
from tools import ReportError, run

FLAMEGRAPH = "/usr/share/perl5/Devel/NYTProf/flamegraph.pl"
# Whose frames anywhere on a stack mean that an answer, or a document of the index, is being encoded.
ENCODERS = ("index/encode/encoder.c", "index/registry/crate_document.c", "index/encode/row_document.c", "index/registry/version_document.c",
            "index/encode/json_column.c")
ENCODING_LIBRARIES = ("MessagePack library", "JSON library")
ONE_BUILD_ERROR = 0.05  # of the processor time of one build: what it differs by from run to run on a busy machine
STORED = "index/segment/index_reader.c"  # hands out documents that are encoded already


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


def measure_builds(sides, dump, folder, progress):
    paths = {}
    for side in sides:
        progress.say(f"{side.label}: building the index")
        built = profile_build.build_index(side.programs, dump, side.index)
        paths[side.label] = {"unit": "CPU s", "cost": built["cpu_seconds"], "counters": built,
                             "cost_error": ONE_BUILD_ERROR * built["cpu_seconds"]}
    wall_seconds = paths[sides[0].label]["counters"]["wall_seconds"]
    progress.say(f"building under perf (one build took {wall_seconds:.1f} s)")
    found = profile_build.profile_builds(sides, dump, folder, wall_seconds)
    for side in sides:
        paths[side.label].update(summarize(found[side.label], side.root, folder, f"{side.label}-build",
                                           f"build, {side.label}"))
    return paths


def measure_server_path(sides, folder, row, targets, progress):
    name, headers, extra = row
    progress.say(f"{name} under wrk, then under perf")
    paths = {}
    found = profile_server.profile_servers(sides, folder, name, (targets, headers), extra)
    for side in sides:
        profile = found[side.label]
        asked, counters = profile["asked"], profile["counters"]
        paths[side.label] = {
            "unit": "CPU µs a request",
            "cost": counters["cpu_seconds"] * 1e6 / asked["requests"],
            "cost_error": 1e6 * statistics.stdev(profile["costs"]) / len(profile["costs"]) ** 0.5,
            "requests": asked["requests"],
            "seconds": asked["seconds"],
            "counters": counters,
            "calls": profile.get("calls"),
            "calls_missing": profile.get("calls_missing"),
            "locks": locks_of(profile.get("lock_stacks", []), side.root),
        }
        paths[side.label].update(summarize(profile["stacks"], side.root, folder, f"{side.label}-{name}",
                                           f"{name}, {side.label}"))
    return paths


def locks_of(found, root):
    sources = components.find_sources(found, str(root))
    places = components.shares_of(components.lock_holder(stack, sources) for stack in found)
    return [[where.component, where.caller, share] for where, share in places.items()]


def measure(sides, dump, folder, queries, progress):
    """{label: {path: figures}}, of all sides in turn; their indexes are written. Allocations are the first's."""
    found = {side.label: {} for side in sides}
    for label, path in measure_builds(sides, dump, folder, progress).items():
        found[label]["build"] = path
    targets = profile_server.search_targets(queries)
    for row in profile_server.PATHS:
        asked = targets[:1] if row[0] == "hit" else targets
        for label, path in measure_server_path(sides, folder, row, asked, progress).items():
            found[label][row[0]] = path
    count_allocations(sides[0], found[sides[0].label], dump, folder, progress)
    for name, _, _ in profile_server.PATHS:
        (folder / f"{name}.lua").unlink()
    return found


def count_allocations(side, paths, dump, folder, progress):
    progress.say("counting allocations")
    counted, why = profile_build.build_allocations(side.programs, dump, side.index, folder)
    paths["build"].update(allocations=counted, allocations_missing=why)
    for name, _, extra in profile_server.PATHS:
        counted, why = profile_server.server_allocations(side.programs, side.index, folder, name, extra)
        paths[name].update(allocations=counted, allocations_missing=why)
