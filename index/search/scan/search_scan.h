/* The first stage: every crate that matches a plan, with its score. */
#ifndef CRATEDEX_INDEX_SEARCH_SCAN_H
#define CRATEDEX_INDEX_SEARCH_SCAN_H

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
    uint16_t touched[SCAN_BLOCK_RANKS + 1]; /* one is written ahead */
    uint8_t is_credited[SCAN_BLOCK_RANKS];  /* the word at hand has been counted */
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
    struct search_accumulators *accumulators;
    struct search_bitmaps *bitmaps;
};

/* Returns 0 or -1 (memory). */
int search_scan_scratch_create(struct search_scan_scratch *scratch, uint32_t n_crates,
                               struct error *error);
void search_scan_scratch_free(struct search_scan_scratch *scratch);

/* Gets every match once, in no particular order; the exact matches and the near names, which stand in
   front, are not among them. A collector embeds this struct as its first member. */
struct search_collector {
    void (*collect)(struct search_collector *collector, uint32_t rank, float score);
    float floor; /* matches with a lower score are counted, but not collected */
};

/* Finds every crate that matches and passes `filter` (a bitmap, NULL: all). Returns how many,
   those in front that pass included. Leaves the plan's cursors at the beginning. */
uint64_t search_scan(struct search_plan *plan, const struct index *index,
                     struct search_scan_scratch *scratch, const uint64_t *filter,
                     struct search_collector *collector);

/* ---- For the sources of the scan ---- */

struct search_scan_state {
    struct search_plan *plan;
    const struct index *index;
    struct search_scan_scratch *scratch;
    const uint64_t *filter;
    struct search_collector *collector;
    uint64_t n_matches;
};

/* Both find what matches by its words: count it where it passes the filter and does not stand in front,
   collect it, and take it out of the scratch's `places` (where the plan has any). They lower
   plan->required where the plan may fall back.

   By the lists that a crate is in (search_lists.c): returns false, with nothing done, for a plan of too
   many words. */
bool search_scan_lists(struct search_scan_state *scan);
/* By accumulating scores: any plan. */
void search_scan_accumulate(struct search_scan_state *scan);

#endif
