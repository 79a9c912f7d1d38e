/* Crates that the text may name, but that do not stand in front (NAMED_BY_WORDS), in the order of
   relevance: `temp file`, tempfile. */
#ifndef CRATEDEX_INDEX_SEARCH_BY_WORDS_H
#define CRATEDEX_INDEX_SEARCH_BY_WORDS_H

#include "index/search/search_state.h"

/* Where the text names no other crate, these stand at this place or before it. */
#define SEARCH_BY_WORDS_LAST_PLACE 10

/* Those that pass the filter. */
struct search_by_words {
    uint32_t ranks[NAMED_MAX_OF_A_KIND];
    uint32_t n;
    uint32_t n_in_front; /* crates that the text names otherwise, which stand before them */
    bool may_rise;       /* none of these has the text as its name */
};

void search_by_words_take(struct search_by_words *by_words, const struct search_plan *plan,
                          const uint64_t *filter);

/* The first stage's score of one of them: as if the words stood in its name. */
float search_by_words_score(struct search_plan *plan, const struct index *index, uint32_t rank);

/* Puts them among the `n` candidates, which are in the order of the first stage; there must be room
   for all. Returns how many candidates there are then. */
uint32_t search_by_words_enter(const struct search_by_words *by_words, struct search *search,
                               uint32_t n);

/* Moves those of the `n` candidates that the second stage has put too far up or down: behind the
   first more popular crate that has all words as they were typed, for a name alone is no reason to
   lead; but not behind the last place that they may have. They get the score that belongs there,
   so that the order stays one by score and rank. */
void search_by_words_settle(const struct search_by_words *by_words,
                            struct rerank_candidate *candidates, uint32_t n);

#endif
