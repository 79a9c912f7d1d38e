/* What somebody is told whose search matches nothing. */
#ifndef CRATEDEX_INDEX_CLI_NO_MATCH_H
#define CRATEDEX_INDEX_CLI_NO_MATCH_H

#include <cratedex/search.h>

/* Prints to standard error that no crate matches, and what to try: the text that may have been
   meant, and ways to ask for less. */
void no_match_print(const struct search_query *query, const struct search_result *result);

#endif
