/* A scan of any number of words: scores are added up. */
#ifndef CRATEDEX_INDEX_SEARCH_ACCUMULATE_H
#define CRATEDEX_INDEX_SEARCH_ACCUMULATE_H

#include "index/search/scan/search_scan_state.h"

/* The same as search_scan_lists, for any plan. */
void search_scan_accumulate(struct search_scan_state *scan);

#endif
