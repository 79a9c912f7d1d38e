/* A scan that takes the crates in blocks of ranks. */
#ifndef CRATEDEX_INDEX_SEARCH_BLOCKS_H
#define CRATEDEX_INDEX_SEARCH_BLOCKS_H

#include "index/search/scan/search_word_lists.h"

#include <stdbool.h>

/* Finds everything that reaches the required mass. */
void search_scan_blocks(struct search_lists *lists);

/* Finds the greatest mass of any crate, beginning with the knowledge that it is at least
   `greatest`; requires other masses as it goes. Returns false where search_lists_require does. */
bool search_blocks_greatest_mass(struct search_lists *lists, float *greatest);

#endif
