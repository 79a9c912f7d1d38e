/* English words that carry no meaning in a query. */
#ifndef CRATEDEX_INDEX_STOP_WORDS_H
#define CRATEDEX_INDEX_STOP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* True where `word` (lower case) is one of the function words that PostgreSQL's `english`
   configuration, and so crates.io, leaves out of queries. */
bool stop_word(const char *word, size_t length);

#endif
