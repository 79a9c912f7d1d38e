/* Decoders of other languages, as clients use them, each in a child process on the same bodies.

   A child is started as `PROGRAM FOLDER ROUNDS …` and finds the bodies of each page in the folder
   as `<page>.<number>.json` and `.msgpack`. It prints one object:

   {"runtime": "Node.js 20.20.2, …",
    "missing": ["msgpackr is not installed", …],
    "decoders": [{"encoding": "json" or "msgpack", "library": "msgpackr", "version": "2.1.4",
                  "key": "decode_node_msgpackr",
                  "pages": {"search_10": {"samples": [nanoseconds of processor time an answer, one
                                                      a round],
                                          "singles": [nanoseconds that one decoding took, …],
                                          "check": {"values", "texts" (in digits), "numbers",
                                                    "true": see decoded_values.h}}}}]}

   with one decoder of JSON ("version" may be missing: that of the runtime; so may "key") and one or
   more of MessagePack, of which each is compared with it. A round does all decoders, in turn. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_CLIENTS_H
#define CRATEDEX_TESTS_BENCH_ENCODING_CLIENTS_H

#include "tests/bench/bench_statistics.h"
#include "tests/bench/encoding_pages.h"
#include "tests/bench/encoding_series.h"

#define N_ENCODING_CLIENTS 3
#define ENCODING_CLIENT_MAX_PAIRS 4

/* Two decoders of one runtime. */
struct encoding_client_pair {
    char key[48];                    /* "decode_node_msgpackr" */
    char libraries[N_ENCODINGS][64]; /* "JSON.parse", "msgpackr 2.1.4 …" */
    struct encoding_series series[N_ENCODING_PAGES];
    /* Of single decodings, by the clock; nanoseconds. */
    struct statistics singles[N_ENCODING_PAGES][N_ENCODINGS];
};

struct encoding_client {
    const char *language; /* "Node.js" */
    const char *name;     /* of the measure: "decode and read in Node.js" */
    const char *how;      /* to get what is missing, in words */
    char runtime[96];     /* with its version; empty: not measured */
    char missing[512];    /* why not, or what of it; empty: nothing */
    struct encoding_client_pair pairs[ENCODING_CLIENT_MAX_PAIRS];
    size_t n_pairs;
};

/* Measures all that are there, `n_rounds` times each. A client that is not there, or fails, or
   reads other values than jansson does, is left out, and its `missing` says why. Returns 0, or -1
   and why where nothing can be measured: the bodies cannot be written. The programs are
   tests/bench/decode_python.py (by `PYTHON` of the environment, else /usr/bin/python3),
   decode_node.mjs (by `NODE`, else node), and decode_rust beside this program (make
   bench-clients). */
int encoding_clients_measure(struct encoding_client clients[N_ENCODING_CLIENTS],
                             const struct encoding_pages *pages, unsigned n_rounds,
                             struct error *error);

#endif
