/* LambdaMART (Burges 2010): gradient-boosted trees, trained on judged queries to swap pairs of results
   where that helps most. Trees are complete and of depth three, so that there is nothing to branch on:
   all comparisons of a tree are made for four candidates at once. */
#include "index/search_rerank.h"

#include "index/ranking_trees.h"

#include <stdlib.h>
#include <string.h>

const char *const rerank_feature_names[N_RERANK_FEATURES] = {
    "any",         "main",       "keywords",     "name",         "description",
    "readme",      "dependents", "downloads",    "versions",     "description_length",
    "name_length", "total_mass", "length_ratio", "outside_name", "place"};

/* A candidate's place and what it is sorted by: small, where a candidate is large. */
struct sort_key {
    float score;
    uint32_t rank;
    uint32_t place;
};

static int compare_ranks(const void *left_key, const void *right_key)
{
    const struct sort_key *left = left_key;
    const struct sort_key *right = right_key;
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
    struct sort_key keys[RERANK_DEPTH] = {0};
    for (uint32_t i = 0; i < n; i++)
        keys[i] = (struct sort_key){0, candidates[i].rank, i};
    /* The posting lists are walked forward only. */
    qsort(keys, n, sizeof *keys, compare_ranks);
    for (uint32_t i = 0; i < n; i++)
        fill(plan, index, &candidates[keys[i].place], keys[i].place);
    search_plan_rewind(plan);
}

/* Four candidates side by side, in the form that gcc and clang turn into vector instructions. */
#define N_LANES 4
typedef float lanes __attribute__((vector_size(N_LANES * sizeof(float))));
typedef int32_t lane_masks __attribute__((vector_size(N_LANES * sizeof(int32_t))));

static lanes choose(lane_masks is_first, lanes first, lanes second)
{
    return (lanes)(((lane_masks)first & is_first) | ((lane_masks)second & ~is_first));
}

static lane_masks goes_left(const struct ranking_tree *tree, unsigned node, const lanes *features)
{
    return features[tree->features[node]] < tree->thresholds[node];
}

static lanes leaf(const struct ranking_tree *tree, unsigned place)
{
    return tree->leaves[place] - (lanes){0};
}

/* What a tree gives to four candidates: all seven comparisons are made, the outcomes choose among the
   leaves. No step depends on the one before, so nothing waits. */
static lanes walk(const struct ranking_tree *tree, const lanes *features)
{
    lanes pairs[RANKING_TREE_LEAVES / 2];
    for (unsigned i = 0; i < RANKING_TREE_LEAVES / 2; i++)
        pairs[i] =
            choose(goes_left(tree, 3 + i, features), leaf(tree, 2 * i), leaf(tree, 2 * i + 1));
    lanes left = choose(goes_left(tree, 1, features), pairs[0], pairs[1]);
    lanes right = choose(goes_left(tree, 2, features), pairs[2], pairs[3]);
    return choose(goes_left(tree, 0, features), left, right);
}

/* Scores up to four candidates. */
static void score(struct rerank_candidate *candidates, uint32_t n)
{
    lanes features[N_RERANK_FEATURES] = {0};
    lanes sum = {0};
    for (uint32_t lane = 0; lane < n; lane++) {
        for (int f = 0; f < N_RERANK_FEATURES; f++)
            features[f][lane] = candidates[lane].features[f];
        sum[lane] = ranking_first_stage_weight * candidates[lane].first_stage;
    }
    for (unsigned i = 0; i < n_ranking_trees; i++)
        sum += walk(&ranking_trees[i], features);
    for (uint32_t lane = 0; lane < n; lane++)
        candidates[lane].second_stage = sum[lane];
}

static int compare_scores(const void *left_key, const void *right_key)
{
    const struct sort_key *left = left_key;
    const struct sort_key *right = right_key;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return compare_ranks(left, right);
}

void rerank_sort(struct rerank_candidate *candidates, uint32_t n)
{
    struct sort_key keys[RERANK_DEPTH] = {0};
    struct rerank_candidate sorted[RERANK_DEPTH] = {0};
    for (uint32_t i = 0; i < n; i += N_LANES)
        score(&candidates[i], n - i < N_LANES ? n - i : N_LANES);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = (struct sort_key){candidates[i].second_stage, candidates[i].rank, i};
    qsort(keys, n, sizeof *keys, compare_scores);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = candidates[keys[i].place];
    memcpy(candidates, sorted, n * sizeof *candidates);
}
