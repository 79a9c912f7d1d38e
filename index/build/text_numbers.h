/* Numbers for texts, in the order in which they come. */
#ifndef CRATEDEX_INDEX_TEXT_NUMBERS_H
#define CRATEDEX_INDEX_TEXT_NUMBERS_H

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

struct numbered_text {
    size_t length;
    uint32_t number; /* from 0 */
    char text[];
};

struct text_numbers {
    void *tree; /* tsearch's, of struct numbered_text */
    uint32_t n;
};

/* An empty one is all zeros. Frees what it has. */
void text_numbers_destroy(struct text_numbers *numbers);

/* The number of a text, which is that of the last one, n - 1, where the text is new. Returns 0 or
   -1 (memory, 2^32). */
int text_numbers_get(struct text_numbers *numbers, const char *text, size_t length,
                     uint32_t *number, struct error *error);

/* Stores the texts by their numbers in `texts`, which has room for all of them, and is valid as
   long as they are. */
void text_numbers_list(const struct text_numbers *numbers, const struct numbered_text **texts);

#endif
