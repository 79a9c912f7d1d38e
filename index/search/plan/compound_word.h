/* Words that were typed as one: `webframework`, `httpclient`. */
#ifndef CRATEDEX_INDEX_COMPOUND_WORD_H
#define CRATEDEX_INDEX_COMPOUND_WORD_H

#include "index/segment/open_index.h"

#include <stdbool.h>
#include <stddef.h>

/* Of each of the two words, in bytes. */
#define COMPOUND_MIN_PART 3

/* Where a word, folded as the index folds, is two words one behind the other that names, keywords
   and descriptions have, each in one of COMPOUND_CRATES_SHARE crates or more: stores the length of
   the first one. Of several ways to part it, the one whose rarer word is the most frequent; of
   equal ones, that with the shortest first word. Returns false where there is none. */
#define COMPOUND_CRATES_SHARE 10000
bool compound_word_part(const struct index *index, const char *word, size_t length,
                        size_t *first_length);

#endif
