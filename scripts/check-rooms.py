#!/usr/bin/env python3
"""Whether every #include points down: check-rooms.py [ROOT]. ROOMS lists the folders, the lowest first: a file may include
its own room and those before it. <cratedex/X.h> belongs to the room of X.c, or to the one that HEADERS gives it. Nor may
units include each other in a circle: a unit is X.c with its headers, X.h and <cratedex/X.h>. Says what is wrong, a line
each; exit 1 then."""
import re
import sys
from pathlib import Path

ROOMS = ("index/base index/text index/trie index/version index/encode index/dump index/segment index/sparse index/resolve "
         "index/search/plan index/search/rank index/search/scan index/search/filter index/search index/registry "
         "index/build index/verify index/cli server/http server/parameters server/service server/telemetry server/answer "
         "server/cache server/html server/endpoints "
         "server/pages server/pages/search server/pages/crate server/pages/groups server/pages/docs server/pages/encodings "
         "server/exchange server/connections server/sandbox server").split()
HEADERS = {  # public headers without a source of their name
    "index_builder": "index/build", "index_format": "index/segment", "search_query": "index/search/plan",
    "version_query": "index/registry"}
INCLUDE = re.compile(r'^#include (?:"([^"]+)"|<(cratedex/[^>]+)>)', re.M)


def room_of(file, sources):
    """The folder of a file; of a public header, that of its source."""
    name = Path(file).stem
    if file.startswith("include/"):
        return HEADERS.get(name) or next((room for room, stem in sources if stem == name), None)
    return str(Path(file).parent)


def unit_of(file, sources):
    """Source and headers of one name, by their path without the ending; a public header stands where its source does."""
    return f"{room_of(file, sources)}/{Path(file).stem}"


def circle(graph):
    """The units of circles and between them, or None: what is left when those go that need nothing that is left, or that
    nothing needs that is left (Kahn 1962, from both ends)."""
    left = {unit: needed - {unit} for unit, needed in graph.items()}
    while True:
        wanted = set().union(*left.values()) if left else set()
        kept = {unit: needed & left.keys() for unit, needed in left.items() if needed & left.keys() and unit in wanted}
        if len(kept) == len(left):
            return sorted(left) or None
        left = kept


def check(root):
    files = [str(p.relative_to(root)) for top in ("index", "server", "include") for p in sorted((root / top).rglob("*.[ch]"))]
    sources = [(str(Path(f).parent), Path(f).stem) for f in files if f.startswith("index/") and f.endswith(".c")]
    faults, graph = [], {}
    for file in files:
        room = room_of(file, sources)
        if room not in ROOMS:
            faults.append(f"{file}: no room is known for it; ROOMS and HEADERS of scripts/check-rooms.py list them")
            continue
        needed = graph.setdefault(unit_of(file, sources), set())
        for own, public in INCLUDE.findall((root / file).read_text(encoding="utf-8")):
            other = own or "include/" + public
            other_room = room_of(other, sources)
            if other_room in ROOMS and ROOMS.index(other_room) > ROOMS.index(room):
                faults.append(f"{file}: includes {other} of {other_room}, which lies above {room}")
            needed.add(unit_of(other, sources))
    found = circle(graph)
    return faults + ([f"a circle: {', '.join(found)}"] if found else [])


if __name__ == "__main__":
    found = check(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
