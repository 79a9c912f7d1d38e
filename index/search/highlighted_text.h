/* The ranges of one text that are to be highlighted, while they are found. */
#ifndef CRATEDEX_INDEX_HIGHLIGHTED_TEXT_H
#define CRATEDEX_INDEX_HIGHLIGHTED_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the text; `end` is behind the last. */
struct text_range {
    size_t start;
    size_t end;
};

/* All zero is empty. */
struct highlighted_text {
    struct text_range *ranges; /* owned */
    size_t n;
    size_t capacity;
};

/* Adds a range; any order, overlaps too. Returns 0, or -1 when memory runs out. */
int highlighted_text_add(struct highlighted_text *text, size_t start, size_t end);

/* Puts the ranges in order and makes those one that overlap or touch. */
void highlighted_text_merge(struct highlighted_text *text);

void highlighted_text_free(struct highlighted_text *text);

#endif
