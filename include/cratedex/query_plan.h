/* What a search did, for those who look why it took so long: the words that it looked for with the
   lengths of their posting lists, and how much it found. A value without pointers into a reader. */
#ifndef CRATEDEX_QUERY_PLAN_H
#define CRATEDEX_QUERY_PLAN_H

#include <cratedex/encoder.h>
#include <cratedex/index_file.h>
#include <cratedex/search.h>
#include <cratedex/search_filter_list.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QUERY_PLAN_MAX_NEAR_NAMES 3

struct query_plan {
    struct {
        uint32_t start; /* of the stem, in `stems` */
        uint32_t length;
        uint32_t n_crates;            /* length of its posting list */
        uint32_t n_synonyms;          /* words that mean the same and occur */
        uint64_t n_synonym_crates;    /* lengths of their lists, added */
        uint32_t n_completions;       /* longer words that it may be the beginning of */
        uint64_t n_completion_crates; /* crates that have any of these */
        double share;                 /* of the query's inverse document frequency */
    } words[SEARCH_MAX_WORDS];        /* only the first n_words are set */
    struct search_filters filters;    /* of the query */
    uint32_t n_words;                 /* that were looked for */
    uint32_t n_left_out;              /* that occur nowhere, in no spelling */
    double required_share;            /* that a match had to reach by its words */
    uint32_t n_name_places;           /* places in names where the text stands */
    uint32_t n_exact_names;           /* crates that are called so */
    uint32_t near_names[QUERY_PLAN_MAX_NEAR_NAMES]; /* ranks of those that the text nearly names */
    uint32_t n_near_names;
    unsigned facets; /* that were counted: a bit each, see search_facets.h */
    bool is_relaxed; /* see struct search_result, as the two below */
    uint64_t total;
    char did_you_mean[SEARCH_MAX_DID_YOU_MEAN];
    uint32_t hits_by_tier[N_SEARCH_TIERS]; /* of the page that was asked for */
    char stems[2 * SEARCH_MAX_TEXT_BYTES];
};

/* Describes the search for `query` that gave `result`, before its reader runs the next. Allocates
   nothing; costs well below a microsecond for common queries. */
void query_plan_describe(const struct search_query *query, const struct search_result *result,
                         struct query_plan *plan);

/* Writes a plan as one value:

       {"filters": {"license": [], …},
        "words": [{"word", "crates", "synonyms", "synonym_crates", "completions",
        "completion_crates", "share"}], "left_out",
        "required_share", "name_places", "exact_names", "near_names": [], "did_you_mean", "relaxed",
        "facets": ["category", …], "matches", "page": {"exact name", "name", …}}

   `filters` are as search_filters_encode writes them. `page` counts the hits of the page by tier
   (search_tier_name), those of tiers that occur. Words are stems; `facets` are those that were
   counted. `index` is the one that was searched. */
void query_plan_encode(const struct query_plan *plan, const struct index *index,
                       struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
