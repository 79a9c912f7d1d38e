/* How many crates each name has below it. */
#ifndef CRATEDEX_INDEX_BUILD_FAMILIES_H
#define CRATEDEX_INDEX_BUILD_FAMILIES_H

#include "index/build/build_state.h"

/* Fills `signals.family` of build->columns, which must be complete but for that. Returns 0 or -1
   (memory). */
int build_find_families(struct build *build, struct error *error);

#endif
