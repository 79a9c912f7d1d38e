/* What is asked for while an index is swapped, and what either index answers. */
#ifndef CRATEDEX_TESTS_BENCH_SWAP_LOAD_H
#define CRATEDEX_TESTS_BENCH_SWAP_LOAD_H

#include "tests/bench/bench_load.h"
#include "tests/bench/http_requests.h"

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

/* Pages of each query: one each in JSON, in JSON for gzip, in JSON as browsers ask for it, which
   get zstd, and in MessagePack. */
#define SWAP_LOAD_PAGES 4

struct swap_load {
    struct http_requests pages[SWAP_LOAD_PAGES];
    struct load_request *items; /* each search once */
    uint32_t n_items;
    uint64_t *bodies[2];        /* hashes of what the first and the second index answer to each */
    struct load_request *trace; /* the searches as they are asked for, with Zipf's popularity */
    uint32_t *trace_items;
    size_t n_trace;
};

/* Of which index a body is. */
enum swap_body { SWAP_BODY_WRONG = 0, SWAP_BODY_FIRST = 1, SWAP_BODY_SECOND = 2, SWAP_BODY_EITHER };

/* Writes the searches of a file of queries. Returns 0, or -1 and why; swap_load_free is right in
   any case, for one that was all zero before. */
int swap_load_create(struct swap_load *load, const char *queries_path, struct error *error);
void swap_load_free(struct swap_load *load);

/* Asks a server of index number 0 or 1 for every item. Returns 0, or -1 and why, also where one is
   not answered by 200. */
int swap_load_learn(struct swap_load *load, const char *index_path, unsigned index,
                    struct error *error);

/* How many items the two indexes answer differently. */
uint32_t swap_load_n_different(const struct swap_load *load);

enum swap_body swap_load_body(const struct swap_load *load, const struct load_answer *answer);

#endif
