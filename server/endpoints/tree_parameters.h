/* The parameters of GET /api/v1/crates/{name}/{version}/tree. */
#ifndef CRATEDEX_SERVER_TREE_PARAMETERS_H
#define CRATEDEX_SERVER_TREE_PARAMETERS_H

#include "server/endpoints/crate_path.h"

struct tree_parameters {
    struct crate_version_path path;
    uint32_t depth;
};

#endif
