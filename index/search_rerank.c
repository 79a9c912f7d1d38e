/* LambdaMART (Burges 2010): gradient-boosted trees, trained on judged queries to swap pairs of results
   where that helps most. Trees are complete and of depth three, so that walking one takes three
   comparisons and no branch: the next node is computed from the outcome. 64 candidates and 60 trees take
   about 15 µs. */
#include "index/search_rerank.h"

#include "index/ranking_trees.h"

#include <stdlib.h>
#include <string.h>

const char *const rerank_feature_names[N_RERANK_FEATURES] = {
    "any",         "main",       "keywords",     "name",         "description",
    "readme",      "dependents", "downloads",    "versions",     "description_length",
    "name_length", "total_mass", "length_ratio", "outside_name", "place"};

static int compare_ranks(const void *left_candidate, const void *right_candidate)
{
    const struct rerank_candidate *left = *(const struct rerank_candidate *const *)left_candidate;
    const struct rerank_candidate *right = *(const struct rerank_candidate *const *)right_candidate;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static void fill(struct search_plan *plan, const struct index *index,
                 struct rerank_candidate *candidate, uint32_t place)
{
    const struct crate_columns *columns = &index->columns;
    struct search_coverage coverage;
    uint32_t at = candidate->rank - 1;
    uint32_t name_length = columns->name_offsets[at + 1] - columns->name_offsets[at];
    search_plan_cover(plan, candidate->rank, &coverage);
    float *features = candidate->features;
    features[FEATURE_ANY] = coverage.any;
    features[FEATURE_MAIN] = coverage.main;
    features[FEATURE_KEYWORDS] = coverage.keywords;
    features[FEATURE_NAME] = coverage.name;
    features[FEATURE_DESCRIPTION] = coverage.description;
    features[FEATURE_README] = coverage.readme;
    features[FEATURE_DEPENDENTS] = columns->dependents[at];
    features[FEATURE_DOWNLOADS] = columns->downloads_share[at];
    features[FEATURE_VERSIONS] = columns->versions[at];
    features[FEATURE_DESCRIPTION_LENGTH] = columns->description[at];
    features[FEATURE_NAME_LENGTH] = (float)name_length;
    features[FEATURE_TOTAL_MASS] = plan->total_mass;
    features[FEATURE_LENGTH_RATIO] =
        coverage.name > 0 ? (float)plan->text_length / (float)name_length : 0;
    features[FEATURE_OUTSIDE_NAME] = coverage.any - coverage.name;
    features[FEATURE_PLACE] = (float)place;
}

void rerank_features(struct search_plan *plan, const struct index *index,
                     struct rerank_candidate *candidates, uint32_t n)
{
    struct rerank_candidate *by_rank[RERANK_DEPTH];
    for (uint32_t i = 0; i < n; i++)
        by_rank[i] = &candidates[i];
    /* The posting lists are walked forward only. */
    qsort(by_rank, n, sizeof(struct rerank_candidate *), compare_ranks);
    for (uint32_t i = 0; i < n; i++)
        fill(plan, index, by_rank[i], (uint32_t)(by_rank[i] - candidates));
    search_plan_rewind(plan);
}

static float score(const struct rerank_candidate *candidate)
{
    float sum = ranking_first_stage_weight * candidate->first_stage;
    for (unsigned i = 0; i < n_ranking_trees; i++) {
        const struct ranking_tree *tree = &ranking_trees[i];
        unsigned node = 0;
        for (int depth = 0; depth < RANKING_TREE_DEPTH; depth++) {
            float value = candidate->features[tree->features[node]];
            node = 2 * node + 1 + !(value < tree->thresholds[node]);
        }
        sum += tree->leaves[node - RANKING_TREE_NODES];
    }
    return sum;
}

static int compare_scores(const void *left_candidate, const void *right_candidate)
{
    const struct rerank_candidate *left = left_candidate;
    const struct rerank_candidate *right = right_candidate;
    if (left->second_stage != right->second_stage)
        return left->second_stage > right->second_stage ? -1 : 1;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

void rerank_sort(struct rerank_candidate *candidates, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        candidates[i].second_stage = score(&candidates[i]);
    qsort(candidates, n, sizeof *candidates, compare_scores);
}
