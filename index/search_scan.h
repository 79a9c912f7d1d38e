/* The first stage: every crate that matches a plan, with its score. */
#ifndef CRATEDEX_INDEX_SEARCH_SCAN_H
#define CRATEDEX_INDEX_SEARCH_SCAN_H

#include "index/search_plan.h"

/* Ranks that are scored together. Their accumulators fit into a first-level cache. */
#define SCAN_BLOCK_RANKS 4096

/* Scratch of a scan, held by the reader. */
struct search_accumulators {
    struct {
        float score;
        float mass;
    } cells[SCAN_BLOCK_RANKS];
    uint16_t touched[SCAN_BLOCK_RANKS + 1]; /* one is written ahead */
    uint8_t is_credited[SCAN_BLOCK_RANKS];  /* the word at hand has been counted */
};

/* Gets every match once, in no particular order; the exact matches and the near names, which stand in
   front, are not among them. A collector embeds this struct as its first member. */
struct search_collector {
    void (*collect)(struct search_collector *collector, uint32_t rank, float score);
    float floor; /* matches with a lower score are counted, but not collected */
};

/* Finds every crate that matches and passes `filter` (a bitmap, NULL: all). Returns how many,
   those in front that pass included. Puts the plan's cursors back. */
uint64_t search_scan(struct search_plan *plan, struct index_reader *reader, const uint64_t *filter,
                     struct search_collector *collector);

#endif
