/* Guards a good index against a dump that was cut off: at a line's end nothing else tells. */
#ifndef CRATEDEX_INDEX_BUILD_SHRINK_H
#define CRATEDEX_INDEX_BUILD_SHRINK_H

#include "index/build/build_state.h"

/* A table may lose so much of its rows, or fewer rows than these, from one build to the next. */
#define BUILD_MAX_LOSS 0.1
#define BUILD_MIN_LOST_ROWS 100

/* Compares the tables that were read with those that the file at `out_path` was built from. Returns
   0, and warns of tables that are missing now and of a file that cannot be compared; -1 where a
   table lost more than that, unless build_options.allow_shrink. */
int build_check_shrink(struct build *build, struct error *error);

/* Keeps how many rows each table of the dump had, for the next build. Returns 0 or -1. */
int build_write_tables(struct build *build, struct error *error);

#endif
