/* Search and lists: from a query (search_query.h) to the ranks of the crates that match, in order,
   with the exact total. Nothing of HTTP or of an encoding is known here. */
#ifndef CRATEDEX_SEARCH_H
#define CRATEDEX_SEARCH_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <cratedex/search_query.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The sort of that name: relevance, alphabetical (alpha), downloads, recent-downloads,
   recent-updates, new. Returns 0, or -1 where there is none. */
int search_sort_parse(const char *name, enum search_sort *sort);

/* The name of sort number `i`, from 0, aliases too; NULL behind the last. */
const char *search_sort_name(size_t i);

/* The same for `match`: best, all. */
int search_match_parse(const char *name, enum search_match *match);

/* A word for people: "exact name", "name", "keywords", … */
const char *search_tier_name(enum search_tier tier);

/* Runs the query on the reader's index. Cost: one pass over the postings of the query's words; the
   memory is the reader's and bounded (one bit a crate, and twelve bytes for each of offset +
   limit). */
enum search_status search_run(struct index_reader *reader, const struct search_query *query,
                              struct search_result *result, struct error *error);

/* Why a crate stands where it does. */
struct search_explanation {
    enum search_tier tier;
    /* The first stage: the terms of its score, which is their sum. */
    double any;
    double main;
    double keywords;
    double popularity;
    double substring;
    double first_stage;
    bool has_second_stage;
    double second_stage; /* the score by which the best are ordered */
    struct {
        const char *stem; /* not NUL-terminated; valid as long as the search */
        uint32_t length;
        double share;       /* of the query's inverse document frequency */
        unsigned fields;    /* enum posting_field: 1 name, 2 keywords, 4 description, 8 readme */
        bool is_completion; /* a longer word that begins with it */
        bool is_written;    /* the word itself, as it was typed, and not only one with its stem */
        /* What stands there in its place and means the same; as `stem`. NULL: nothing does. */
        const char *synonym;
        uint32_t synonym_length;
    } words[SEARCH_MAX_WORDS];
    uint32_t n_words;
};

/* Explains a hit of that search (`result.search`). Returns 0 or -1 where it was no search by
   relevance. */
int search_explain(struct search *search, const struct search_hit *hit,
                   struct search_explanation *explanation, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
