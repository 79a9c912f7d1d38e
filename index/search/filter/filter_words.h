/* Crates in which words occur, or do not: what the search box's language asks of words (SEARCH_
   FILTER_WITHOUT, _ALL_OF and _IN). Asked behind the plan of the text, for _IN looks at its
   words. */
#ifndef CRATEDEX_INDEX_FILTER_WORDS_H
#define CRATEDEX_INDEX_FILTER_WORDS_H

#include "index/search/filter/filter_set.h"
#include "index/search/plan/search_plan.h"
#include "index/segment/open_reader.h"

#include <cratedex/error.h>
#include <cratedex/search_filter_list.h>

/* Narrows the set by all filters of these kinds. A word occurs where any field has a word of its
   stem; one that stands for several (`async-std`) where all of them occur. `plan` is NULL where
   there is no text, which may then occur anywhere. `scratch` is another bitmap of ranks, which is
   overwritten. Returns 0 or -1 (memory). */
int filter_words_narrow(struct filter_set *set, struct index_reader *reader,
                        const struct search_filters *filters, const struct search_plan *plan,
                        uint64_t *scratch, struct error *error);

#endif
