/* The second stage: a tree ensemble puts the best of the first stage in order. */
#ifndef CRATEDEX_INDEX_SEARCH_RERANK_H
#define CRATEDEX_INDEX_SEARCH_RERANK_H

#include "index/search/plan/search_plan.h"
#include "index/search/rank/ranking_trees.h"

/* So many of the first stage are put in order again. */
#define RERANK_DEPTH 64

struct rerank_candidate {
    uint32_t rank;
    float first_stage;
    float second_stage;
    float main; /* FEATURE_MAIN */
    enum search_tier words_tier;
    uint32_t column; /* of the features: its place in the order of the first stage */
};

/* A row a feature, a column a candidate. */
struct rerank_features {
    float values[N_RERANK_FEATURES][RERANK_DEPTH];
};

/* Lets the processor fetch what features are made of, of a crate that will be a candidate. */
void rerank_fetch(const struct index *index, uint32_t rank);

/* Finds the features of `n` (at most RERANK_DEPTH) candidates that are in the order of the first
   stage, and sets their `main`, `words_tier` and `column`. Puts the plan's cursors back. */
void rerank_find_features(struct search_plan *plan, const struct index *index,
                          struct rerank_candidate *candidates, uint32_t n,
                          struct rerank_features *features);

/* Scores `n` (at most RERANK_DEPTH) candidates and sorts them: best first, on a tie by rank. */
void rerank_sort(struct rerank_candidate *candidates, uint32_t n,
                 const struct rerank_features *features);

#endif
