/* What other policies would have made of a trace of requests, in bytes, simulated: each returns how
   many of the requests from `n_warm_up` on are hits. */
#ifndef CRATEDEX_TESTS_BENCH_CACHE_MODELS_H
#define CRATEDEX_TESTS_BENCH_CACHE_MODELS_H

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

struct cache_trace {
    const uint32_t *items; /* which item each request is for */
    size_t n_requests;
    size_t n_warm_up;
    const size_t *costs; /* of each item, in bytes */
    uint32_t n_items;
};

/* Least recently used. Returns 0 or -1 (memory). */
int cache_model_lru(const struct cache_trace *trace, size_t max_bytes, size_t *n_hits,
                    struct error *error);

/* Belady's offline rule: what is asked for again last goes first, the newcomer included (Belady: "A
   study of replacement algorithms for a virtual-storage computer", IBM Systems Journal, 1966). With
   items of different sizes the true optimum is NP-hard; this is what is commonly taken for it. */
int cache_model_belady(const struct cache_trace *trace, size_t max_bytes, size_t *n_hits,
                       struct error *error);

#endif
