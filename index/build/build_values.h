/* The values that crates have of attributes. */
#ifndef CRATEDEX_INDEX_BUILD_VALUES_H
#define CRATEDEX_INDEX_BUILD_VALUES_H

#include "index/build/build_state.h"

/* Writes them as a part, which stays in `values`, and the licences as another, whose numbers stay
   in `license_numbers`. Links of crates are written before. Returns 0 or -1. */
int build_write_values(struct build *build, struct error *error);

#endif
