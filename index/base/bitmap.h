/* A plain bitmap over ranks. Dense and small (28 KiB for 227,000 crates): it lives in the
   first-level cache, is filled by random writes and read in order, which is what a set of matches
   needs. Roaring bitmaps were considered; their containers cost more to fill at random than they
   save here. */
#ifndef CRATEDEX_INDEX_BITMAP_H
#define CRATEDEX_INDEX_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Words needed for the bits 0 … n_bits - 1. */
static inline size_t bitmap_n_words(uint32_t n_bits)
{
    return ((size_t)n_bits + 63) / 64;
}

static inline void bitmap_set(uint64_t *words, uint32_t bit)
{
    words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void bitmap_clear(uint64_t *words, uint32_t bit)
{
    words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

static inline bool bitmap_test(const uint64_t *words, uint32_t bit)
{
    return (words[bit / 64] >> (bit % 64)) & 1;
}

/* Adds the bits of `others`. */
static inline void bitmap_unite(uint64_t *words, const uint64_t *others, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        words[i] |= others[i];
}

static inline uint64_t bitmap_count(const uint64_t *words, size_t n_words)
{
    uint64_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        n += (uint64_t)__builtin_popcountll(words[i]);
    return n;
}

static inline void bitmap_reset(uint64_t *words, size_t n_words)
{
    memset(words, 0, n_words * sizeof *words);
}

#endif
