/* The links from crates to keywords, categories and owners. */
#ifndef CRATEDEX_INDEX_BUILD_MEMBERSHIPS_H
#define CRATEDEX_INDEX_BUILD_MEMBERSHIPS_H

#include "index/build/build_state.h"

/* In SQL: a category counts the crates of those below it too. Their number is the dump's word: the
   sum is taken as floating point, which cannot overflow, and cut. */
#define CATEGORY_WITH_BELOW                                                                        \
    "CAST(min(crates_cnt + (SELECT total(crates_cnt) FROM categories AS below WHERE"               \
    " below.slug >= categories.slug || '::' AND below.slug < categories.slug || ':;'), 9e18)"      \
    " AS INTEGER)"

/* Writes them by rank, as rows. Returns 0 or -1. */
int build_write_links(struct build *build, struct error *error);

/* The same as a part, with what default versions have, which stays in `memberships`. The crates'
   values are written before (build_values.h). Returns 0 or -1. */
int build_write_memberships(struct build *build, struct error *error);

#endif
