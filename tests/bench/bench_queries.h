/* The queries of a benchmark, from a text file. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_QUERIES_H
#define CRATEDEX_TESTS_BENCH_BENCH_QUERIES_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

struct bench_query {
    const char *text; /* without the mark; NUL-terminated */
    size_t length;
    bool is_prefix; /* the line ended with `*` */
};

struct bench_queries {
    char *file; /* the texts lie here */
    struct bench_query *queries;
    size_t n_queries;
};

/* Reads one query a line; empty lines are left out. Returns 0, or -1 and why (also for a file
   without queries). */
int bench_queries_read(struct bench_queries *queries, const char *path, struct error *error);
void bench_queries_free(struct bench_queries *queries);

#endif
