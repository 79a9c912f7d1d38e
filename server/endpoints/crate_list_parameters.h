/* The parameters of GET /api/v1/crates, validated and in their canonical form. */
#ifndef CRATEDEX_SERVER_CRATE_LIST_PARAMETERS_H
#define CRATEDEX_SERVER_CRATE_LIST_PARAMETERS_H

#include "server/http/failure.h"
#include "server/http/query_string.h"
#include "server/parameters/canonical_key.h"
#include "server/parameters/pagination.h"
#include "server/service/experiment.h"

#include <cratedex/index_file.h>
#include <cratedex/search.h>
#include <cratedex/search_filters.h>
#include <stdbool.h>
#include <stddef.h>

#define CRATE_LIST_MAX_KEYWORDS 32

/* The strings of `search` lie in `text` and in the query that was parsed; `search` points into the
   struct, which must not be copied. */
struct crate_list_parameters {
    struct search_query search;
    struct search_filters filters; /* `search` points here where there are any */
    struct pagination pagination;
    bool explain;            /* every crate says why it stands where it does */
    bool highlight;          /* every crate says where it has what was searched for */
    enum experiment_arm arm; /* whose ranking it is; NONE where the sort is another */
    struct search_string keywords[CRATE_LIST_MAX_KEYWORDS];
    struct search_string names[QUERY_STRING_MAX_PARAMETERS];
    size_t text_length;
    char text[QUERY_STRING_MAX_BYTES]; /* lower-case copies */
};

/* Reads and checks the parameters and writes the canonical key: what cannot change the answer is
   folded away (order of parameters, unknown ones, filters that a stronger one overrides, case and
   spaces of `q`, order of keywords and names, a `match` that is the sort's default). What is
   searched for is the folded form itself, so that requests with equal keys have equal answers.
   Filters are looked up in what is in memory of the index. `arm` is the request's, which counts
   where the order is that of relevance. Returns 0, or -1 with a status (400, 403). */
int crate_list_parse(const struct query_string *query, const struct index *index,
                     enum experiment_arm arm, struct crate_list_parameters *parameters,
                     struct canonical_key *key, struct failure *failure);

#endif
