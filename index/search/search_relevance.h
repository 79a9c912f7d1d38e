/* The order of relevance. */
#ifndef CRATEDEX_INDEX_SEARCH_RELEVANCE_H
#define CRATEDEX_INDEX_SEARCH_RELEVANCE_H

#include "index/search/rank/search_rerank.h"
#include "index/search/seek_key.h"

/* A match and its score of the first stage. */
struct search_scored {
    float score;
    uint32_t rank;
};

/* Fills the result for the reader's plan. `after` is NULL without a seek key. Returns 0 or -1 (memory). */
int search_by_relevance(struct index_reader *reader, const struct search_query *query,
                        const uint64_t *filter, const struct seek_key *after,
                        struct search_result *result, struct error *error);

#endif
