/* The words of READMEs, which the file has in the postings of words as they are written and nowhere
   else. */
#ifndef CRATEDEX_INDEX_README_WORDS_H
#define CRATEDEX_INDEX_README_WORDS_H

#include "index/build/written_words.h"
#include "index/segment/open_index.h"

struct readme_words;

/* Puts them in order of crates. NULL when memory runs out. */
struct readme_words *readme_words_open(const struct index *index, struct error *error);
void readme_words_close(struct readme_words *words);

/* Adds those of a crate to `written`. Returns 0 or -1. */
int readme_words_add(const struct readme_words *words, uint32_t rank, struct written_words *written,
                     struct error *error);

#endif
