/* What a text comes to in one index: its words with their posting lists and weights, the places
   where it stands in names, the crates that are called so. */
#ifndef CRATEDEX_INDEX_SEARCH_PLAN_H
#define CRATEDEX_INDEX_SEARCH_PLAN_H

#include "index/search/plan/named_crates.h"
#include "index/search/plan/search_alternatives.h"
#include "index/search/plan/search_spelling.h"
#include "index/segment/open_reader.h"

#include <cratedex/ranking.h>
#include <cratedex/search_query.h>

/* Of all words of a text together; what is more is left out. */
#define SEARCH_MAX_WORD_ALTERNATIVES 512

struct search_plan {
    const struct ranking *ranking;
    struct text_words text_words;
    struct search_word words[SEARCH_MAX_WORDS]; /* those that count */
    uint32_t n_words;
    uint32_t n_taken_apart; /* words of the text that are two of these (compound_word.h) */
    uint32_t n_respelt;     /* words that occur nowhere, for which others were looked for */
    uint32_t n_left_out;    /* words of the text that are none */
    uint32_t n_occurring; /* of these, as they were typed: whole, or as the beginning of another */
    /* By number in text_words: crates that have the word as written, or a synonym. */
    uint32_t stems[SEARCH_MAX_WORDS]; /* of text_words: their numbers; 0: it occurs nowhere */
    uint64_t n_with[SEARCH_MAX_WORDS];
    uint64_t n_completed; /* that have a completion of the last, added */
    struct word_alternative alternatives[SEARCH_MAX_WORD_ALTERNATIVES]; /* word by word */
    uint32_t n_alternatives;
    float total_mass;    /* of all words, added in order */
    float required;      /* the mass that a match must reach; search_scan may lower it */
    bool may_fall_back;  /* match=best: where no crate reaches it, the largest mass will do */
    bool no_words_match; /* match=all, and a word occurs nowhere */
    uint32_t text_length;
    /* The canonical text with `_` for spaces, where it has separators and is the beginning of a
       name; else empty. */
    char beginning[SEARCH_MAX_TEXT_BYTES];
    uint32_t beginning_length;
    struct named_crates named;
    struct search_spelling spelling;
};

/* Looks the text of a reading up; `match` must not be the default, which depends on the sort.
   Returns 0 or -1 (memory). */
int search_plan_make(struct search_plan *plan, struct index_reader *reader,
                     const struct ranking *ranking, const struct query_reading *reading,
                     enum search_match match, struct error *error);

/* Puts all cursors back to the beginning. */
void search_plan_rewind(struct search_plan *plan);

#endif
