/* What a crate scores in the first stage, and how it matches. */
#ifndef CRATEDEX_INDEX_SEARCH_SCORE_H
#define CRATEDEX_INDEX_SEARCH_SCORE_H

#include "index/search/plan/search_plan.h"

#include <stdbool.h>
#include <stdint.h>

/* How a word occurs in a crate: by the first of its alternatives that the crate has. */
struct word_occurrence {
    const struct word_alternative *alternative; /* NULL: not at all */
    uint8_t fields;                             /* 0: not at all */
    uint8_t written_fields; /* of these, in which the word is written as it was typed; 0 where that
                               makes no difference (search_word.written) */
};

/* Moves the cursors of the word's lists to `rank`, which must not fall from call to call. */
struct word_occurrence search_word_occurrence(struct search_word *word, uint32_t rank);

/* The fields in which any of its alternatives stands; cursors move likewise. */
unsigned search_word_fields(struct search_word *word, uint32_t rank);

/* What a word of this mass adds to a crate's score, by the set of fields in which it occurs. */
void search_plan_weigh(const struct search_plan *plan, float mass, float weights[16]);

/* The shares of the query's mass that occur in a crate. */
struct search_coverage {
    float any;
    float main; /* name, keywords or description */
    float keywords;
    float name;
    float description;
    float readme;
    float readme_only;
    float best;          /* of the heaviest word that occurs */
    float best_main;     /* in name, keywords or description */
    float mass;          /* towards `required`, summed as search_scan does */
    bool is_named;       /* the crate's name is the words run together */
    bool has_all;        /* every word occurs, whole */
    bool has_first;      /* the first word that counts occurs in name, keywords or description */
    uint8_t worst_field; /* of the best fields of the words that occur; 0: none does */
};

/* Ranks must not fall from call to call; see search_plan_rewind. */
void search_plan_cover(struct search_plan *plan, uint32_t rank, struct search_coverage *coverage);

/* Rounding must not decide whether a share is reached. */
#define SEARCH_MASS_TOLERANCE 1e-5f

/* True where a crate matches by its words, whether or not its name contains the text. */
static inline bool search_plan_accepts(const struct search_plan *plan, float mass)
{
    return !plan->no_words_match && mass >= plan->required - SEARCH_MASS_TOLERANCE;
}

/* True where the crate matches by its words, which run together may be its name. */
bool search_plan_has_words(const struct search_plan *plan, const struct search_coverage *coverage);

/* How a match matches by its words. */
enum search_tier search_plan_words_tier(const struct search_plan *plan,
                                        const struct search_coverage *coverage);

/* How a match matches: by its name, or as its words do. */
enum search_tier search_plan_name_tier(const struct search_plan *plan, uint32_t rank,
                                       enum search_tier words_tier);

/* The same, from any cursor position; puts the cursors back. */
enum search_tier search_plan_tier(struct search_plan *plan, uint32_t rank);

/* The first stage's score. `coverage` NULL: the crate matches by its name only. */
float search_plan_score(const struct search_plan *plan, const struct index *index, uint32_t rank,
                        const struct search_coverage *coverage);

#endif
