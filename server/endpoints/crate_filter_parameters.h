/* The parameters of GET /api/v1/crates that filter and that crates.io does not have: `license`,
   `updated_since`, … (search_filters.h). */
#ifndef CRATEDEX_SERVER_CRATE_FILTER_PARAMETERS_H
#define CRATEDEX_SERVER_CRATE_FILTER_PARAMETERS_H

#include "server/http/failure.h"
#include "server/http/query_string.h"
#include "server/parameters/canonical_key.h"

#include <cratedex/index_file.h>
#include <cratedex/search_filters.h>

/* Adds them to `filters`, all but `kind`. What the index does not have is a filter that nothing
   passes. Returns 0, or -1 with a status 400: a wrong value, or two that exclude each other. */
int crate_filter_parameters_read(const struct query_string *query, const struct index *index,
                                 struct search_filters *filters, struct failure *failure);

/* Adds `kind`, when all else has been added that it may belong to, the search box's too. Returns 0
   or -1 likewise. */
int crate_filter_parameters_read_kind(const struct query_string *query, const struct index *index,
                                      struct search_filters *filters, struct failure *failure);

/* Appends filters to a key, wherever they come from. */
void crate_filter_parameters_key(const struct search_filters *filters, struct canonical_key *key);

#endif
