/* The order of relevance, in four parts one behind the other: the crates whose name is the text, by
   rank; the few whose name the text nearly is, nearest first; the best RERANK_DEPTH of the first stage, as the second stage orders them; all others by the
   first stage's score (on a tie by rank). Every match has exactly one place in it, whatever the page:
   what is asked for is the beginning of that order, up to offset + limit, or with a seek key the `limit`
   places behind it.

   The best of the first stage are kept in a heap with the worst on top (Knuth 5.2.3); a match that is
   not better than the top costs one comparison. */
#include "index/search/search_relevance.h"
#include "index/search/rank/search_score.h"

#include "index/base/bitmap.h"
#include "index/base/small_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* True where `left` comes before `right` in the first stage's order. */
static bool is_better(const struct search_scored *left, const struct search_scored *right)
{
    return left->score > right->score || (left->score == right->score && left->rank < right->rank);
}

struct best {
    struct search_collector collector;
    struct search_scored *heap;
    uint32_t n;
    uint32_t capacity;
    const struct search_scored *after; /* only what comes behind it; NULL: all */
};

static void sift_down(struct search_scored *heap, uint32_t n, uint32_t at)
{
    struct search_scored moved = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_better(&heap[child], &heap[child + 1]))
            child++;
        if (!is_better(&moved, &heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void keep_best(struct search_collector *collector, uint32_t rank, float score)
{
    struct best *best = (struct best *)collector;
    struct search_scored candidate = {score, rank};
    if (best->after != NULL && !is_better(best->after, &candidate))
        return;
    if (best->n < best->capacity) {
        best->heap[best->n++] = candidate;
        if (best->n < best->capacity)
            return;
        for (uint32_t i = best->n / 2; i-- > 0;)
            sift_down(best->heap, best->n, i);
    } else if (is_better(&candidate, &best->heap[0])) {
        best->heap[0] = candidate;
        sift_down(best->heap, best->n, 0);
    }
    if (best->n == best->capacity)
        best->collector.floor = best->heap[0].score;
}

static int compare_scored(const void *left_scored, const void *right_scored)
{
    const struct search_scored *left = left_scored;
    const struct search_scored *right = right_scored;
    return is_better(left, right) ? -1 : is_better(right, left);
}

static void sort_best(struct search_scored *best, uint32_t n)
{
    int64_t keys[SMALL_ORDER_MAX] = {0};
    uint8_t order[SMALL_ORDER_MAX];
    struct search_scored sorted[SMALL_ORDER_MAX];
    if (n > SMALL_ORDER_MAX) {
        qsort(best, n, sizeof *best, compare_scored);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        keys[i] = small_order_key(best[i].score, best[i].rank);
    small_order(keys, n, order);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = best[order[i]];
    memcpy(best, sorted, n * sizeof *best);
}

/* Scans for the best `n` and leaves them in order in `search->scored`. */
static int find_best(struct search *search, const uint64_t *filter, uint32_t n,
                     const struct search_scored *after, uint32_t *n_found, uint64_t *total,
                     struct error *error)
{
    if (n > search->scored_capacity) {
        struct search_scored *scored = realloc(search->scored, n * sizeof *scored);
        if (scored == NULL)
            return error_out_of_memory(error);
        search->scored = scored;
        search->scored_capacity = n;
    }
    struct best best = {{keep_best, -INFINITY}, search->scored, 0, n, after};
    *total = search_scan(&search->plan, search->index, &search->scan, filter, &best.collector);
    for (uint32_t i = 0; i < best.n && best.n <= SMALL_ORDER_MAX; i++)
        rerank_fetch(search->index, best.heap[i].rank);
    sort_best(best.heap, best.n);
    *n_found = best.n;
    return 0;
}

/* A page that is being filled from the order's beginning. */
struct page {
    struct search_result *result;
    const struct seek_key *after;
    uint32_t n_to_skip;
    uint32_t limit;
};

static void add(struct page *page, enum seek_stage stage, uint32_t rank, float score)
{
    const struct seek_key *after = page->after;
    if (after != NULL &&
        (stage < after->stage || (stage == after->stage &&
                                  ((double)score > after->score ||
                                   ((double)score == after->score && (int64_t)rank <= after->id)))))
        return;
    if (page->n_to_skip > 0) {
        page->n_to_skip--;
        return;
    }
    if (page->result->n_hits == page->limit)
        return;
    page->result->hits[page->result->n_hits++] =
        (struct search_hit){.rank = rank,
                            .exact = stage == SEEK_STAGE_EXACT,
                            .is_near = stage == SEEK_STAGE_NEAR,
                            .is_second_stage = stage == SEEK_STAGE_SECOND,
                            .score = (double)score};
}

static void add_front(struct page *page, const struct search_plan *plan, const uint64_t *filter)
{
    for (uint32_t i = 0; i < plan->n_exact; i++) {
        uint32_t rank = trie_value(plan->exact_values, i);
        if (filter == NULL || bitmap_test(filter, rank))
            add(page, SEEK_STAGE_EXACT, rank, 0);
    }
    for (uint32_t i = 0; i < plan->spelling.n_near_names; i++) {
        uint32_t rank = plan->spelling.near_names[i];
        if (filter == NULL || bitmap_test(filter, rank))
            add(page, SEEK_STAGE_NEAR, rank, -(float)i);
    }
}

static void add_second_stage(struct page *page, struct search *search, uint32_t n)
{
    struct rerank_candidate *candidates = search->candidates;
    for (uint32_t i = 0; i < n; i++) {
        candidates[i].rank = search->scored[i].rank;
        candidates[i].first_stage = search->scored[i].score;
    }
    rerank_features(&search->plan, search->index, candidates, n);
    rerank_sort(candidates, n);
    for (uint32_t i = 0; i < n; i++)
        add(page, SEEK_STAGE_SECOND, candidates[i].rank, candidates[i].second_stage);
}

static void set_tiers(struct search *search, struct search_result *result)
{
    for (uint32_t i = 0; i < result->n_hits; i++)
        result->hits[i].tier = search_plan_tier(&search->plan, result->hits[i].rank);
}

int search_by_relevance(struct search *search, const struct search_query *query,
                        const uint64_t *filter, const struct seek_key *after,
                        struct search_result *result, struct error *error)
{
    uint32_t depth = search->plan.ranking->second_stage ? RERANK_DEPTH : 0;
    struct page page = {result, after, query->offset, query->limit};
    bool is_behind = after != NULL && after->stage == SEEK_STAGE_FIRST;
    struct search_scored last = {0};
    uint32_t n_wanted = depth + query->offset + query->limit;
    uint32_t n_found = 0;
    if (is_behind) {
        last = (struct search_scored){(float)after->score, (uint32_t)after->id};
        n_wanted = query->limit;
    }
    if (find_best(search, filter, n_wanted, is_behind ? &last : NULL, &n_found, &result->total,
                  error) != 0)
        return -1;
    uint32_t n_second = is_behind ? 0 : n_found < depth ? n_found : depth;
    if (!is_behind) {
        add_front(&page, &search->plan, filter);
        add_second_stage(&page, search, n_second);
    }
    for (uint32_t i = n_second; i < n_found; i++)
        add(&page, SEEK_STAGE_FIRST, search->scored[i].rank, search->scored[i].score);
    set_tiers(search, result);
    return 0;
}
