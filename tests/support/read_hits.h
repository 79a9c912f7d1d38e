/* Reading all that a search finds, for programs to whom it matters that answers come, not which. */
#ifndef CRATEDEX_TESTS_SUPPORT_READ_HITS_H
#define CRATEDEX_TESTS_SUPPORT_READ_HITS_H

#include <cratedex/search.h>
#include <stdbool.h>

/* Searches, and reads the document of every hit. False where the search fails; documents may. */
bool read_hits(struct index_reader *reader, const struct search_query *query,
               struct search_result *result);

#endif
