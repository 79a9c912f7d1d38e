/* Words come in the order of the text, those with symbols behind them in theirs: few are out of
   order, if any. */
#include "index/search/highlighted_text.h"

#include <stdlib.h>

int highlighted_text_add(struct highlighted_text *text, size_t start, size_t end)
{
    if (text->n == text->capacity) {
        size_t capacity = text->capacity == 0 ? 16 : 2 * text->capacity;
        struct text_range *grown = reallocarray(text->ranges, capacity, sizeof *grown);
        if (grown == NULL)
            return -1;
        text->ranges = grown;
        text->capacity = capacity;
    }
    text->ranges[text->n++] = (struct text_range){start, end};
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct text_range *a = left;
    const struct text_range *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

void highlighted_text_merge(struct highlighted_text *text)
{
    size_t n = 0;
    if (text->n > 1)
        qsort(text->ranges, text->n, sizeof *text->ranges, compare);
    for (size_t i = 0; i < text->n; i++) {
        struct text_range range = text->ranges[i];
        struct text_range *last = n > 0 ? &text->ranges[n - 1] : NULL;
        if (last == NULL || range.start > last->end)
            text->ranges[n++] = range;
        else if (range.end > last->end)
            last->end = range.end;
    }
    text->n = n;
}

void highlighted_text_free(struct highlighted_text *text)
{
    free(text->ranges);
    *text = (struct highlighted_text){0};
}
