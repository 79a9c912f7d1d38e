/* The text that is searched for. */
#ifndef CRATEDEX_SERVER_TEXT_PARAMETER_H
#define CRATEDEX_SERVER_TEXT_PARAMETER_H

#include "server/http/failure.h"
#include "server/http/query_string.h"

#include <cratedex/search_query.h>
#include <stddef.h>

/* Writes the folded form of `q` (search_fold_text), which is its part of the canonical key, to
   `text`, which has room for SEARCH_MAX_TEXT_BYTES; `*length` is 0 where it is absent or white
   space. Returns 0; -1 with a status 400 for a text that cannot be searched for. */
int text_parameter(const struct query_string *query, char *text, size_t *length,
                   struct failure *failure);

#endif
