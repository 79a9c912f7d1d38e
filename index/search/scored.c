/* Few are put in order by counting (small_order.h), many by qsort. Both are too much where a page
   far behind is asked for: of twenty thousand only a hundred are shown. */
#include "index/search/scored.h"

#include "index/base/small_order.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *left_scored, const void *right_scored)
{
    const struct search_scored *left = left_scored;
    const struct search_scored *right = right_scored;
    return scored_is_better(left, right) ? -1 : scored_is_better(right, left);
}

void scored_sort(struct search_scored *scored, uint32_t n)
{
    int64_t keys[SMALL_ORDER_MAX] = {0};
    uint8_t order[SMALL_ORDER_MAX];
    struct search_scored sorted[SMALL_ORDER_MAX];
    if (n > SMALL_ORDER_MAX) {
        qsort(scored, n, sizeof *scored, compare);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        keys[i] = small_order_key(scored[i].score, scored[i].rank);
    small_order(keys, n, order);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = scored[order[i]];
    memcpy(scored, sorted, n * sizeof *scored);
}

static void swap(struct search_scored *left, struct search_scored *right)
{
    struct search_scored kept = *left;
    *left = *right;
    *right = kept;
}

/* Moves what is better than the one in the middle before it, all others behind it. Returns its
   place. */
static uint32_t partition(struct search_scored *scored, uint32_t n)
{
    struct search_scored pivot = scored[n / 2];
    uint32_t n_better = 0;
    scored[n / 2] = scored[n - 1];
    for (uint32_t i = 0; i + 1 < n; i++) {
        if (scored_is_better(&scored[i], &pivot))
            swap(&scored[i], &scored[n_better++]);
    }
    scored[n - 1] = scored[n_better];
    scored[n_better] = pivot;
    return n_better;
}

void scored_select(struct search_scored *scored, uint32_t n, uint32_t n_best)
{
    while (n_best > 0 && n_best < n) {
        uint32_t place = partition(scored, n);
        if (n_best <= place) {
            n = place;
        } else {
            scored += place + 1;
            n -= place + 1;
            n_best -= place + 1;
        }
    }
}
