/* The first stage: every crate that matches a plan, with its score. */
#ifndef CRATEDEX_INDEX_SEARCH_SCAN_H
#define CRATEDEX_INDEX_SEARCH_SCAN_H

#include "index/search_plan.h"

/* Ranks that are scored together. Their accumulators fit into a first-level cache. */
#define SCAN_BLOCK_RANKS 2048

/* Scratch of a scan, held by the reader. */
struct search_accumulators {
    struct {
        float score;
        float mass;
    } cells[SCAN_BLOCK_RANKS];
    uint16_t touched[SCAN_BLOCK_RANKS + 1]; /* one is written ahead */
    uint8_t is_credited[SCAN_BLOCK_RANKS];  /* the word at hand has been counted */
};

/* Gets every match once, in no particular order. `by_name`: only its name matches; `score` is the first
   stage's. The exact matches are not among them. */
typedef void search_visit(void *context, uint32_t rank, float score, bool by_name);

/* Calls `visit` for every crate that matches and passes `filter` (a bitmap, NULL: all). Returns how many,
   the exact matches that pass included. Puts the plan's cursors back. */
uint64_t search_scan(struct search_plan *plan, struct index_reader *reader, const uint64_t *filter,
                     search_visit *visit, void *context);

#endif
