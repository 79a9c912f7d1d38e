/* The crates of a build while they are sorted by id. */
#include "index/build/build_crate_table.h"

#include "index/base/compare.h"

#include <stdlib.h>

struct build_crate *build_find_crate(struct build *build, int64_t id)
{
    return build->n_crates == 0
               ? NULL
               : bsearch(&id, build->crates, build->n_crates, sizeof *build->crates, compare_int64);
}
