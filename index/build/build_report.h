/* What a build tells while it runs and when it is done. */
#ifndef CRATEDEX_INDEX_BUILD_REPORT_H
#define CRATEDEX_INDEX_BUILD_REPORT_H

#include "index/build/build_state.h"

/* Ends the phase before and begins the next; `phase` must be a literal. */
void build_begin_phase(struct build *build, const char *phase);
void build_end_phase(struct build *build);

/* Reports progress and checks for an interrupt: -1 and "interrupted" where there was one. */
int build_progress(struct build *build, const char *phase, uint64_t done, uint64_t total,
                   const char *unit, struct error *error);

/* Counts `n_rows` rows that were skipped or mended; the example of the first call is kept. */
void build_warn(struct build *build, const char *reason, uint64_t n_rows, const char *example, ...)
    __attribute__((format(printf, 4, 5)));

#endif
