/* A registry of random crates that come, go and change from day to day, and an index of any day. */
#ifndef CRATEDEX_TESTS_SUPPORT_CHANGING_REGISTRY_H
#define CRATEDEX_TESTS_SUPPORT_CHANGING_REGISTRY_H

#include "tests/support/built_index.h"

#include <stdbool.h>
#include <stdint.h>

#define CHANGING_MAX_CRATES 300

/* A crate as the registry has it. */
struct changing_entry {
    int64_t id;
    char name[32];
    unsigned words; /* of its description: a bit each */
    unsigned n_downloads;
    unsigned n_recent;
    unsigned created_day;
    unsigned updated_day;
    unsigned keyword; /* 0: none */
    unsigned category;
    unsigned owner;
    bool is_yanked;
};

struct changing_registry {
    struct changing_entry entries[CHANGING_MAX_CRATES];
    unsigned n;
    int64_t next_id; /* from 1 on */
};

/* One crate more; there must be room. */
void changing_registry_add(struct changing_registry *registry, uint64_t *seed);

/* One day's work: some crates go, some come, some change, and some are spelled differently
   afterwards. */
void changing_registry_work(struct changing_registry *registry, uint64_t *seed);

/* Builds an index of the registry as it is. */
void changing_registry_build(struct built_index *built, const struct changing_registry *registry);

#endif
