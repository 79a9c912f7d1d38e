/* The encoded form of highlights. MessagePack states how many elements come, so every group is
   counted before it is written; the ranges of one text lie side by side. */
#include <cratedex/highlight.h>

#include "index/segment/postings.h"

/* Whether both are ranges of one text. */
static bool are_of_one_text(const struct highlight *left, const struct highlight *right)
{
    return left->field == right->field && left->keyword == right->keyword;
}

/* The end of the ranges that are of the same text as number `at`. */
static uint32_t text_end(const struct search_highlights *highlights, uint32_t at)
{
    uint32_t end = at;
    while (end < highlights->n &&
           are_of_one_text(&highlights->highlights[at], &highlights->highlights[end]))
        end++;
    return end;
}

/* Writes the ranges from `at` up to `end`. */
static void encode_ranges(const struct search_highlights *highlights, uint32_t at, uint32_t end,
                          struct encoder *encoder)
{
    encoder_array(encoder, end - at);
    for (; at < end; at++) {
        encoder_array(encoder, 2);
        encoder_integer(encoder, highlights->highlights[at].start);
        encoder_integer(encoder, highlights->highlights[at].length);
        encoder_end_array(encoder);
    }
    encoder_end_array(encoder);
}

/* Writes the ranges of a field, of which number `at` is the first one if it has any. Returns what
   comes behind them. */
static uint32_t encode_field(const struct search_highlights *highlights, uint32_t at,
                             enum highlight_field field, struct encoder *encoder)
{
    bool has_any = at < highlights->n && highlights->highlights[at].field == field;
    uint32_t end = has_any ? text_end(highlights, at) : at;
    encode_ranges(highlights, at, end, encoder);
    return end;
}

void highlights_encode(const struct search_highlights *highlights, struct encoder *encoder)
{
    uint32_t n_keywords = 0;
    encoder_object(encoder, 3);
    encoder_key(encoder, "name");
    uint32_t at = encode_field(highlights, 0, HIGHLIGHT_NAME, encoder);
    encoder_key(encoder, "description");
    at = encode_field(highlights, at, HIGHLIGHT_DESCRIPTION, encoder);
    encoder_key(encoder, "keywords");
    for (uint32_t i = at; i < highlights->n; i = text_end(highlights, i))
        n_keywords++;
    encoder_object(encoder, n_keywords);
    for (uint32_t end; at < highlights->n; at = end) {
        end = text_end(highlights, at);
        encoder_key_string(encoder, highlights->highlights[at].keyword,
                           highlights->highlights[at].keyword_length);
        encode_ranges(highlights, at, end, encoder);
    }
    encoder_end_object(encoder);
    encoder_end_object(encoder);
}

void highlights_encode_fields(const struct search_highlights *highlights, struct encoder *encoder)
{
    const char *names[POSTING_N_FIELDS];
    size_t n = posting_field_names(highlights->matched_in, names);
    encoder_array(encoder, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        encoder_text(encoder, names[i]);
    encoder_end_array(encoder);
}
