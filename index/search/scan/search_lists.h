/* A scan of a few words: crates are judged by the lists that they are in. */
#ifndef CRATEDEX_INDEX_SEARCH_LISTS_H
#define CRATEDEX_INDEX_SEARCH_LISTS_H

#include "index/search/scan/search_scan_state.h"

#include <stdbool.h>

/* Finds what matches by its words: counts it where it passes the filter and does not stand in
   front, collects it, and takes it out of the scratch's `places` (where the plan has any). Lowers
   plan->required where the plan may fall back. Returns false, with nothing done, for a plan of too
   many words. */
bool search_scan_lists(struct search_scan_state *scan);

#endif
