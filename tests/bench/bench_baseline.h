/* What plain SQLite does with the same queries: its FTS5 table, ranked by bm25(). */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_BASELINE_H
#define CRATEDEX_TESTS_BENCH_BENCH_BASELINE_H

#include "tests/bench/bench_queries.h"

#include <cratedex/error.h>
#include <stdint.h>

struct baseline;

/* Opens the index file at `path` with SQLite and prepares the match expressions of `queries`.
   Returns NULL and says why. */
struct baseline *baseline_open(const char *path, const struct bench_queries *queries,
                               struct error *error);
void baseline_close(struct baseline *baseline);

/* Runs query number `i` and reads its ten best rows. Returns 1; 0 where the query has no word that
   FTS5 could look for, and nothing was run; -1 and why. */
int baseline_run(struct baseline *baseline, size_t i, struct error *error);

#endif
