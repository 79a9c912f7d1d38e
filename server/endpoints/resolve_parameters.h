/* The parameters of GET /api/v1/crates/{name}/resolve. */
#ifndef CRATEDEX_SERVER_RESOLVE_PARAMETERS_H
#define CRATEDEX_SERVER_RESOLVE_PARAMETERS_H

#include <cratedex/resolve.h>

struct resolve_parameters {
    struct resolve_query query; /* its requirement borrows from the request's query string */
};

#endif
