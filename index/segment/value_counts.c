/* The bitmap is taken apart once for all attributes, block by block: the places of the crates of a
   block are a short list, along which each attribute counts. That is one addition a value of a
   crate, at a random place of an array that the first-level cache holds, for a registry has some
   thousand keywords and less of all else.

   Where more than half of all crates are selected, those that are not are counted, and taken from
   the numbers of the dictionary, so that a pass over the whole index is never made. */
#include "index/segment/value_counts.h"

#include "index/base/bitmap.h"
#include "index/base/processor.h"

#include <stdbool.h>
#include <string.h>

/* Words of the bitmap; their places fit into a first-level cache beside the counts. */
#define BLOCK_WORDS 64
/* The numbers of a crate are on their way so many crates before they are asked for. */
#define N_FETCHED_AHEAD 8

PROCESSOR_VARIANTS
static uint64_t count_selected(const uint64_t *selected, size_t n_words)
{
    return bitmap_count(selected, n_words);
}

/* Stores the places (rank - 1) of the crates of a block that are selected, or of those that are
   not; returns how many there are. */
static uint32_t find_places(const uint64_t *selected, size_t first_word, size_t end_word,
                            uint32_t n_ranks, bool is_inverted, uint32_t *places)
{
    uint32_t n = 0;
    for (size_t word = first_word; word < end_word; word++) {
        uint64_t bits = is_inverted ? ~selected[word] : selected[word];
        if (is_inverted && word == 0)
            bits &= ~UINT64_C(1); /* rank 0 is none */
        if (is_inverted && word == n_ranks / 64)
            bits &= ~UINT64_C(0) >> (63 - n_ranks % 64);
        for (; bits != 0; bits &= bits - 1)
            places[n++] = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits) - 1;
    }
    return n;
}

/* Of one layout: the constants make a loop for each. */
static inline __attribute__((always_inline)) void
count_layout(const struct attribute_values *values, const uint32_t *places, uint32_t n_places,
             bool is_narrow, bool has_starts, uint32_t *counts)
{
    const uint16_t *narrow = values->narrow_numbers;
    const uint32_t *wide = values->wide_numbers;
    const uint32_t *starts = values->starts;
    for (uint32_t i = 0; i < n_places; i++) {
        uint32_t place = places[i];
        if (!has_starts) {
            counts[is_narrow ? narrow[place] : wide[place]]++;
            continue;
        }
        /* How many values a crate has is hard to predict; what comes next is on its way by then. */
        uint32_t ahead = starts[places[i + N_FETCHED_AHEAD]];
        __builtin_prefetch(&starts[places[i + 2 * N_FETCHED_AHEAD]]);
        __builtin_prefetch(is_narrow ? (const void *)&narrow[ahead] : (const void *)&wide[ahead]);
        uint32_t end = starts[place + 1];
        for (uint32_t at = starts[place]; at < end; at++)
            counts[is_narrow ? narrow[at] : wide[at]]++;
    }
}

static void count(const struct attribute_values *values, const uint32_t *places, uint32_t n_places,
                  uint32_t *counts)
{
    bool is_narrow = values->narrow_numbers != NULL;
    if (is_narrow && values->starts == NULL)
        count_layout(values, places, n_places, true, false, counts);
    else if (is_narrow)
        count_layout(values, places, n_places, true, true, counts);
    else
        count_layout(values, places, n_places, false, values->starts != NULL, counts);
}

void value_counts_find(const struct crate_values *values, unsigned attributes,
                       const uint64_t *selected, uint32_t *const counts[N_CRATE_ATTRIBUTES])
{
    uint32_t places[64 * BLOCK_WORDS + 2 * N_FETCHED_AHEAD];
    uint32_t n_ranks = values->attributes[0].n_ranks;
    size_t n_words = bitmap_n_words(n_ranks + 1);
    bool is_inverted = count_selected(selected, n_words) > n_ranks / 2;
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        if ((attributes >> i & 1) != 0)
            memset(counts[i], 0, ((size_t)values->attributes[i].n_values + 1) * sizeof *counts[i]);
    }
    for (size_t word = 0; word < n_words; word += BLOCK_WORDS) {
        size_t end = word + BLOCK_WORDS < n_words ? word + BLOCK_WORDS : n_words;
        uint32_t n = find_places(selected, word, end, n_ranks, is_inverted, places);
        memset(places + n, 0, 2 * N_FETCHED_AHEAD * sizeof *places); /* to be fetched, if any */
        for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
            if ((attributes >> i & 1) != 0)
                count(&values->attributes[i], places, n, counts[i]);
        }
    }
    for (int i = 0; is_inverted && i < N_CRATE_ATTRIBUTES; i++) {
        const uint32_t *all = values->attributes[i].n_crates;
        for (uint32_t at = 0; (attributes >> i & 1) != 0 && at < values->attributes[i].n_values;
             at++)
            counts[i][at + 1] = all[at] - counts[i][at + 1];
    }
}
