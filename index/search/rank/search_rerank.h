/* The second stage: a tree ensemble puts the best of the first stage in order. */
#ifndef CRATEDEX_INDEX_SEARCH_RERANK_H
#define CRATEDEX_INDEX_SEARCH_RERANK_H

#include "index/search/plan/search_plan.h"

/* So many of the first stage are put in order again. */
#define RERANK_DEPTH 64

/* What the trees know of a candidate, by place in the feature vector. */
enum rerank_feature {
    FEATURE_ANY,
    FEATURE_MAIN,
    FEATURE_KEYWORDS,
    FEATURE_NAME,
    FEATURE_DESCRIPTION,
    FEATURE_README,
    FEATURE_DEPENDENTS,
    FEATURE_DOWNLOADS,
    FEATURE_VERSIONS,
    FEATURE_DESCRIPTION_LENGTH,
    FEATURE_NAME_LENGTH,
    FEATURE_TOTAL_MASS,
    FEATURE_LENGTH_RATIO, /* text to name, where a word occurs in the name */
    FEATURE_OUTSIDE_NAME, /* share that occurs, but not in the name */
    FEATURE_PLACE,        /* in the order of the first stage, from 0 */
    FEATURE_FAMILY,       /* crates whose name begins with this one's and a separator */
    FEATURE_BEST_WORD,    /* what the heaviest word that occurs weighs */
    FEATURE_BEST_MAIN,    /* the same of those outside the README */
    FEATURE_README_ONLY,  /* share that occurs in the README alone */
    FEATURE_FIRST_WORD,   /* 1: the first word occurs outside the README */
    N_RERANK_FEATURES
};

/* "any", "main", …: the columns of `cratedex-bench features`. */
extern const char *const rerank_feature_names[N_RERANK_FEATURES];

struct rerank_candidate {
    uint32_t rank;
    float first_stage;
    float second_stage;
    float features[N_RERANK_FEATURES];
};

/* Lets the processor fetch what features are made of, which lies in several columns: of a crate
   that will be a candidate. */
void rerank_fetch(const struct index *index, uint32_t rank);

/* Fills the features of `n` (at most RERANK_DEPTH) candidates that are in the order of the first
   stage. Puts the plan's cursors back. */
void rerank_features(struct search_plan *plan, const struct index *index,
                     struct rerank_candidate *candidates, uint32_t n);

/* Scores `n` (at most RERANK_DEPTH) candidates and sorts them: best first, on a tie by rank. */
void rerank_sort(struct rerank_candidate *candidates, uint32_t n);

#endif
