/* Requests whose popularity is Zipf's, exponent 1.0. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_ZIPF_H
#define CRATEDEX_TESTS_BENCH_BENCH_ZIPF_H

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

/* Draws `n` of the items 0 … n_items - 1: the item of rank r, from 1 on, with a probability that
   goes with 1 / r. Which item has which rank is drawn first; the same seed (not 0) draws the same.
   Returns 0; -1 when memory runs out. */
int zipf_draw(uint32_t *drawn, size_t n, uint32_t n_items, uint64_t seed, struct error *error);

#endif
