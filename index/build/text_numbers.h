/* Numbers for texts, in the order in which they come. */
#ifndef CRATEDEX_INDEX_TEXT_NUMBERS_H
#define CRATEDEX_INDEX_TEXT_NUMBERS_H

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

struct text_numbers {
    void *tree; /* tsearch's */
    uint32_t n;
};

struct listed_text {
    const char *text; /* not NUL-terminated */
    size_t length;
};

/* Frees what it has. An empty one is all zeros. */
void text_numbers_destroy(struct text_numbers *numbers);

/* The number of a text, which is that of the last one, n - 1, where the text is new. Returns 0 or
   -1 (memory, 2^32). */
int text_numbers_get(struct text_numbers *numbers, const char *text, size_t length,
                     uint32_t *number, struct error *error);

/* Stores the texts by their numbers in `texts`, which has room for all of them. They are valid as
   long as the numbers. */
void text_numbers_list(const struct text_numbers *numbers, struct listed_text *texts);

#endif
