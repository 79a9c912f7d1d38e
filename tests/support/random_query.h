/* Random queries that an index has answers to: words, prefixes and parts of names drawn from what
   is in the file, and everything that people put around them. */
#ifndef CRATEDEX_TESTS_SUPPORT_RANDOM_QUERY_H
#define CRATEDEX_TESTS_SUPPORT_RANDOM_QUERY_H

#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <cratedex/search_filter_list.h>

struct query_source;

/* Reads names, words, keywords, categories and owners from the index file by SQL. Fails the test
   where it cannot. */
struct query_source *query_source_open(const char *path);
void query_source_close(struct query_source *source);

#define RANDOM_QUERY_MAX_LISTED 5

/* A query and what it points at, beside the source's own strings. */
struct random_query {
    struct search_query query;
    char text[SEARCH_MAX_TEXT_BYTES + 1];
    struct search_string keywords[RANDOM_QUERY_MAX_LISTED];
    struct search_string names[RANDOM_QUERY_MAX_LISTED];
    struct search_filters filters;
    struct ranking ranking; /* the defaults, but nothing is corrected */
};

/* Makes a query for the first SEARCH_MAX_LIMIT hits by relevance, without filters, of the text as
   it stands. Its text is one that search_check_text allows. */
void random_query_text(const struct query_source *source, uint64_t *seed,
                       struct random_query *random);

/* The same of a name, whole or a beginning of it, with other separators between its words, with
   none, or with one inside a word. */
void random_query_loose_name(const struct query_source *source, uint64_t *seed,
                             struct random_query *random);

/* The same of two words that were typed as one, perhaps with another, and with corrections. */
void random_query_compound(const struct query_source *source, uint64_t *seed,
                           struct random_query *random);

/* Adds one to three filters, most of which let something through. */
void random_query_filter(const struct query_source *source, uint64_t *seed,
                         struct random_query *random);

#endif
