/* One part that is held in memory. */
#ifndef CRATEDEX_INDEX_BUILD_PART_H
#define CRATEDEX_INDEX_BUILD_PART_H

#include "index/build/build_state.h"

/* Writes it, or compares it (build_check). Returns 0 or -1. */
int build_write_part(struct build *build, enum index_part part, const msgpack_sbuffer *block,
                     struct error *error);

#endif
