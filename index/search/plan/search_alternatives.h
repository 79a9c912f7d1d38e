/* The lists of crates that one word of a search may be found in, and what each counts. */
#ifndef CRATEDEX_INDEX_SEARCH_ALTERNATIVES_H
#define CRATEDEX_INDEX_SEARCH_ALTERNATIVES_H

#include "index/search/plan/word_union.h"
#include "index/segment/open_index.h"

#include <cratedex/ranking.h>
#include <cratedex/search_query.h>
#include <stdbool.h>

/* The last word of a query may be unfinished, as a search box sends it: so many of the most
   frequent words that begin with it, as they are written, count too; fewer where it is common. */
#define SEARCH_MAX_COMPLETIONS_OF_WORD 32
#define SEARCH_MIN_COMPLETED_BYTES 2 /* of a shorter word, none */

/* How a crate may have a word. */
enum alternative_kind {
    ALTERNATIVE_STEM,      /* a word with the same stem, be it the word itself */
    ALTERNATIVE_SYNONYM,   /* a word that means the same, or one with the same stem as that */
    ALTERNATIVE_COMPLETION /* one of the longer words that begin with it */
};

/* One list of crates that have a word. Of several that a crate is in, the first one counts. */
struct word_alternative {
    struct posting_list list; /* never empty */
    enum alternative_kind kind;
    const struct synonym *synonym; /* NULL for other kinds */
    float mass;                    /* what it counts in scores */
    float reach;                   /* and towards `required` */
};

struct search_word {
    struct word_alternative *alternatives; /* the search plan's */
    uint32_t n_alternatives;
    uint32_t capacity; /* there is room for so many; what is more is left out */
    /* Of the crates with its stem, which come first among the alternatives, those that have the
       word as it is written: in scores this adds to what the stem counts, field by field, and
       makes the word's mass full. Empty where all of them have. */
    struct posting_list written;
    float written_mass;
    uint32_t n_written;     /* crates that have the word as it is written */
    uint32_t stem;          /* its number in the index; 0: it occurs nowhere */
    uint32_t n_completions; /* longer words that begin with it and have another stem */
    uint32_t start;         /* the stem, in the plan's text_words.bytes */
    uint32_t length;
    /* Inverse document frequency; that of its synonyms where no stem occurs, or else that of its
       completions. */
    float mass;
};

/* Adds the crates that have a word with its stem, of that number; 0: there are none. `written` is
   the word, folded. */
void search_word_find(struct search_word *word, const struct index *index,
                      struct search_string written, uint32_t stem);

/* Adds the crates that have a word that means the same. Returns how many there are, those of each
   such word added. */
uint64_t search_word_add_synonyms(struct search_word *word, struct index_reader *reader,
                                  struct search_string written);

/* Adds the crates that have a longer word which begins with `written`, among those with other
   stems; their list may lie in `unite`. To be called behind search_word_find. Returns how many
   there are, those of each word added. */
uint64_t search_word_complete(struct search_word *word, const struct index *index,
                              struct word_union *unite, struct search_string written);

/* Weighs the word, `written`, and its alternatives, which must be there. `match` must not be the
   default. */
void search_word_weigh(struct search_word *word, const struct index *index,
                       const struct ranking *ranking, struct search_string written,
                       enum search_match match);

/* Makes a weighed word count so much of what it did. */
void search_word_scale(struct search_word *word, float share);

#endif
