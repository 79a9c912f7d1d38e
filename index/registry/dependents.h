/* Which crates depend on a crate, in which order: one page of them. */
#ifndef CRATEDEX_INDEX_DEPENDENTS_H
#define CRATEDEX_INDEX_DEPENDENTS_H

#include "index/segment/open_reader.h"

#include <cratedex/dependents.h>
#include <cratedex/error.h>
#include <stdint.h>

struct dependent {
    uint32_t rank;
    int64_t dependency_id; /* the first that counts */
};

struct dependents {
    struct dependent page[DEPENDENTS_MAX_LIMIT];
    uint32_t n;     /* on the page */
    uint32_t total; /* on all pages */
};

/* Finds the page. Returns 0, or -1 and why. */
int dependents_find(struct dependents *dependents, struct index_reader *reader,
                    const struct dependents_query *query, struct error *error);

#endif
