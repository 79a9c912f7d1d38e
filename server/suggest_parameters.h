/* The parameters of GET /api/v1/suggest. */
#ifndef CRATEDEX_SERVER_SUGGEST_PARAMETERS_H
#define CRATEDEX_SERVER_SUGGEST_PARAMETERS_H

#include <cratedex/search.h>
#include <stddef.h>

struct suggest_parameters {
    size_t limit;
    size_t prefix_length;
    char prefix[SEARCH_MAX_TEXT_BYTES]; /* canonical */
};

#endif
