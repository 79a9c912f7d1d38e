/* The learned ensemble (ranking_trees.c is written by tests/relevance/train.py). */
#ifndef CRATEDEX_INDEX_RANKING_TREES_H
#define CRATEDEX_INDEX_RANKING_TREES_H

#include <stdint.h>

#define RANKING_TREE_DEPTH 3
#define RANKING_TREE_NODES ((1 << RANKING_TREE_DEPTH) - 1)
#define RANKING_TREE_LEAVES (1 << RANKING_TREE_DEPTH)

/* A complete binary tree: the children of node i are 2i + 1 (feature < threshold) and 2i + 2. */
struct ranking_tree {
    float thresholds[RANKING_TREE_NODES];
    float leaves[RANKING_TREE_LEAVES];
    uint8_t features[RANKING_TREE_NODES]; /* enum rerank_feature */
};

extern const struct ranking_tree ranking_trees[];
extern const unsigned n_ranking_trees;

/* What the first stage's score counts beside the trees. */
extern const float ranking_first_stage_weight;

#endif
