/* A hit's highlights, applied to its texts: "[serde]_json". */
#ifndef CRATEDEX_TESTS_SUPPORT_MARKED_TEXT_H
#define CRATEDEX_TESTS_SUPPORT_MARKED_TEXT_H

#include <cratedex/highlight.h>
#include <stddef.h>

/* Writes a text with brackets around its ranges, which are `ranges` that count code points, each
   [start, length]; a NUL behind it. Fails the test where they are not in order, overlap, touch, are
   empty or beyond the text. */
struct marked_range {
    size_t start;
    size_t length;
};
void marked_text_write(const char *text, size_t length, const struct marked_range *ranges, size_t n,
                       char *out, size_t capacity);

/* The same of the highlights of one field, of one keyword where `keyword` is not NULL. */
void marked_text_of(const char *text, size_t length, const struct search_highlights *highlights,
                    enum highlight_field field, const char *keyword, char *out, size_t capacity);

#endif
