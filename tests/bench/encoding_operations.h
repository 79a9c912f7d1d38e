/* What is done with an answer in each encoding, and measured. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_OPERATIONS_H
#define CRATEDEX_TESTS_BENCH_ENCODING_OPERATIONS_H

#include "tests/bench/encoding_decoders.h"

#define N_ENCODING_OPERATIONS 6

struct encoding_operation {
    const char *key;                    /* "decode" */
    const char *name;                   /* "decode" in words */
    const char *libraries[N_ENCODINGS]; /* that do it; NULL: our own code */
    /* What makes an answer (returns 0, or -1 and why), or else what decodes one. */
    int (*make[N_ENCODINGS])(const struct encoding_pages *pages, const struct encoding_page *page,
                             const struct encoding_answer *answer, struct error *error);
    decode_answer *decode[N_ENCODINGS];
};

extern const struct encoding_operation encoding_operations[N_ENCODING_OPERATIONS];

/* Does the operation once with each answer of the page. Returns 0, or -1 and why. */
int encoding_operation_run(const struct encoding_operation *operation, enum encoding encoding,
                           const struct encoding_pages *pages, const struct encoding_page *page,
                           struct error *error);

/* Whether the libraries build from rows what the server answers: the same bytes, which, as the
   rows come out of the JSON, also says that both encodings have the same values; and whether all
   decoders read the same. Returns 0, or -1 and where they differ. */
int encoding_operations_verify(const struct encoding_pages *pages, struct error *error);

#endif
