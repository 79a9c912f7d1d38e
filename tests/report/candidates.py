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


POOL = "libmicrohttpd clears a connection's whole memory pool before the next request, so a smaller pool costs less"
PRINTF = "printf parses a format and asks for the locale for each number"

CANDIDATES = (
    Candidate("documents-mapped", "miss", "read encoded documents straight from the mapped file",
              r"^SQLite$", r"^index/index_reader\.c$", 0.95,
              "a hit's document is found by a prepared statement, bound, stepped and reset; an array of offsets finds "
              "it by one look-up"),
    Candidate("miss-allocations", "miss", "keep a worker's buffers and headers from request to request",
              r"^allocation$", r"", 0.7,
              "what lives as long as a request can come from memory that a thread keeps; what enters the cache cannot"),
    Candidate("miss-locks", "miss", "turn off the memory statistics of SQLite",
              r"^(locks and clock|kernel: lock waits)$", r"^index/index_reader\.c$", 0.9,
              "their mutex is shared by all connections and taken at each allocation; threads wait for each other"),
    Candidate("miss-numbers", "miss", "write numbers and times by digits instead of printf",
              r"^formatting text$", r"", 0.8, PRINTF),
    Candidate("miss-clearing", "miss", "clear less memory a request", r"^clearing bytes$", r"", 0.7, POOL),
    Candidate("miss-typos", "miss", "prune typo walks by what the rest of the word can still match",
              r"^index/(trie_fuzzy|edit_automaton|trie_layout|spelling|search_spelling)\b", r"", 0.4,
              "most nodes that the automaton enters end in no word"),
    Candidate("miss-rerank", "miss", "walk the trees of the second stage for several candidates at once",
              r"^index/(search_rerank|ranking_trees|sparse_features)\.c$", r"", 0.4,
              "a walk waits for one comparison after the other; walks of several candidates overlap"),
    Candidate("miss-blocks", "miss", "score whole blocks of postings by vector instructions",
              r"^index/(search_blocks|search_scan|search_threshold|postings)\.c$", r"", 0.3,
              "bitmaps are combined 64 matches at a time, scores one at a time"),
    Candidate("hit-clearing", "hit", "clear less memory a request", r"^clearing bytes$", r"", 0.7, POOL),
    Candidate("hit-events", "hit", "ask for events once for several requests",
              r"^kernel: (waiting for events|task switches)$", r"", 0.4,
              "a thread that finds no request sleeps, and is woken for the next"),
    Candidate("hit-own", "hit", "recognise a repeated request by its bytes before it is parsed",
              r"^(server/|libmicrohttpd|libc: other|copying and comparing bytes)", r"", 0.3,
              "the same head comes again on a keep-alive connection; its key does not change"),
    Candidate("compressed-first", "compressed", "compress a first answer by zstd, by brotli when it is asked for again",
              r"^compression$", r"", 0.7,
              "of 9 KB, zstd's level 3 takes 42 µs and brotli's level 5 takes 178; costs 13 % more bytes, once"),
    Candidate("compressed-documents", "compressed", "read encoded documents straight from the mapped file",
              r"^SQLite$", r"^index/index_reader\.c$", 0.95, "as without compression"),
    Candidate("build-staging", "build", "stage rows in the order and in the form in which they are read back",
              r"^(SQLite|allocation|copying and comparing bytes)$", r"^index/build_read\.c$", 0.4,
              "rows are parsed, inserted by key, and parsed again when they are read"),
    Candidate("build-crates", "build", "write the tables of crates in key order from memory",
              r"^(SQLite|allocation|copying and comparing bytes)$", r"^index/build_crates\.c$", 0.3,
              "each crate is read from the staged tables by a statement and inserted by another"),
    Candidate("build-indexes", "build", "leave out staging indexes that one scan in order replaces",
              r"^(SQLite|sorting)$", r"^index/build\.c$", 0.5,
              "CREATE INDEX sorts what was already sorted in the dump"),
    Candidate("build-sparse", "build", "compress the sparse index in blocks", r"^compression$",
              r"^index/build_sparse_index\.c$", 0.3, "a stream is set up for each crate"),
    Candidate("build-names", "build", "sort substrings of names by radix", r"^(sorting|copying and comparing bytes)$",
              r"^index/name_substrings\.c$", 0.6, "merge sort compares the same first bytes again and again"),
    Candidate("build-numbers", "build", "write numbers and times by digits instead of printf",
              r"^formatting text$", r"", 0.8, PRINTF),
)
