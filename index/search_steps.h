/* The steps of a search, each in a source of its own: which crates match the text (search_match.c),
   which pass the filters (search_filter.c), which of them come next (search_order.c). */
#ifndef CRATEDEX_INDEX_SEARCH_STEPS_H
#define CRATEDEX_INDEX_SEARCH_STEPS_H

#include "index/open_index.h"
#include "index/seek_key.h"

#include <cratedex/search.h>

/* What a text comes to in one index. */
struct search_match {
    struct posting_list lists[SEARCH_MAX_WORDS]; /* shortest first */
    uint32_t n_lists;
    bool has_words;              /* false: no word is asked for, or one of them occurs nowhere */
    const uint32_t *place_ranks; /* crates whose name contains the text; one may occur repeatedly */
    uint32_t n_places;
    const unsigned char *exact_values; /* see trie_find */
    uint32_t n_exact;
};

/* Looks the text's words and places up. Returns 0 or -1 (memory). */
int search_match_prepare(struct index_reader *reader, struct search_string text,
                         struct search_match *match, struct error *error);

/* Calls `visit` once for every crate that matches and passes `filter` (a bitmap, NULL: all), with the
   best tier in which it matches; in ascending order of rank within a tier. Returns how many. */
typedef void search_visit(void *context, uint32_t rank, enum search_tier tier);
uint64_t search_match_visit(struct search_match *match, struct index_reader *reader,
                            const uint64_t *filter, search_visit *visit, void *context);

/* True where the crate's canonical name is the canonical text. */
bool search_match_is_exact(const struct search_match *match, uint32_t rank);

/* Turns the query's filters into a bitmap of ranks (the reader's scratch); `*filter` is NULL where
   everything passes. Returns 0 or -1 (I/O). */
int search_filter_build(struct index_reader *reader, const struct search_query *query,
                        const uint64_t **filter, struct error *error);

/* The precomputed order behind a sort; alphabetical for relevance. */
enum crate_order search_order_of(enum search_sort sort);

/* Fills the result for an order that a list walks along: every sort but relevance. `match` is NULL
   where there is no text. `after` is NULL without a seek key. */
void search_in_order(struct index_reader *reader, const struct search_query *query,
                     struct search_match *match, const uint64_t *filter,
                     const struct seek_key *after, struct search_result *result);

/* Fills the result for the order of relevance. Returns 0 or -1 (memory). */
int search_by_relevance(struct index_reader *reader, const struct search_query *query,
                        struct search_match *match, const uint64_t *filter,
                        const struct seek_key *after, struct search_result *result,
                        struct error *error);

#endif
