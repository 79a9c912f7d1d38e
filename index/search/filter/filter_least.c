/* Orders fall, so they stand in front, up to a place that is found by halves. */
#include "index/search/filter/filter_least.h"

#include "index/base/bitmap.h"
#include "index/base/partition_point.h"

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

void filter_least_keep(struct filter_set *set, const struct crate_columns *columns,
                       enum crate_order order, int64_t least)
{
    const struct sought sought = {columns, order, least};
    uint32_t n = partition_point(0, columns->n_crates, has_enough, &sought);
    uint64_t *bitmap = filter_set_union(set);
    for (uint32_t i = 0; i < n; i++)
        bitmap_set(bitmap, columns->orders[order][i]);
    filter_set_keep(set, bitmap);
}
