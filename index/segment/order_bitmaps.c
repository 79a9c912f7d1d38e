/* Values fall along an order, so the crates stand in front, up to a place that is found by halves.
   The nearest bitmap is copied; what lies between it and the place is marked, or taken away. */
#include "index/segment/order_bitmaps.h"

#include "index/base/bitmap.h"
#include "index/base/partition_point.h"

#include <stdlib.h>
#include <string.h>

static const enum crate_order orders[] = {CRATE_ORDER_DOWNLOADS, CRATE_ORDER_RECENT_UPDATES,
                                          CRATE_ORDER_NEW};
#define N_ORDERS (sizeof orders / sizeof *orders)

/* Bitmap `number` (0 … ORDER_BITMAPS - 1) of an order. */
static uint64_t *bitmap_of(const struct order_bitmaps *bitmaps, enum crate_order order,
                           uint32_t number)
{
    size_t place = 0;
    while (place < N_ORDERS - 1 && orders[place] != order)
        place++;
    return bitmaps->bitmaps + (place * ORDER_BITMAPS + number) * bitmaps->n_words;
}

/* Each is the one before it with `step` crates more. The last ones of a small index are all the
   same. */
static void make_bitmaps(const struct order_bitmaps *bitmaps, const struct crate_columns *columns,
                         enum crate_order order)
{
    uint32_t at = 0;
    for (uint32_t number = 0; number < ORDER_BITMAPS; number++) {
        uint64_t *bitmap = bitmap_of(bitmaps, order, number);
        if (number > 0)
            memcpy(bitmap, bitmap - bitmaps->n_words, bitmaps->n_words * sizeof *bitmap);
        uint32_t left = columns->n_crates - at;
        uint32_t end = at + (left < bitmaps->step ? left : bitmaps->step);
        for (; at < end; at++)
            bitmap_set(bitmap, columns->orders[order][at]);
    }
}

int order_bitmaps_make(struct order_bitmaps *bitmaps, const struct crate_columns *columns,
                       struct error *error)
{
    bitmaps->n_words = bitmap_n_words(columns->n_crates + 1);
    bitmaps->step = columns->n_crates / (ORDER_BITMAPS + 1) + 1;
    bitmaps->bitmaps =
        calloc(N_ORDERS * ORDER_BITMAPS * bitmaps->n_words, sizeof *bitmaps->bitmaps);
    if (bitmaps->bitmaps == NULL)
        return error_out_of_memory(error);
    for (size_t i = 0; i < N_ORDERS; i++)
        make_bitmaps(bitmaps, columns, orders[i]);
    return 0;
}

void order_bitmaps_close(struct order_bitmaps *bitmaps)
{
    free(bitmaps->bitmaps);
}

struct sought {
    const struct crate_columns *columns;
    enum crate_order order;
    int64_t least;
};

static bool has_enough(const void *context, uint32_t place)
{
    const struct sought *sought = context;
    return crate_columns_sort_value(sought->columns, sought->order,
                                    sought->columns->orders[sought->order][place]) >= sought->least;
}

void order_bitmaps_mark(const struct order_bitmaps *bitmaps, const struct crate_columns *columns,
                        enum crate_order order, int64_t least, uint64_t *marked)
{
    const struct sought sought = {columns, order, least};
    const uint32_t *ranks = columns->orders[order];
    uint32_t end = partition_point(0, columns->n_crates, has_enough, &sought);
    uint32_t nearest = (end + bitmaps->step / 2) / bitmaps->step;
    if (nearest > ORDER_BITMAPS)
        nearest = ORDER_BITMAPS;
    uint64_t covered = (uint64_t)nearest * bitmaps->step;
    uint32_t at = covered < columns->n_crates ? (uint32_t)covered : columns->n_crates;
    if (nearest == 0)
        bitmap_reset(marked, bitmaps->n_words);
    else
        memcpy(marked, bitmap_of(bitmaps, order, nearest - 1), bitmaps->n_words * sizeof *marked);
    for (; at < end; at++)
        bitmap_set(marked, ranks[at]);
    for (; at > end; at--)
        bitmap_clear(marked, ranks[at - 1]);
}
