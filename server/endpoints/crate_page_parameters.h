/* The parameters of GET /api/v1/crates/{name} and of a crate's reverse dependencies. */
#ifndef CRATEDEX_SERVER_CRATE_PAGE_PARAMETERS_H
#define CRATEDEX_SERVER_CRATE_PAGE_PARAMETERS_H

#include "server/parameters/pagination.h"

#include <stdint.h>

struct crate_page_parameters {
    uint32_t rank;
    unsigned components; /* enum crate_component */
};

struct reverse_dependencies_parameters {
    uint32_t rank;
    struct pagination pagination;
};

#endif
