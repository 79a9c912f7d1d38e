/* The distance of optimal string alignment (Damerau 1964) by its plain table, to check faster
   ways. */
#ifndef CRATEDEX_TESTS_SUPPORT_EDIT_DISTANCE_H
#define CRATEDEX_TESTS_SUPPORT_EDIT_DISTANCE_H

#include <stddef.h>

/* The code points of UTF-8 text. */
size_t count_characters(const char *text, size_t length);

/* The least number of characters to delete, insert, replace or swap with a neighbour so that `key`
   becomes `word`; stores the same for the beginning of `key` that is closest. Both have at most 280
   bytes of UTF-8 and 70 characters; the test fails above that. */
unsigned edit_distance_between(const char *key, size_t key_length, const char *word,
                               size_t word_length, unsigned *beginning);

#endif
