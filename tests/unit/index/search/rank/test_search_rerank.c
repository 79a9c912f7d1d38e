/* The trees of the second stage are complete, and eight candidates at a time get what a walk down
   each tree gives one. */
#include "index/search/rank/search_rerank.h"

#include "index/search/rank/ranking_trees.h"
#include "tests/support/random.h"
#include "tests/support/rerank_names.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void trees_are_complete(void **state)
{
    (void)state;
    unsigned n_uses[N_RERANK_FEATURES] = {0};
    assert_true(n_ranking_trees > 0);
    assert_true(isfinite(ranking_first_stage_weight) && ranking_first_stage_weight >= 0);
    for (unsigned i = 0; i < n_ranking_trees; i++) {
        const struct ranking_tree *tree = &ranking_trees[i];
        for (unsigned level = 0; level < RANKING_TREE_DEPTH; level++) {
            assert_true(tree->features[level] < N_RERANK_FEATURES);
            assert_true(tree->thresholds[level] <= INFINITY); /* no NaN */
            n_uses[tree->features[level]]++;
        }
        for (unsigned leaf = 0; leaf < RANKING_TREE_LEAVES; leaf++)
            assert_true(isfinite(tree->leaves[leaf]));
    }
    /* Each tree says something. */
    for (unsigned i = 0; i < n_ranking_trees; i++) {
        bool differs = false;
        for (unsigned leaf = 1; leaf < RANKING_TREE_LEAVES; leaf++)
            differs |= ranking_trees[i].leaves[leaf] != ranking_trees[i].leaves[0];
        assert_true(differs);
    }
    assert_true(n_uses[FEATURE_PLACE] > 0);
}

static void features_have_names(void **state)
{
    (void)state;
    for (int left = 0; left < N_RERANK_FEATURES; left++) {
        assert_non_null(rerank_feature_names[left]);
        assert_true(strlen(rerank_feature_names[left]) > 0);
        for (int right = 0; right < left; right++)
            assert_string_not_equal(rerank_feature_names[left], rerank_feature_names[right]);
    }
}

static float leaf_of(const struct ranking_tree *tree, const float *features)
{
    unsigned leaf = 0;
    for (unsigned level = 0; level < RANKING_TREE_DEPTH; level++) {
        bool is_left = features[tree->features[level]] < tree->thresholds[level];
        leaf = 2 * leaf + (is_left ? 0 : 1);
    }
    return tree->leaves[leaf];
}

static double reference(const struct rerank_candidate *candidate,
                        const struct rerank_features *features)
{
    double sum = (double)(ranking_first_stage_weight * candidate->first_stage);
    float values[N_RERANK_FEATURES];
    for (int f = 0; f < N_RERANK_FEATURES; f++)
        values[f] = features->values[f][candidate->column];
    for (unsigned i = 0; i < n_ranking_trees; i++)
        sum += (double)leaf_of(&ranking_trees[i], values);
    return sum;
}

/* Half of the values are thresholds of the trees or their neighbours, where a comparison could go
   the wrong way. */
static float random_feature(uint64_t *seed, int feature)
{
    const struct ranking_tree *tree = &ranking_trees[random_below(seed, n_ranking_trees)];
    unsigned level = random_below(seed, RANKING_TREE_DEPTH);
    float value = tree->thresholds[level];
    if (tree->features[level] == feature && isfinite(value) && random_below(seed, 4) > 0)
        return random_below(seed, 2) == 0 ? value : nextafterf(value, -1e9F);
    return (float)random_below(seed, 6400) / (float)(1 + random_below(seed, 200));
}

static void candidates_get_what_the_trees_say(void **state)
{
    (void)state;
    uint64_t seed = 131;
    for (int round = 0; round < 400; round++) {
        struct rerank_candidate candidates[RERANK_DEPTH] = {0};
        static struct rerank_features features;
        uint32_t n = 1 + (uint32_t)round % RERANK_DEPTH;
        bool seen[RERANK_DEPTH + 1] = {false};
        for (uint32_t i = 0; i < n; i++) {
            candidates[i].rank = n - i;
            candidates[i].column = i;
            candidates[i].first_stage = (float)random_below(&seed, 3000) / 1000;
            for (int f = 0; f < N_RERANK_FEATURES; f++)
                features.values[f][i] = random_feature(&seed, f);
            if (i > 0 && random_below(&seed, 5) == 0) { /* a tie but for the rank */
                candidates[i].first_stage = candidates[i - 1].first_stage;
                for (int f = 0; f < N_RERANK_FEATURES; f++)
                    features.values[f][i] = features.values[f][i - 1];
            }
        }
        rerank_sort(candidates, n, &features);
        for (uint32_t i = 0; i < n; i++) {
            const struct rerank_candidate *candidate = &candidates[i];
            assert_in_range(candidate->rank, 1, n);
            assert_false(seen[candidate->rank]);
            seen[candidate->rank] = true;
            assert_true(fabs((double)candidate->second_stage - reference(candidate, &features)) <
                        1e-4);
            if (i == 0)
                continue;
            const struct rerank_candidate *before = candidate - 1;
            assert_true(before->second_stage > candidate->second_stage ||
                        (before->second_stage == candidate->second_stage &&
                         before->rank < candidate->rank));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_are_complete),
        cmocka_unit_test(features_have_names),
        cmocka_unit_test(candidates_get_what_the_trees_say),
    };
    return cmocka_run_group_tests_name("search_rerank", tests, NULL, NULL);
}
