/* The words under which the index has a name or a text, each with where it stands. */
#ifndef CRATEDEX_INDEX_PLACED_WORDS_H
#define CRATEDEX_INDEX_PLACED_WORDS_H

#include "index/text/text_words.h"

#include <stddef.h>

/* Calls `on_word` (see text_words_each) with every word of a description or keyword: those that the
   tokenizer cuts, then those that symbols are part of (symbol_words.h), whose places hold others.
   Returns what the call returned other than 0; -1: memory. */
int placed_words_of_text(struct tokenizer *tokenizer, const char *text, size_t length,
                         text_words_visit *on_word, void *context);

/* The same for a crate's name: its words, its parts between separators that were cut further
   (`sha2` is sha, 2, and sha2), and those with symbols. */
int placed_words_of_name(struct tokenizer *tokenizer, const char *name, size_t length,
                         text_words_visit *on_word, void *context);

#endif
