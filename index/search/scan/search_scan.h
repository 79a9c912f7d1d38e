/* The first stage: every crate that matches a plan, with its score. */
#ifndef CRATEDEX_INDEX_SEARCH_SCAN_H
#define CRATEDEX_INDEX_SEARCH_SCAN_H

#include "index/search/scan/search_scan_state.h"

#include <cratedex/error.h>

/* For the scans of an index with these columns. Returns 0 or -1 (memory). */
int search_scan_scratch_create(struct search_scan_scratch *scratch,
                               const struct crate_columns *columns, struct error *error);
void search_scan_scratch_free(struct search_scan_scratch *scratch);

/* Finds every crate that matches and passes `filter` (a bitmap, NULL: all). Returns how many,
   those that the text names and that pass included. `matched` (NULL: not wanted) becomes the
   bitmap of all that match, those that the text names included, whether or not they pass. Leaves
   the plan's cursors at the beginning. */
uint64_t search_scan(struct search_plan *plan, const struct index *index,
                     struct search_scan_scratch *scratch, const uint64_t *filter, uint64_t *matched,
                     struct search_collector *collector);

#endif
