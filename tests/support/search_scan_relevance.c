/* The order of relevance: the exact matches by rank, the others that the text names, the best of
   the first stage and those that are named by words by the trees, the others by the first stage.
   Where rounding leaves an order open, a crate gets a range of places instead of a place, a feature
   a range of values, and the trees are walked down every branch that the range allows: what comes
   out is a range of scores, in which the library's must lie. */
#include "tests/support/search_scan_steps.h"

#include "index/search/rank/ranking_trees.h"
#include "index/search/rank/search_rerank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(N_RERANK_FEATURES == 21, "every feature has its place in set_features below");

struct range {
    double low;
    double high;
};

static int compare_first(const void *left_hit, const void *right_hit)
{
    const struct scan_hit *left = left_hit;
    const struct scan_hit *right = right_hit;
    if (left->exact != right->exact)
        return left->exact ? -1 : 1;
    if (left->front_place != right->front_place)
        return left->front_place - 1 < right->front_place - 1 ? -1 : 1;
    if (left->is_apart != right->is_apart)
        return left->is_apart ? 1 : -1;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* Crates of equal scores stand in order of rank; crates of scores that are nearly equal, anywhere
   among their like. */
static void set_places(struct scan_hit *hits, size_t n)
{
    size_t first = 0;
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        while (hits[first].score > hits[i].score + SCAN_ROUNDING)
            first++;
        while (last + 1 < n && hits[last + 1].score > hits[i].score - SCAN_ROUNDING)
            last++;
        hits[i].first_place = hits[first].score == hits[i].score ? i : first;
        hits[i].last_place = hits[last].score == hits[i].score ? i : last;
    }
}

static double log_share(int64_t value, int64_t max)
{
    return max > 0 && value > 0 ? log((double)value + 1) / log((double)max + 1) : 0;
}

static struct range exactly(double value)
{
    double slack = SCAN_ROUNDING * fmax(1, fabs(value));
    return (struct range){value - slack, value + slack};
}

/* Whether the name begins with the text, which has several words. */
static bool name_begins_with(const struct crate *crate, const char *canonical)
{
    size_t i = 0;
    while (canonical[i] != '\0' &&
           crate->canonical[i] == (canonical[i] == ' ' ? '_' : canonical[i]))
        i++;
    return canonical[i] == '\0' && strpbrk(canonical, " _") != NULL;
}

static void set_features(const struct search_scan *scan, const struct scan_hit *hit,
                         struct range features[N_RERANK_FEATURES])
{
    const struct crate *crate = &scan->crates[hit->rank];
    const struct scan_coverage *coverage = &scan->coverage[hit->rank];
    double total = scan->total_mass > 0 ? scan->total_mass : 1;
    double name_length = (double)strlen(crate->name);
    double name = coverage->fields[SCAN_NAME] / total;
    features[FEATURE_ANY] = exactly(coverage->any / total);
    features[FEATURE_MAIN] = exactly(coverage->main / total);
    features[FEATURE_KEYWORDS] = exactly(coverage->fields[SCAN_KEYWORDS] / total);
    features[FEATURE_NAME] = exactly(name);
    features[FEATURE_DESCRIPTION] = exactly(coverage->fields[SCAN_DESCRIPTION] / total);
    features[FEATURE_README] = exactly(coverage->fields[SCAN_README] / total);
    features[FEATURE_DEPENDENTS] = exactly(log_share(crate->dependents, scan->max_dependents));
    features[FEATURE_DOWNLOADS] = exactly(log_share(crate->downloads, scan->max_downloads));
    features[FEATURE_VERSIONS] = exactly(log((double)crate->n_versions + 1));
    features[FEATURE_DESCRIPTION_LENGTH] = exactly(log((double)crate->description_length + 1));
    features[FEATURE_NAME_LENGTH] = exactly(name_length);
    features[FEATURE_TOTAL_MASS] = exactly(scan->total_mass);
    features[FEATURE_LENGTH_RATIO] =
        exactly(name > 0 ? (double)scan->text_length / name_length : 0);
    features[FEATURE_OUTSIDE_NAME] = exactly(coverage->any / total - name);
    features[FEATURE_PLACE] =
        (struct range){(double)hit->first_candidate, (double)hit->last_candidate};
    features[FEATURE_FAMILY] = exactly(log((double)crate->family + 1));
    features[FEATURE_BEST_WORD] = exactly(coverage->best / total * scan->total_mass);
    features[FEATURE_BEST_MAIN] = exactly(coverage->best_main / total * scan->total_mass);
    features[FEATURE_README_ONLY] = exactly((coverage->any - coverage->main) / total);
    features[FEATURE_FIRST_WORD] = exactly(coverage->has_first);
    features[FEATURE_BEGINNING] = exactly(name_begins_with(crate, scan->canonical));
}

/* The leaves that a level's node may lead to: the lowest and the highest. */
static struct range walk(const struct ranking_tree *tree, unsigned level, unsigned node,
                         const struct range features[N_RERANK_FEATURES])
{
    struct range found = {INFINITY, -INFINITY};
    if (level == RANKING_TREE_DEPTH) {
        double leaf = (double)tree->leaves[node];
        return (struct range){leaf, leaf};
    }
    const struct range *feature = &features[tree->features[level]];
    double threshold = (double)tree->thresholds[level];
    if (feature->low < threshold)
        found = walk(tree, level + 1, 2 * node, features);
    if (feature->high >= threshold) {
        struct range right = walk(tree, level + 1, 2 * node + 1, features);
        found.low = fmin(found.low, right.low);
        found.high = fmax(found.high, right.high);
    }
    return found;
}

static void set_second_score(const struct search_scan *scan, struct scan_hit *hit)
{
    struct range features[N_RERANK_FEATURES];
    set_features(scan, hit, features);
    hit->lowest = hit->highest = (double)ranking_first_stage_weight * hit->score;
    for (unsigned i = 0; i < n_ranking_trees; i++) {
        struct range leaf = walk(&ranking_trees[i], 0, 0, features);
        hit->lowest += leaf.low;
        hit->highest += leaf.high;
    }
}

/* Those that are named by words have seats of their own in the second stage. */
static size_t mark_apart(struct search_scan *scan)
{
    size_t n = 0;
    for (size_t i = 0; i < scan->n_hits; i++) {
        scan->hits[i].is_apart = scan->hits[i].is_by_words;
        n += scan->hits[i].is_apart;
    }
    return n;
}

/* Where those that are named by words may stand among the candidates, and those among them; the
   `n_staged` others are in order, of which the first `depth` are candidates. */
static void merge_places(struct scan_hit *hits, size_t n_staged, size_t n_apart, size_t depth)
{
    struct scan_hit *apart = hits + n_staged;
    size_t n = n_staged < depth ? n_staged : depth;
    for (size_t i = 0; i < n_apart; i++) {
        apart[i].first_place = apart[i].last_place = 0;
        for (size_t j = 0; j < n_apart; j++) {
            apart[i].first_place += apart[j].score > apart[i].score + SCAN_ROUNDING;
            apart[i].last_place += j != i && apart[j].score > apart[i].score - SCAN_ROUNDING;
        }
        for (size_t j = 0; j < n; j++) {
            apart[i].first_place += hits[j].score > apart[i].score + SCAN_ROUNDING;
            apart[i].last_place += hits[j].score > apart[i].score - SCAN_ROUNDING;
        }
    }
    for (size_t j = 0; j < n_staged; j++) {
        hits[j].first_candidate = hits[j].first_place;
        hits[j].last_candidate = hits[j].last_place;
        for (size_t i = 0; i < n_apart; i++) {
            hits[j].first_candidate += apart[i].score > hits[j].score + SCAN_ROUNDING;
            hits[j].last_candidate += apart[i].score > hits[j].score - SCAN_ROUNDING;
        }
    }
    for (size_t i = 0; i < n_apart; i++) {
        apart[i].first_candidate = apart[i].first_place;
        apart[i].last_candidate = apart[i].last_place;
    }
}

void scan_relevance(struct search_scan *scan)
{
    size_t n_apart = scan->ranking.second_stage ? mark_apart(scan) : 0;
    qsort(scan->hits, scan->n_hits, sizeof *scan->hits, compare_first);
    while (scan->n_front < scan->n_hits &&
           (scan->hits[scan->n_front].exact || scan->hits[scan->n_front].front_place > 0))
        scan->n_front++;
    struct scan_hit *staged = scan->hits + scan->n_front;
    size_t n = scan->n_hits - scan->n_front;
    set_places(staged, n - n_apart);
    merge_places(staged, n - n_apart, n_apart, SCAN_SECOND_STAGE - n_apart);
    scan->depth = SCAN_SECOND_STAGE - n_apart;
    if (scan->ranking.second_stage)
        scan->n_second = n < SCAN_SECOND_STAGE ? n : SCAN_SECOND_STAGE;
    for (size_t i = 0; i < n && scan->n_second > 0; i++) {
        if (staged[i].is_apart || staged[i].first_place < scan->depth)
            set_second_score(scan, &staged[i]);
    }
    memset(scan->hit_of_rank, 0, (scan->n_crates + (size_t)1) * sizeof *scan->hit_of_rank);
    for (size_t i = 0; i < scan->n_hits; i++)
        scan->hit_of_rank[scan->hits[i].rank] = (uint32_t)(i + 1);
}
