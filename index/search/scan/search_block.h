/* The crates of one block of ranks after the other, as bitmaps: of those that have each alternative
   of each word. */
#ifndef CRATEDEX_INDEX_SEARCH_BLOCK_H
#define CRATEDEX_INDEX_SEARCH_BLOCK_H

#include "index/base/bitmap.h"
#include "index/search/scan/search_word_lists.h"

#include <stdbool.h>

struct search_block {
    struct search_lists *lists;
    struct search_bitmaps *scratch;
    struct posting_list filling[SEARCH_MAX_LISTS]; /* at what is not in a bitmap yet */
    bool nothing_promises;   /* no crate from here on can reach the floor: keywords do not matter */
    uint32_t n_bitmap_words; /* for all ranks */
    /* The block at hand: words of the bitmap of all ranks. */
    uint32_t first_word;
    uint32_t n_words;
    const uint64_t *bits[SEARCH_MAX_ALTERNATIVES];       /* of the crates that have each */
    const uint64_t *weighty[THRESHOLD_MAX_ALTERNATIVES]; /* numbered as search_lists.weights */
};

/* Starts before the first block. */
void search_block_start(struct search_block *block, struct search_lists *lists);

/* Goes on to the next block that may have a match. Returns false at the end. How words are written
   is not in its bitmaps. */
bool search_block_next(struct search_block *block);

/* Adds that, which scores depend on, to a block of which some may be collected; what is looked up
   has no crate in its bitmaps. */
void search_block_add_parts(struct search_block *block);

/* The alternative of a word that counts for a crate; `end` where it has none. */
static inline unsigned search_block_alternative(const struct search_block *block, uint32_t word,
                                                uint32_t at)
{
    const struct threshold_words *words = &block->lists->masses;
    unsigned alternative = words->first[word];
    while (alternative < words->first[word + 1] && !bitmap_test(block->bits[alternative], at))
        alternative++;
    return alternative;
}

#endif
