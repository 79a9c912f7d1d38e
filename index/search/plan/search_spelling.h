/* What a misspelt text may have meant. */
#ifndef CRATEDEX_INDEX_SEARCH_SPELLING_H
#define CRATEDEX_INDEX_SEARCH_SPELLING_H

#include "index/search/plan/spelling.h"
#include "index/segment/open_reader.h"

#include <cratedex/search_query.h>

#define SEARCH_MAX_NEAR_NAMES 3
#define SEARCH_MAX_REPLACEMENTS 8
/* A word of at most so many crates may be mistyped or unfinished. */
#define SEARCH_RARE_CRATES 5

/* A word of the text and what is meant instead. */
struct search_replacement {
    uint32_t text_start;
    uint32_t text_length;
    struct spelling_correction correction;
};

struct search_spelling {
    struct search_replacement replacements[SEARCH_MAX_REPLACEMENTS]; /* in the order of the text */
    uint32_t n_replacements;
    /* Crates whose name the text nearly is, nearest first. They match, and stand in front. */
    uint32_t near_names[SEARCH_MAX_NEAR_NAMES];
    uint32_t n_near_names;
    bool is_relaxed; /* the search was not for the text alone */
};

/* A word of the text that occurs nowhere: looks for the nearest that does, and notes it. Returns
   the length of its stem, written to `stem`; 0 where there is none. */
size_t search_spelling_replace(struct search_spelling *spelling, struct index_reader *reader,
                               const char *word, uint32_t text_start, uint32_t text_length,
                               char *stem, size_t capacity);

/* A word that occurs in `n_crates` only: notes a much more frequent neighbour, which changes
   nothing of the search. */
void search_spelling_hint(struct search_spelling *spelling, struct index_reader *reader,
                          const char *word, uint32_t text_start, uint32_t text_length,
                          uint32_t n_crates);

/* Looks for crates whose canonical name lies within one edit of `canonical` (two from 9 characters)
   and that are more popular than rank `worst`: than every crate whose name contains the text, which
   is then what was meant. */
void search_spelling_find_names(struct search_spelling *spelling, const struct index *index,
                                const char *canonical, size_t length, uint32_t worst);

/* Writes the text as it may have been meant, with a NUL; "" where there is nothing to say. */
void search_spelling_text(const struct search_spelling *spelling, const struct index *index,
                          struct search_string text, char did_you_mean[SEARCH_MAX_DID_YOU_MEAN]);

#endif
