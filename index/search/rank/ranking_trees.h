/* The learned ensemble (ranking_trees.c is written by tests/relevance/train.py). */
#ifndef CRATEDEX_INDEX_RANKING_TREES_H
#define CRATEDEX_INDEX_RANKING_TREES_H

#include <stdint.h>

#define RANKING_TREE_DEPTH 3
#define RANKING_TREE_LEAVES (1 << RANKING_TREE_DEPTH)

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
