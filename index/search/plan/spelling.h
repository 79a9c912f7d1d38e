/* What a misspelt word of a query may have meant: the words of names, keywords and descriptions, as
   they are written (not stemmed), with the number of crates that have each. A description's word
   counts where two crates have it. */
#ifndef CRATEDEX_INDEX_SPELLING_H
#define CRATEDEX_INDEX_SPELLING_H

#include "index/segment/word_list.h"

#include <cratedex/index_file.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spelling_correction {
    char word[SPELLING_MAX_BYTES]; /* lower case, folded; not NUL-terminated */
    size_t length;
    unsigned distance; /* edits */
    uint64_t n_crates; /* that have the word */
};

/* Finds the listed word nearest to `word` other than itself: fewest edits, then most crates. One
   edit is allowed from 5 characters on, two from 9; any character may differ, and a swap of
   neighbours is one edit. `word` must be folded as the index folds (lower case, no accents).
   Returns 1 and fills `correction`; or returns 0 where there is no such word, or fewer than
   `least_crates` crates have it: the more these are, the less is searched. Allocates nothing; any
   thread may call it. */
int spelling_correct(const struct index *index, const char *word, size_t length,
                     uint64_t least_crates, struct spelling_correction *correction);

/* Whether that finds a word a single edit away. */
bool spelling_is_one_edit_off(const struct index *index, const char *word, size_t length);

#endif
