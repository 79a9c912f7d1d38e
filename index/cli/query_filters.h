/* What narrows a query: `--filter NAME=VALUE`, and what of the words is no text. */
#ifndef CRATEDEX_INDEX_CLI_QUERY_FILTERS_H
#define CRATEDEX_INDEX_CLI_QUERY_FILTERS_H

#include <cratedex/search_filters.h>
#include <stddef.h>

/* As they were written, and as they were read. */
struct query_filters {
    const char *written[SEARCH_MAX_FILTERS]; /* borrowed from the command line */
    size_t n;
    struct search_filters filters;
    char text[SEARCH_MAX_TEXT_BYTES]; /* what is left of the words */
};

/* Takes one of them; the first needs a struct of zeroes. Returns EXIT_OK or EXIT_USAGE. */
int query_filters_take(struct query_filters *filters, const char *written);

/* Reads all of them, for which the index must be open, and the query's text as the search box does:
   sets the query's filters, and its text to what is left. Both lie in `filters`. Returns EXIT_OK or
   EXIT_USAGE. */
int query_filters_read(struct query_filters *filters, const struct index *index,
                       struct search_query *query);

/* Prints how a query with filters was read, for a person: "Read as: json; without async, tokio". */
void query_filters_print(const struct search_query *query);

#endif
