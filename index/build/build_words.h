/* The lists of keywords and of words as they are written. */
#ifndef CRATEDEX_INDEX_BUILD_WORDS_H
#define CRATEDEX_INDEX_BUILD_WORDS_H

#include "index/build/build_state.h"

/* Writes them as parts, for suggestions and for spelling. Returns 0 or -1. */
int build_write_words(struct build *build, struct error *error);

/* Writes all words, their postings and stems as parts. `terms` is the block of the trie of stems.
   Returns 0 or -1. */
int build_write_written_words(struct build *build, const msgpack_sbuffer *terms,
                              struct error *error);

#endif
