/* On what a figure was measured. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_MACHINE_H
#define CRATEDEX_TESTS_BENCH_BENCH_MACHINE_H

#include <jansson.h>

struct machine {
    char processor[128];
    long n_cores; /* that this process may use */
    char kernel[256];
    char compiler[128];
    char sqlite[32];
};

void machine_describe(struct machine *machine);

/* {"processor", "cores", "kernel", "compiler", "sqlite"}. NULL when memory runs out. */
json_t *machine_to_json(const struct machine *machine);

#endif
