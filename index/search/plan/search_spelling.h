/* What a misspelt text may have meant, and what is searched for in its place. */
#ifndef CRATEDEX_INDEX_SEARCH_SPELLING_H
#define CRATEDEX_INDEX_SEARCH_SPELLING_H

#include "index/search/plan/spelling.h"
#include "index/segment/open_reader.h"

#include <cratedex/search_query.h>

#define SEARCH_MAX_NEAR_NAMES 3
/* Of the words that occur nowhere, only the first ones are looked for in other spellings. */
#define SEARCH_MAX_REPLACEMENTS 4
/* A word of at most so many crates may be unfinished. */
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
   the length of its stem, written to `stem`; 0 where there is none. `written` becomes that word, in
   `spelling`. */
size_t search_spelling_replace(struct search_spelling *spelling, struct index_reader *reader,
                               const char *word, uint32_t text_start, uint32_t text_length,
                               char *stem, size_t capacity, struct search_string *written);

/* Notes what another found, behind what was noted so far. */
void search_spelling_note(struct search_spelling *spelling,
                          const struct search_replacement *replacement);

/* A word of the text that occurs nowhere, `word`, is two of which the first has `first` bytes:
   notes that they are searched for. Returns false where there is no room. */
bool search_spelling_part(struct search_spelling *spelling, const char *word, size_t first,
                          size_t length, uint32_t text_start, uint32_t text_length);

/* A word of the text that occurs: notes its nearest neighbour where that occurs in `least_crates`
   or more and is no other form of the word. */
void search_spelling_offer(struct search_spelling *spelling, struct index_reader *reader,
                           const char *word, uint32_t text_start, uint32_t text_length,
                           uint64_t least_crates);

/* Finds crates whose canonical name lies within one edit of `canonical` (two from 9 characters) and
   is another, nearest first, and writes their ranks. Before them all stands a crate one edit
   further that is SEARCH_FAR_MORE_POPULAR times as popular by its downloads: of `chornos`, chrono
   was meant, and not chronos. A text with a space has none: no name has one. Returns how many. */
#define SEARCH_FAR_MORE_POPULAR 1000
uint32_t search_spelling_near_names(const struct index *index, const char *canonical, size_t length,
                                    uint32_t ranks[SEARCH_MAX_NEAR_NAMES]);

/* Notes them as what the text nearly names: for a text of which nothing occurs. */
void search_spelling_take_names(struct search_spelling *spelling, const struct index *index,
                                const char *canonical, size_t length);

/* Writes the text as it may have been meant, with a NUL; "" where there is nothing to say. */
void search_spelling_text(const struct search_spelling *spelling, const struct index *index,
                          struct search_string text, char did_you_mean[SEARCH_MAX_DID_YOU_MEAN]);

#endif
