/* Counts in how many crates each word occurs, as the words come. */
#ifndef CRATEDEX_INDEX_WORD_COUNTER_H
#define CRATEDEX_INDEX_WORD_COUNTER_H

#include "index/segment/word_list.h"

#include <stdbool.h>

struct word_counter;

/* NULL when memory runs out. */
struct word_counter *word_counter_create(void);
void word_counter_destroy(struct word_counter *counter);

/* Counts a word of crate `rank`, at least 1; crates come one after the other. `is_telling`: it
   stands in a place that tells more than running text, and so is worth keeping however rare it is.
   Returns 0 or -1 (memory). */
int word_counter_add(struct word_counter *counter, const char *word, uint32_t length, uint32_t rank,
                     bool is_telling);

/* Writes an array of all words that two crates have, or that are telling, to be freed by the
   caller; their texts belong to the counter. Returns 0 or -1 (memory). */
int word_counter_words(const struct word_counter *counter, struct counted_word **words,
                       size_t *n_words);

#endif
