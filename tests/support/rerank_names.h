/* What the features of the second stage are called. */
#ifndef CRATEDEX_TESTS_SUPPORT_RERANK_NAMES_H
#define CRATEDEX_TESTS_SUPPORT_RERANK_NAMES_H

#include "index/search/rank/ranking_trees.h"

/* "any", "main", …: the columns of `cratedex-bench features`, which tests/relevance/train.py
   reads. */
extern const char *const rerank_feature_names[N_RERANK_FEATURES];

#endif
