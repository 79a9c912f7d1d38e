/* The crates with at least as much of something that lists are ordered by: downloaded so often,
   updated or created then or later. */
#ifndef CRATEDEX_INDEX_ORDER_BITMAPS_H
#define CRATEDEX_INDEX_ORDER_BITMAPS_H

#include "index/segment/crate_columns.h"

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

/* Of each order as many bitmaps. */
#define ORDER_BITMAPS 31

struct order_bitmaps {
    uint64_t *bitmaps; /* owned: of each order that has them, the first `step` crates, twice as
                          many, … */
    size_t n_words;    /* of each bitmap */
    uint32_t step;     /* 0 before they are made */
};

/* Makes the bitmaps of the orders by downloads, recent updates and new. Returns 0 or -1 (memory);
   order_bitmaps_close may be called in any case. */
int order_bitmaps_make(struct order_bitmaps *bitmaps, const struct crate_columns *columns,
                       struct error *error);
void order_bitmaps_close(struct order_bitmaps *bitmaps);

/* Makes `marked`, which has a bit for every rank, the set of the crates whose value of such an
   order (crate_columns_sort_value) is `least` or more: a copy of a bitmap, and a 64th of all crates
   at most that are marked, or not, one by one. */
void order_bitmaps_mark(const struct order_bitmaps *bitmaps, const struct crate_columns *columns,
                        enum crate_order order, int64_t least, uint64_t *marked);

#endif
