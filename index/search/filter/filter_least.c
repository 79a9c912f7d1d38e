/* The set is made from the bitmaps of the order (order_bitmaps.h). */
#include "index/search/filter/filter_least.h"

void filter_least_keep(struct filter_set *set, const struct index *index, enum crate_order order,
                       int64_t least)
{
    uint64_t *bitmap = filter_set_union(set);
    order_bitmaps_mark(&index->order_bitmaps, &index->columns, order, least, bitmap);
    filter_set_keep(set, bitmap);
}
