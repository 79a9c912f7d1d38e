/* The crates of a build while they are sorted by id. */
#include "index/build/build_crate_table.h"

#include <stdlib.h>

static int compare_id(const void *id, const void *crate)
{
    int64_t left = *(const int64_t *)id;
    int64_t right = ((const struct build_crate *)crate)->id;
    return (left > right) - (left < right);
}

struct build_crate *build_find_crate(struct build *build, int64_t id)
{
    return build->n_crates == 0
               ? NULL
               : bsearch(&id, build->crates, build->n_crates, sizeof *build->crates, compare_id);
}
