/* Bitmaps of frequent words are kept (postings.h) and need no copy; those of others are set from
   their postings, as the blocks go by, which costs a few operations a posting. Lists of one
   alternative are united. Blocks without any essential word are passed over. */
#include "index/search/scan/search_block.h"

#include <string.h>

/* The first blocks are short, so that there soon is a floor. */
#define FIRST_BLOCK_WORDS 8

void search_block_start(struct search_block *block, struct search_lists *lists)
{
    const struct search_scan_state *scan = lists->scan;
    block->lists = lists;
    block->scratch = scan->scratch->bitmaps;
    block->n_bitmap_words = (uint32_t)bitmap_n_words(scan->index->columns.n_crates + 1);
    memcpy(block->filling, lists->lists, lists->n_lists * sizeof *block->filling);
    block->nothing_promises = false;
    block->first_word = 0;
    block->n_words = 0;
}

/* The first word from `from` on of the bitmap of all ranks where an essential list may have a
   crate. */
static uint32_t find_next_word(const struct search_block *block, uint32_t from)
{
    const struct search_lists *lists = block->lists;
    uint32_t next = block->n_bitmap_words;
    for (uint32_t word = 0; word < lists->masses.n_words; word++) {
        if ((lists->is_essential >> word & 1) == 0)
            continue;
        for (uint32_t i = search_lists_begin(lists, word); i < search_lists_end(lists, word); i++) {
            const struct posting_list *list = &block->filling[i];
            if (list->bitmap != NULL)
                return from;
            if (list->position < list->n && list->ranks[list->position] / 64 < next)
                next = list->ranks[list->position] / 64;
        }
    }
    return next > from ? next : from;
}

/* Sets the bits of a list's crates in the block: of those that have the word in a keyword, which
   are not to be relied on before `has_keyword`, and of all. Returns whether any has, or had. Few
   do, so that a branch costs less than a second store. */
static bool set_bits(const struct search_block *block, struct posting_list *list, bool has_keyword,
                     uint64_t bits[2][THRESHOLD_BLOCK_WORDS])
{
    uint32_t first_rank = 64 * block->first_word;
    uint32_t end_rank = first_rank + 64 * block->n_words;
    const uint32_t *ranks = list->ranks;
    const uint8_t *fields = list->fields;
    uint32_t n = list->n;
    uint32_t i = list->position;
    for (; i < n && ranks[i] < end_rank; i++) {
        uint32_t at = ranks[i] - first_rank;
        bitmap_set(bits[1], at);
        if ((fields[i] & POSTING_KEYWORDS) != 0) {
            if (!has_keyword)
                bitmap_reset(bits[0], block->n_words);
            bitmap_set(bits[0], at);
            has_keyword = true;
        }
    }
    list->position = i;
    return has_keyword;
}

/* The same for all crates alone. */
static void set_all_bits(struct posting_list *list, uint32_t first_rank, uint32_t end_rank,
                         uint64_t bits[THRESHOLD_BLOCK_WORDS])
{
    const uint32_t *ranks = list->ranks;
    uint32_t n = list->n;
    uint32_t i = list->position;
    for (; i < n && ranks[i] < end_rank; i++)
        bitmap_set(bits, ranks[i] - first_rank);
    list->position = i;
}

/* Finds the crates of the block that have an alternative. Stores those that have it in a keyword,
   unless nothing promises, and all. */
static void fill(struct search_block *block, unsigned number, const uint64_t *found[2])
{
    const struct search_alternative *alternative = &block->lists->alternatives[number];
    uint64_t(*bits)[THRESHOLD_BLOCK_WORDS] = block->scratch->alternatives[number];
    uint32_t first_rank = 64 * block->first_word;
    uint32_t end_rank = first_rank + 64 * block->n_words;
    found[0] = threshold_none;
    found[1] = threshold_none;
    for (uint32_t i = alternative->first_list; i < alternative->end_list; i++) {
        struct posting_list *list = &block->filling[i];
        if (list->bitmap == NULL) {
            if (list->position < list->n && list->ranks[list->position] < first_rank)
                posting_list_seek(list, first_rank);
            if (list->position == list->n || list->ranks[list->position] >= end_rank)
                continue;
        } else if (i + 1 == alternative->end_list && found[1] == threshold_none) {
            found[0] = list->keyword_bitmap + block->first_word;
            found[1] = list->bitmap + block->first_word;
            return;
        }
        if (found[1] == threshold_none) {
            bitmap_reset(bits[1], block->n_words);
            found[1] = bits[1];
        }
        if (block->nothing_promises && list->bitmap == NULL) {
            set_all_bits(list, first_rank, end_rank, bits[1]);
        } else if (block->nothing_promises) {
            bitmap_unite(bits[1], list->bitmap + block->first_word, block->n_words);
        } else if (list->bitmap == NULL) {
            if (set_bits(block, list, found[0] == bits[0], bits))
                found[0] = bits[0];
        } else {
            if (found[0] != bits[0])
                bitmap_reset(bits[0], block->n_words);
            found[0] = bits[0];
            bitmap_unite(bits[0], list->keyword_bitmap + block->first_word, block->n_words);
            bitmap_unite(bits[1], list->bitmap + block->first_word, block->n_words);
        }
    }
}

bool search_block_next(struct search_block *block)
{
    const struct threshold_words *words = &block->lists->masses;
    uint32_t next = find_next_word(block, block->first_word + block->n_words);
    if (next >= block->n_bitmap_words)
        return false;
    uint32_t n_words = FIRST_BLOCK_WORDS;
    while (n_words < THRESHOLD_BLOCK_WORDS && next >= 2 * n_words)
        n_words *= 2;
    block->first_word = next - next % n_words;
    block->n_words = n_words;
    for (unsigned i = 0; i < words->first[words->n_words]; i++) {
        block->weighty[2 * i] = threshold_none;
        block->weighty[2 * i + 1] = threshold_none;
        /* How a word is written makes a difference in scores alone. */
        if (!block->lists->alternatives[i].is_part_of_next)
            fill(block, i, &block->weighty[2 * i]);
        block->bits[i] = block->weighty[2 * i + 1];
    }
    return true;
}

void search_block_add_parts(struct search_block *block)
{
    const struct threshold_words *words = &block->lists->masses;
    for (unsigned i = 0; i < words->first[words->n_words]; i++) {
        const struct search_alternative *alternative = &block->lists->alternatives[i];
        if (alternative->is_part_of_next && !alternative->is_looked_up)
            fill(block, i, &block->weighty[2 * i]);
        block->bits[i] = block->weighty[2 * i + 1];
    }
}
