/* LambdaMART (Burges 2010): gradient-boosted trees, trained on judged queries to swap pairs of
   results where that helps most. Trees are symmetric and of depth three, so that there is nothing
   to branch on: three comparisons, made for several candidates at once, are the number of a leaf,
   and all leaves of a tree fit into one vector, of which an instruction picks. */
#include "index/search/rank/search_rerank.h"

#include "index/base/processor.h"
#include "index/base/small_order.h"
#include "index/search/rank/ranking_trees.h"
#include "index/search/rank/search_score.h"

#include <string.h>

static bool begins_with_text(const struct search_plan *plan, const struct crate_columns *columns,
                             uint32_t at)
{
    uint32_t start = columns->name_offsets[at];
    uint32_t length = plan->beginning_length;
    return length > 0 && columns->name_offsets[at + 1] - start >= length &&
           memcmp(columns->canonical_names + start, plan->beginning, length) == 0;
}

static void find_features(struct search_plan *plan, const struct index *index,
                          struct rerank_candidate *candidate, uint32_t place,
                          float (*features)[RERANK_DEPTH])
{
    const struct crate_columns *columns = &index->columns;
    struct search_coverage coverage;
    uint32_t at = candidate->rank - 1;
    const struct crate_signals *signals = &columns->signals[at];
    uint32_t name_length = columns->name_offsets[at + 1] - columns->name_offsets[at];
    search_plan_cover(plan, candidate->rank, &coverage);
    candidate->main = coverage.main;
    candidate->words_tier = search_plan_words_tier(plan, &coverage);
    candidate->column = place;
    features[FEATURE_ANY][place] = coverage.any;
    features[FEATURE_MAIN][place] = coverage.main;
    features[FEATURE_KEYWORDS][place] = coverage.keywords;
    features[FEATURE_NAME][place] = coverage.name;
    features[FEATURE_DESCRIPTION][place] = coverage.description;
    features[FEATURE_README][place] = coverage.readme;
    features[FEATURE_DEPENDENTS][place] = signals->dependents;
    features[FEATURE_DOWNLOADS][place] = signals->downloads;
    features[FEATURE_VERSIONS][place] = signals->versions;
    features[FEATURE_DESCRIPTION_LENGTH][place] = signals->description;
    features[FEATURE_NAME_LENGTH][place] = (float)name_length;
    features[FEATURE_TOTAL_MASS][place] = plan->total_mass;
    features[FEATURE_LENGTH_RATIO][place] =
        coverage.name > 0 ? (float)plan->text_length / (float)name_length : 0;
    features[FEATURE_OUTSIDE_NAME][place] = coverage.any - coverage.name;
    features[FEATURE_PLACE][place] = (float)place;
    features[FEATURE_FAMILY][place] = signals->family;
    features[FEATURE_BEST_WORD][place] = coverage.best * plan->total_mass;
    features[FEATURE_BEST_MAIN][place] = coverage.best_main * plan->total_mass;
    features[FEATURE_README_ONLY][place] = coverage.readme_only;
    features[FEATURE_FIRST_WORD][place] = coverage.has_first ? 1 : 0;
    features[FEATURE_BEGINNING][place] = begins_with_text(plan, columns, at) ? 1 : 0;
}

void rerank_fetch(const struct index *index, uint32_t rank)
{
    const struct crate_columns *columns = &index->columns;
    __builtin_prefetch(&columns->signals[rank - 1].dependents);
    __builtin_prefetch(&columns->signals[rank - 1].family);
    __builtin_prefetch(&columns->name_offsets[rank - 1]);
}

void rerank_find_features(struct search_plan *plan, const struct index *index,
                          struct rerank_candidate *candidates, uint32_t n,
                          struct rerank_features *features)
{
    const struct crate_columns *columns = &index->columns;
    int64_t keys[SMALL_ORDER_MAX] = {0};
    uint8_t order[SMALL_ORDER_MAX];
    for (uint32_t i = 0; i < n; i++) {
        keys[i] = candidates[i].rank;
        if (plan->beginning_length > 0)
            __builtin_prefetch(&columns->canonical_names[columns->name_offsets[keys[i] - 1]]);
    }
    /* The posting lists are walked forward only. */
    small_order(keys, n, order);
    for (uint32_t i = 0; i < n; i++)
        find_features(plan, index, &candidates[order[i]], order[i], features->values);
    search_plan_rewind(plan);
}

/* Eight candidates side by side, in the form that gcc and clang turn into vector instructions. */
#define N_LANES 8
typedef float lanes __attribute__((vector_size(N_LANES * sizeof(float)), aligned(4), may_alias));
typedef int32_t lane_masks __attribute__((vector_size(N_LANES * sizeof(int32_t))));
_Static_assert(RANKING_TREE_LEAVES == N_LANES, "a tree's leaves fill a vector");

/* Leaves by their numbers. A macro, because a vector that not every processor has cannot be passed
   to a function. */
#ifdef __clang__
#define PICK(leaves, numbers)                                                                      \
    ((lanes){(leaves)[(numbers)[0]], (leaves)[(numbers)[1]], (leaves)[(numbers)[2]],               \
             (leaves)[(numbers)[3]], (leaves)[(numbers)[4]], (leaves)[(numbers)[5]],               \
             (leaves)[(numbers)[6]], (leaves)[(numbers)[7]]})
#else
#define PICK(leaves, numbers) __builtin_shuffle(leaves, numbers)
#endif

/* Adds what a tree gives to all candidates. A comparison's outcome is 0 or -1. */
static inline __attribute__((always_inline)) void add_tree(const struct ranking_tree *tree,
                                                           const struct rerank_features *features,
                                                           lanes *sums, uint32_t n_groups)
{
    const lanes *first = (const lanes *)features->values[tree->features[0]];
    const lanes *second = (const lanes *)features->values[tree->features[1]];
    const lanes *third = (const lanes *)features->values[tree->features[2]];
    lanes leaves = *(const lanes *)tree->leaves;
    for (uint32_t i = 0; i < n_groups; i++) {
        lane_masks numbers = ((first[i] >= tree->thresholds[0]) & 4) |
                             ((second[i] >= tree->thresholds[1]) & 2) |
                             ((third[i] >= tree->thresholds[2]) & 1);
        sums[i] += PICK(leaves, numbers);
    }
}

PROCESSOR_VARIANTS
static void add_trees(const struct rerank_features *features, lanes *sums, uint32_t n_groups)
{
    for (unsigned i = 0; i < n_ranking_trees; i++)
        add_tree(&ranking_trees[i], features, sums, n_groups);
}

static void score(struct rerank_candidate *candidates, uint32_t n,
                  const struct rerank_features *features)
{
    float sums[RERANK_DEPTH] = {0};
    for (uint32_t i = 0; i < n; i++)
        sums[candidates[i].column] = ranking_first_stage_weight * candidates[i].first_stage;
    add_trees(features, (lanes *)sums, (n + N_LANES - 1) / N_LANES);
    for (uint32_t i = 0; i < n; i++)
        candidates[i].second_stage = sums[candidates[i].column];
}

void rerank_sort(struct rerank_candidate *candidates, uint32_t n,
                 const struct rerank_features *features)
{
    int64_t keys[SMALL_ORDER_MAX] = {0};
    uint8_t order[SMALL_ORDER_MAX];
    struct rerank_candidate sorted[RERANK_DEPTH] = {0};
    score(candidates, n, features);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = small_order_key(candidates[i].second_stage, candidates[i].rank);
    small_order(keys, n, order);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = candidates[order[i]];
    memcpy(candidates, sorted, n * sizeof *candidates);
}
