/* Reproducible random numbers: xorshift64 (Marsaglia, "Xorshift RNGs", 2003). A seed must not be
   0. */
#ifndef CRATEDEX_TESTS_SUPPORT_RANDOM_H
#define CRATEDEX_TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

static inline uint32_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

/* 0 … `n` - 1. */
static inline uint32_t random_below(uint64_t *seed, uint32_t n)
{
    return (uint32_t)(((uint64_t)random_next(seed) * n) >> 32);
}

#endif
