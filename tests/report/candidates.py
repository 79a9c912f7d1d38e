"""Changes that could make a path faster, each with the part of the program that it would take time from.

The report ranks those whose part shows in its own profile; nothing here says how much a part takes. The largest parts
that no row covers are listed in the report as where to look next."""

import typing


class Candidate(typing.NamedTuple):
    key: str  # unique
    path: str  # build, miss, hit or compressed
    change: str  # what would be done
    component: str  # pattern of the component (components.py) whose time it takes away
    caller: str  # pattern of the source file of ours that asked for it; "" fits all, those without one too
    removable: float  # the part of that time that the change can take away, 0 to 1
    reason: str  # why that much, and what else it costs
    # Pattern of the subject of the commit that does it; then the report compares what was predicted from the profile
    # before with what was measured after. None: nobody has done it.
    done: str | None = None


POOL = ("libmicrohttpd clears a connection's whole memory (`DAEMON_CONNECTION_BYTES`) before the next request; costs "
        "shorter limits of request lines and headers")
PRINTF = "printf parses a format and asks for the locale for each number"
STATEMENT = ("a hit's document is found by a prepared statement, bound, stepped and reset; an array of offsets finds "
             "it by one look-up")
# What finds a document: a statement of SQLite before, our own walk through its rows after.
DOCUMENTS = (r"^(SQLite|index/segment/table_rows\.c)$", r"^index/segment/(index_reader|table_rows)\.c$")

CANDIDATES = (
    Candidate("miss-documents", "miss", "read encoded documents straight from the mapped file",
              *DOCUMENTS, 0.95, STATEMENT, done=r"^Find documents in the mapped file"),
    Candidate("miss-locks", "miss", "turn off the memory statistics of SQLite",
              r"^(locks and clock|kernel: lock waits)$", r"^index/segment/index_reader\.c$", 0.9,
              "their mutex is shared by all connections and taken at each allocation; threads wait for each other"),
    Candidate("miss-allocations", "miss", "keep buffers from request to request, make headers when they are needed",
              r"^allocation$", r"", 0.7,
              "what lives as long as a request can come from memory that a thread keeps, and what only hits need can "
              "wait for the first", done=r"^Make the response that hits share at the first hit"),
    Candidate("miss-numbers", "miss", "write numbers and times by digits instead of printf",
              r"^formatting text$", r"", 0.8, PRINTF),
    Candidate("miss-clearing", "miss", "clear less memory a request", r"^clearing bytes$", r"", 0.5, POOL),
    Candidate("miss-typos", "miss", "walk for typos only where the search can use what is found",
              r"^index/(trie|search/plan)/(trie_fuzzy|edit_automaton|trie_layout|spelling|search_spelling)\b", r"", 0.4,
              "a hint needs a much commoner word than the one that was typed; rarer ones need not be walked to",
              done=r"^Look no further than what a search can use"),
    Candidate("miss-trees", "miss", "keep what the trees of the second stage compare in registers",
              r"^index/search/rank/(search_rerank|ranking_trees)\.c$", r"", 0.4,
              "the comparisons of eight candidates go through memory on their way to the choice of a leaf",
              done=r"^Look no further than what a search can use"),
    Candidate("miss-places", "miss", "count many places in names in their bitmap",
              r"^index/search/scan/search_scan\.c$", r"", 0.5,
              "of a short text, tens of thousands of places are looked at one by one",
              done=r"^Look no further than what a search can use"),
    Candidate("miss-blocks", "miss", "look at less of blocks and postings from which nothing can be collected",
              r"^index/(search/scan|segment)/(search_blocks|search_threshold|postings)\.c$", r"", 0.3,
              "after block-max indexes (Ding and Suel 2011): bounds tell before the postings are looked at",
              done=r"^(Count blocks from which nothing can be collected|Touch less for every posting)"),
    Candidate("hit-clearing", "hit", "clear less memory a request", r"^clearing bytes$", r"", 0.5, POOL),
    Candidate("hit-reading", "hit", "read of a repeated request only what decides its answer",
              r"^(server/|libmicrohttpd|libc: other|copying and comparing bytes)", r"", 0.3,
              "the same head comes again on a keep-alive connection; its key does not change",
              done=r"^Read of a repeated request only what decides its answer"),
    Candidate("compressed-first", "compressed", "compress by zstd where the client takes brotli and zstd alike",
              r"^compression$", r"", 0.67,
              "of 9 KB zstd's level 3 takes 32 µs and brotli's level 5 takes 98; bodies are a tenth longer",
              done=r"^Prefer zstd to brotli"),
    Candidate("compressed-documents", "compressed", "read encoded documents straight from the mapped file",
              *DOCUMENTS, 0.95, STATEMENT, done=r"^Find documents in the mapped file"),
    Candidate("build-staging", "build", "check that names are unique by sorting them, not by an index of staged rows",
              r"^(SQLite|allocation|copying and comparing bytes)$", r"^index/build/build_read\.c$", 0.3,
              "rows come in any order, so the index grows at random places"),
    Candidate("build-crates", "build", "sort staged crates by rank, then read them in one scan",
              r"^(SQLite|allocation|copying and comparing bytes)$", r"^index/build/build_crates\.c$", 0.3,
              "each crate is looked up by its id, which is at a random place"),
    Candidate("build-indexes", "build", "fill indexes from columns that are in memory",
              r"^(SQLite|sorting)$", r"^index/build/build\.c$", 0.4,
              "CREATE INDEX reads its table again and sorts it (build_crates.c calls it last, so the stack has its "
              "caller)"),
    Candidate("build-names", "build", "sort places in names by their first eight bytes as numbers",
              r"^(sorting|copying and comparing bytes)$", r"^index/segment/name_substrings\.c$", 0.6,
              "most comparisons are decided there, and need neither a call nor a look at the text"),
    Candidate("build-numbers", "build", "write numbers and times by digits instead of printf",
              r"^formatting text$", r"", 0.8, PRINTF),
)
