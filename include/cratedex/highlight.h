/* Where a crate of an answer has what was searched for. */
#ifndef CRATEDEX_HIGHLIGHT_H
#define CRATEDEX_HIGHLIGHT_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/search_query.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum highlight_field { HIGHLIGHT_NAME, HIGHLIGHT_DESCRIPTION, HIGHLIGHT_KEYWORD };

/* A range of a crate's name, its description, or one of its keywords. */
struct highlight {
    enum highlight_field field;
    const char *keyword; /* which; not NUL-terminated. NULL in the other fields */
    uint32_t keyword_length;
    uint32_t start; /* in code points, as the length */
    uint32_t length;
};

struct search_highlights {
    /* Field by field, in the order of highlight_field, keyword by keyword; within a text
       from its beginning on. No two of a text overlap or touch. */
    const struct highlight *highlights;
    uint32_t n;
    /* The fields in which something of the text occurs, be it a part of it: 1 name, 2 keywords,
       4 description, 8 README; see explanation_fields. The slugs of categories that are words with
       symbols (`no-std`) count as keywords, and are none that could be highlighted. */
    unsigned matched_in;
};

/* Finds them in a hit of that search (`result.search`), whatever its sort: whole words that are a
   word of the text, have its stem, mean the same, or begin with the last word of the text, which
   may be unfinished; of a word that was replaced, what it was replaced by. In a name also the text
   itself, wherever it stands, and the whole name where the text is that but for separators, nearly,
   or pasted. A search without a text has none.

   Returns 0, or -1 and why. What is found is valid until the next call of the search's reader. */
int search_highlight(struct search *search, const struct search_hit *hit,
                     struct search_highlights *highlights, struct error *error);

/* Writes the ranges as one value: {"name": [[start, length], …], "description": […],
   "keywords": {"cli": [[0, 3]], …}}, with the keywords that have one. */
void highlights_encode(const struct search_highlights *highlights, struct encoder *encoder);

/* Writes the fields as one value: ["name", "keywords", "description", "readme"]. */
void highlights_encode_fields(const struct search_highlights *highlights, struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
