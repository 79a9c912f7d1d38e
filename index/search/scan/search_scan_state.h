/* What a scan works with, and its scratch memory. */
#ifndef CRATEDEX_INDEX_SEARCH_SCAN_STATE_H
#define CRATEDEX_INDEX_SEARCH_SCAN_STATE_H

#include "index/search/plan/search_plan.h"
#include "index/search/scan/search_threshold.h"

/* Ranks that are scored together. Their accumulators fit into a first-level cache. */
#define SCAN_BLOCK_RANKS (64 * THRESHOLD_BLOCK_WORDS)

/* Scratch of a scan that adds scores up (search_accumulate.c). */
struct search_accumulators {
    struct {
        float score;
        float mass;
    } cells[SCAN_BLOCK_RANKS];
    uint16_t touched[SCAN_BLOCK_RANKS + 1];          /* one is written ahead */
    uint8_t credited[SCAN_BLOCK_RANKS];              /* the word, from 1, that was counted last */
    float weights[SEARCH_MAX_WORD_ALTERNATIVES][16]; /* what each adds to a score, by fields */
    float written_weights[SEARCH_MAX_WORDS][16];     /* the same of words as they are written */
};

/* The same of a scan by blocks of bitmaps (search_blocks.c). */
struct search_bitmaps {
    /* Of an alternative's crates, those that have it in a keyword, then all. */
    uint64_t alternatives[THRESHOLD_MAX_ALTERNATIVES / 2][2][THRESHOLD_BLOCK_WORDS];
    uint64_t matches[THRESHOLD_BLOCK_WORDS];
    struct threshold_scratch matching;
    struct threshold_scratch promising;
};

/* What a scan needs of memory, for an index of so many crates. */
struct search_scan_scratch {
    uint64_t *places; /* a bit a rank; all zero between scans */
    /* The popularity of the first crate of every 64 ranks, of which none has more: a few that stay
       in the processor's cache. */
    float *most_popular;
    struct search_accumulators *accumulators;
    struct search_bitmaps *bitmaps;
};

/* Gets every match once, in no particular order; the crates that the text names
   (named_crates.h) are not among them. A collector embeds this struct as its first member. */
struct search_collector {
    void (*collect)(struct search_collector *collector, uint32_t rank, float score);
    float floor; /* matches with a lower score are counted, but not collected */
};

struct search_scan_state {
    struct search_plan *plan;
    const struct index *index;
    struct search_scan_scratch *scratch;
    const uint64_t *filter;
    uint64_t *matched; /* every match, whether or not it passes the filter; NULL: not wanted */
    struct search_collector *collector;
    uint64_t n_matches;
};

#endif
