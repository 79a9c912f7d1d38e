/* The learned ensemble (ranking_trees.c is written by tests/relevance/train.py). */
#ifndef CRATEDEX_INDEX_RANKING_TREES_H
#define CRATEDEX_INDEX_RANKING_TREES_H

#include <stdint.h>

#define RANKING_TREE_DEPTH 3
#define RANKING_TREE_LEAVES (1 << RANKING_TREE_DEPTH)

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
    FEATURE_BEGINNING,    /* 1: the name begins with the text, of several words */
    N_RERANK_FEATURES
};

/* A symmetric tree: all nodes of a level ask the same, whether a feature is below a threshold. The
   answers are the bits of the leaf's number, 0 for yes; the first level's is the highest. */
struct ranking_tree {
    float thresholds[RANKING_TREE_DEPTH];
    float leaves[RANKING_TREE_LEAVES];
    uint8_t features[RANKING_TREE_DEPTH]; /* enum rerank_feature */
};

extern const struct ranking_tree ranking_trees[];
extern const unsigned n_ranking_trees;

/* What the first stage's score counts beside the trees. */
extern const float ranking_first_stage_weight;

#endif
