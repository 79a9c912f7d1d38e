/* A registry gives an id once. So the crates of the one index are sorted by id, and those of the
   other are looked up among them. */
#include "server/service/same_registry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct numbered {
    int64_t id;
    uint32_t rank;
};

static int compare(const void *one, const void *other)
{
    const struct numbered *a = one;
    const struct numbered *b = other;
    return a->id < b->id ? -1 : a->id > b->id;
}

static struct numbered *sort_by_id(const struct index *index, uint32_t n_crates)
{
    struct numbered *crates = calloc((size_t)n_crates + 1, sizeof *crates);
    if (crates == NULL)
        return NULL;
    for (uint32_t rank = 1; rank <= n_crates; rank++) {
        struct index_crate crate;
        index_crate(index, rank, &crate);
        crates[rank - 1] = (struct numbered){crate.id, rank};
    }
    qsort(crates, n_crates, sizeof *crates, compare);
    return crates;
}

static bool have_same_name(const struct index_crate *one, const struct index_crate *other)
{
    return one->name_length == other->name_length &&
           memcmp(one->name, other->name, one->name_length) == 0;
}

bool is_same_registry(const struct index *before, const struct index *after)
{
    const uint32_t n_before = index_n_crates(before);
    struct numbered *crates = sort_by_id(before, n_before);
    bool is_same = crates != NULL;
    for (uint32_t rank = 1; is_same && rank <= index_n_crates(after); rank++) {
        struct index_crate crate;
        struct index_crate old;
        index_crate(after, rank, &crate);
        const struct numbered wanted = {.id = crate.id};
        const struct numbered *found = bsearch(&wanted, crates, n_before, sizeof *crates, compare);
        if (found == NULL)
            continue;
        index_crate(before, found->rank, &old);
        is_same = have_same_name(&crate, &old);
    }
    free(crates);
    return is_same;
}
