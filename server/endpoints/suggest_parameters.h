/* The parameters of GET /api/v1/suggest. */
#ifndef CRATEDEX_SERVER_SUGGEST_PARAMETERS_H
#define CRATEDEX_SERVER_SUGGEST_PARAMETERS_H

#include <cratedex/search.h>
#include <stddef.h>

struct suggest_parameters {
    size_t limit;
    size_t text_length;
    char text[SEARCH_MAX_TEXT_BYTES]; /* canonical */
};

#endif
