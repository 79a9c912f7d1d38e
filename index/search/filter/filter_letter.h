/* Crates whose canonical name begins with a letter. */
#ifndef CRATEDEX_INDEX_FILTER_LETTER_H
#define CRATEDEX_INDEX_FILTER_LETTER_H

#include "index/search/filter/filter_set.h"
#include "index/segment/open_index.h"

#include <cratedex/search_query.h>

/* Keeps those that begin with the first character of the text, which is not empty. */
void filter_letter_keep(struct filter_set *set, const struct index *index,
                        struct search_string text);

#endif
