/* What of a text is a keyword or a category, which a page may offer as a filter. */
#ifndef CRATEDEX_INDEX_QUERY_HINTS_H
#define CRATEDEX_INDEX_QUERY_HINTS_H

#include "index/segment/open_index.h"
#include "index/text/text_words.h"

#include <cratedex/search_query.h>
#include <stdint.h>

/* Looks for the whole of `text`, its words joined by `-`, then for each of its `words`; of each the
   category first, by its slug, then the keyword. What the query filters by already is left out.
   Writes them to `hints`, each once, and returns how many. Costs two lookups a word. */
uint32_t query_hints_find(const struct index *index, const struct search_query *query,
                          struct search_string text, const struct text_words *words,
                          struct search_hint hints[SEARCH_MAX_HINTS]);

#endif
