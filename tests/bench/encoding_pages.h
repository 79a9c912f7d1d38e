/* The answers on which the encodings are compared: pages that clients ask for, each with a few
   answers. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_PAGES_H
#define CRATEDEX_TESTS_BENCH_ENCODING_PAGES_H

#include "server/parameters/link_spelling.h"
#include "tests/bench/encoding_rows.h"

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <cratedex/search.h>
#include <cratedex/suggest.h>
#include <stddef.h>
#include <stdint.h>

#define ENCODING_MAX_ANSWERS 10
#define N_ENCODING_PAGES 7

/* A search's result, and how the links of its answer are spelled. */
struct found_crates {
    struct search_result result;
    struct link_spelling spelling;
};

/* One answer: what was found for it, and the finished bodies. */
struct encoding_answer {
    char target[256];           /* what a client asks the server for */
    struct found_crates *found; /* of a search; else NULL */
    uint32_t rank;              /* of the crate that it is about, if any */
    struct suggestion suggestions[10];
    size_t n_suggestions;
    /* As the server sends them; behind each lie SIMDJSON_DECODER_PADDING bytes, as in a client that
       receives into a buffer with that much room to spare. */
    msgpack_sbuffer bodies[N_ENCODINGS];
    struct answer_rows *rows; /* the same values, as rows of a database give them */
};

/* "json", "msgpack": in names of files and reports. */
extern const char *const encoding_labels[N_ENCODINGS];

typedef int encoding_assemble(struct index_reader *reader, const struct encoding_answer *answer,
                              struct encoder *encoder, struct error *error);

struct encoding_page {
    const char *key;  /* static, as the rest: "search_10" */
    const char *name; /* "search, 10 crates" */
    encoding_assemble *assemble;
    struct encoding_answer *answers[ENCODING_MAX_ANSWERS];
    size_t n_answers;
};

struct encoding_pages {
    struct index *index;
    struct index_reader *reader;
    struct simdjson_decoder *simdjson;
    struct encoding_page pages[N_ENCODING_PAGES];
};

/* Opens the index and chooses the answers: searches of 10 and of 100 crates, and suggestions,
   evenly spaced among the queries of the file that fill a page; the summary; of 2,000 crates by a
   hash of their rank the one with the median page, of the 100 with the most versions the largest;
   the first page of dependents of the most depended-on crate. All bodies are made once. Pages that
   the index cannot fill have no answers. Returns 0, or -1 and why; to be freed in both cases. */
int encoding_pages_open(struct encoding_pages *pages, const char *index_path,
                        const char *queries_path, struct error *error);
/* Leaves only the page of this key with answers. Returns 0, or -1 and why. */
int encoding_pages_keep(struct encoding_pages *pages, const char *key, struct error *error);
void encoding_pages_free(struct encoding_pages *pages);

/* Assembles an answer from the documents of the index into `out`, which is empty and stays the
   caller's, as the server does on a miss, what it looked up left out. Returns 0, or -1 and why. */
int encoding_page_assemble(const struct encoding_page *page, struct index_reader *reader,
                           const struct encoding_answer *answer, enum encoding encoding,
                           msgpack_sbuffer *out, struct error *error);

#endif
