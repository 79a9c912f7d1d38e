/* The bound on what a dump is unpacked to. */
#ifndef CRATEDEX_INDEX_DUMP_BUDGET_H
#define CRATEDEX_INDEX_DUMP_BUDGET_H

#include <cratedex/error.h>
#include <stdint.h>

struct dump_budget {
    uint64_t max_bytes;
    uint64_t n_bytes; /* spent */
};

/* Returns 0, or -1 where the bound is passed. */
int dump_budget_spend(struct dump_budget *budget, uint64_t n_bytes, struct error *error);

#endif
