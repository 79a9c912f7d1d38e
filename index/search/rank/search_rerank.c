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
    features[FEATURE_FAMILY] = columns->family[at];
    features[FEATURE_BEST_WORD] = coverage.best * plan->total_mass;
    features[FEATURE_BEST_MAIN] = coverage.best_main * plan->total_mass;
    features[FEATURE_README_ONLY] = coverage.readme_only;
    features[FEATURE_FIRST_WORD] = coverage.has_first ? 1 : 0;
    features[FEATURE_BEGINNING] = begins_with_text(plan, columns, at) ? 1 : 0;
}

void rerank_fetch(const struct index *index, uint32_t rank)
{
    const struct crate_columns *columns = &index->columns;
    __builtin_prefetch(&columns->dependents[rank - 1]);
    __builtin_prefetch(&columns->downloads_share[rank - 1]);
    __builtin_prefetch(&columns->versions[rank - 1]);
    __builtin_prefetch(&columns->description[rank - 1]);
    __builtin_prefetch(&columns->family[rank - 1]);
    __builtin_prefetch(&columns->name_offsets[rank - 1]);
}

void rerank_features(struct search_plan *plan, const struct index *index,
                     struct rerank_candidate *candidates, uint32_t n)
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
        fill(plan, index, &candidates[order[i]], order[i]);
    search_plan_rewind(plan);
}

/* Eight candidates side by side, in the form that gcc and clang turn into vector instructions. */
#define N_LANES 8
typedef float lanes __attribute__((vector_size(N_LANES * sizeof(float))));
typedef int32_t lane_masks __attribute__((vector_size(N_LANES * sizeof(int32_t))));
_Static_assert(RANKING_TREE_LEAVES == N_LANES, "a tree's leaves fill a vector");

/* Candidates by feature, and what the trees give to each. */
struct lane_groups {
    lanes features[N_RERANK_FEATURES][RERANK_DEPTH / N_LANES];
    lanes sums[RERANK_DEPTH / N_LANES];
};

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
static inline __attribute__((always_inline)) void
add_tree(const struct ranking_tree *tree, struct lane_groups *candidates, uint32_t n_groups)
{
    const lanes *first = candidates->features[tree->features[0]];
    const lanes *second = candidates->features[tree->features[1]];
    const lanes *third = candidates->features[tree->features[2]];
    lanes leaves;
    memcpy(&leaves, tree->leaves, sizeof leaves);
    for (uint32_t i = 0; i < n_groups; i++) {
        lane_masks numbers = ((first[i] >= tree->thresholds[0]) & 4) |
                             ((second[i] >= tree->thresholds[1]) & 2) |
                             ((third[i] >= tree->thresholds[2]) & 1);
        candidates->sums[i] += PICK(leaves, numbers);
    }
}

PROCESSOR_VARIANTS
static void add_trees(struct lane_groups *candidates, uint32_t n_groups)
{
    for (unsigned i = 0; i < n_ranking_trees; i++)
        add_tree(&ranking_trees[i], candidates, n_groups);
}

static void score(struct rerank_candidate *candidates, uint32_t n)
{
    struct lane_groups groups = {0};
    for (uint32_t i = 0; i < n; i++) {
        for (int f = 0; f < N_RERANK_FEATURES; f++)
            groups.features[f][i / N_LANES][i % N_LANES] = candidates[i].features[f];
        groups.sums[i / N_LANES][i % N_LANES] =
            ranking_first_stage_weight * candidates[i].first_stage;
    }
    add_trees(&groups, (n + N_LANES - 1) / N_LANES);
    for (uint32_t i = 0; i < n; i++)
        candidates[i].second_stage = groups.sums[i / N_LANES][i % N_LANES];
}

void rerank_sort(struct rerank_candidate *candidates, uint32_t n)
{
    int64_t keys[SMALL_ORDER_MAX] = {0};
    uint8_t order[SMALL_ORDER_MAX];
    struct rerank_candidate sorted[RERANK_DEPTH] = {0};
    score(candidates, n);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = small_order_key(candidates[i].second_stage, candidates[i].rank);
    small_order(keys, n, order);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = candidates[order[i]];
    memcpy(candidates, sorted, n * sizeof *candidates);
}
