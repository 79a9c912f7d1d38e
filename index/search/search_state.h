/* What a reader keeps of its searches: scratch memory, and the plan of the last one. One a reader,
   in a slot of its own, created at the first search; no thread shares it. */
#ifndef CRATEDEX_INDEX_SEARCH_STATE_H
#define CRATEDEX_INDEX_SEARCH_STATE_H

#include "index/search/plan/query_reading.h"
#include "index/search/plan/search_plan.h"
#include "index/search/rank/search_rerank.h"
#include "index/search/scan/search_scan.h"
#include "index/search/scored.h"

#include <cratedex/ranking.h>
#include <cratedex/search_facets.h>
#include <stdbool.h>
#include <stdint.h>

struct highlighter; /* search_highlight.h */

struct search {
    struct index_reader *reader;
    const struct index *index;
    struct ranking default_ranking;
    struct ranking ranking;       /* of the plan */
    struct query_reading reading; /* of the last text */
    struct search_plan plan;
    bool has_text;     /* the plan is that of the last search */
    bool by_relevance; /* … and its order */
    struct search_scan_scratch scan;
    uint64_t *filter; /* a bit a rank, as the two below */
    uint64_t *filter_union;
    uint64_t *selected;
    uint64_t *places;  /* a bit a place of an order */
    uint64_t *matched; /* by the text alone; of the last search that asked for it */
    struct rerank_candidate candidates[RERANK_DEPTH];
    struct rerank_features features; /* of the candidates */
    struct search_facets facets;     /* that the last search asked for */
    /* Scratch, by attribute and number of the value, in one block; NULL before the first facet. */
    uint32_t *facet_counts[N_CRATE_ATTRIBUTES];
    struct search_scored *scored;
    uint32_t scored_capacity;
    struct highlighter *highlighter; /* NULL until highlights are asked for */
    bool is_highlighted;             /* it knows the last search */
};

#endif
