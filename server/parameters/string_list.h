/* Values that a query repeats: `ids[]=a&ids[]=b`. */
#ifndef CRATEDEX_SERVER_STRING_LIST_H
#define CRATEDEX_SERVER_STRING_LIST_H

#include "server/http/query_string.h"

#include <cratedex/search.h>
#include <stddef.h>

/* Sorts by bytes and drops repetitions, so that lists of the same values are equal. Returns how
   many are left. */
size_t string_list_sort(struct search_string *strings, size_t n_strings);

/* The values of every parameter of that name, sorted as above; borrowed from the query. `strings`
   has room for QUERY_STRING_MAX_PARAMETERS. Returns how many there are. */
size_t string_list_collect(const struct query_string *query, const char *name,
                           struct search_string *strings);

#endif
