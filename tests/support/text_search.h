/* What a search for a text answers, in words that a test compares. */
#ifndef CRATEDEX_TESTS_SUPPORT_TEXT_SEARCH_H
#define CRATEDEX_TESTS_SUPPORT_TEXT_SEARCH_H

#include "tests/support/built_index.h"

#include <cratedex/search.h>

/* What is to be seen of an answer: "geo, geojson; 2" are the names, in order, and the total. Behind
   them stand, where they are given, "; typo", and "; meant: …" with did_you_mean. The text lives
   until the next call. The order is the first stage's, which a person can work out; of longer lists
   the first `limit` names are told. */
const char *text_search(struct built_index *built, const char *text, uint32_t limit);

/* The same of any query. */
const char *text_search_query(struct built_index *built, const struct search_query *query);

/* Fails the test where the answer, of which all names are told, is another. */
void text_search_expect(struct built_index *built, const char *text, const char *expected);

#endif
