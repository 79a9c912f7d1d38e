/* Which version each dependency of a closure gets; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_DEPENDENCY_RESOLUTION_H
#define CRATEDEX_INDEX_DEPENDENCY_RESOLUTION_H

#include "index/resolve/package_graph.h"

#include <cratedex/error.h>
#include <stdbool.h>
#include <stdint.h>

/* Packages in one closure; the largest of the crates.io dump of November 2020 has 389. */
#define DEPENDENCY_RESOLUTION_MAX_NODES 500

/* Why a dependency has no node. */
enum dependency_fault {
    DEPENDENCY_RESOLVED,
    DEPENDENCY_WITHOUT_VERSION, /* nothing that is not yanked matches */
    DEPENDENCY_CONFLICT,        /* all that matches is incompatible with what others need */
    DEPENDENCY_BEYOND_SIZE,     /* the limit of nodes was reached */
};

/* The packages taken so far, in the order of taking; the root is the first. */
struct dependency_resolution {
    struct package_graph *graph;
    struct package *nodes[DEPENDENCY_RESOLUTION_MAX_NODES];
    uint32_t n_nodes;
    bool is_complete; /* every dependency has its node, as cargo would have it */
    bool is_cut;      /* a limit left something out */
};

/* Resolves the closure of a version. Every dependency of every node then has `node`, its place in
   `nodes`, or a `fault`. Returns 0 or -1. */
int dependency_resolution_run(struct dependency_resolution *resolution, int64_t version_id,
                              struct error *error);

#endif
