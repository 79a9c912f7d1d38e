/* What `--filter NAME=VALUE` narrows a query by. */
#ifndef CRATEDEX_INDEX_CLI_QUERY_FILTERS_H
#define CRATEDEX_INDEX_CLI_QUERY_FILTERS_H

#include <cratedex/search_filters.h>
#include <stddef.h>

/* As they were written, and as they were read. */
struct query_filters {
    const char *written[SEARCH_MAX_FILTERS]; /* borrowed from the command line */
    size_t n;
    struct search_filters filters;
};

/* Takes one of them; the first needs a struct of zeroes. Returns EXIT_OK or EXIT_USAGE. */
int query_filters_take(struct query_filters *filters, const char *written);

/* Reads all of them, for which the index must be open. Returns EXIT_OK or EXIT_USAGE. */
int query_filters_read(struct query_filters *filters, const struct index *index);

#endif
