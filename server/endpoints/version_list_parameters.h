/* The parameters of GET /api/v1/crates/{name}/versions, validated and in their canonical form. */
#ifndef CRATEDEX_SERVER_VERSION_LIST_PARAMETERS_H
#define CRATEDEX_SERVER_VERSION_LIST_PARAMETERS_H

#include "server/http/failure.h"
#include "server/http/query_string.h"
#include "server/parameters/canonical_key.h"

#include <cratedex/version_list.h>

/* `query` points into the struct, which must not be copied, and into the query that was parsed. */
struct version_list_parameters {
    struct version_query query;
    struct search_string nums[QUERY_STRING_MAX_PARAMETERS];
};

/* What crates.io checks before it looks for the crate. Returns 0, or -1 with a status 400. */
int version_list_check(const struct query_string *query, struct failure *failure);

/* Reads and checks the rest, for the crate of that rank, and writes the canonical key, in which
   numbers are in one order and each once. Returns 0, or -1 with a status 400. */
int version_list_parse(const struct query_string *query, uint32_t rank,
                       struct version_list_parameters *parameters, struct canonical_key *key,
                       struct failure *failure);

#endif
