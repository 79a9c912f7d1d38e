/* A scan that takes the crates in blocks of ranks: in a block every alternative is a bitmap, and
   which crates match is a Boolean function of these bitmaps (search_threshold.h). So counting costs
   a few operations for 64 crates, however many there are.

   Scores are computed only for what can still be collected: popularity falls with the rank and no
   word adds more than its best fields do, which gives a second function of the same bitmaps, true
   where a score may reach the collector's floor. Where it is true for none, all further blocks are
   only counted, for which nothing but the ranks of postings is read. */
#include "index/search/scan/search_blocks.h"

#include "index/base/processor.h"
#include "index/search/scan/search_block.h"
#include "index/trie/trie.h"

#include <math.h>
#include <string.h>

/* The function of what is promising is built again when so much of a score was gained. */
#define PROMISE_STEP 0.05F
/* What a step of that function for a block costs, in look-ups of a word of a crate; and what it
   takes for the function to be worth it at all. */
#define LOOK_UPS_A_STEP 3
#define MIN_LOOK_UPS 16

struct blocks {
    struct search_block at;                        /* the block at hand */
    struct posting_list probing[SEARCH_MAX_LISTS]; /* at the crate that was scored last */
    struct threshold promising;
    float promised; /* floor less popularity, when `promising` was built */
};

static const struct threshold all_promise = {.result = THRESHOLD_ALL};

static void start(struct blocks *blocks, struct search_lists *lists)
{
    search_block_start(&blocks->at, lists);
    memcpy(blocks->probing, lists->lists, lists->n_lists * sizeof *blocks->probing);
    blocks->promising = all_promise;
    blocks->promised = -INFINITY;
}

/* The most that the words can add to the score of the crate at a place in the block: what its bits
   tell, without a look at any list. Stores the alternatives that count, by word. */
static float find_most_of(const struct blocks *blocks, uint32_t at,
                          uint8_t numbers[THRESHOLD_MAX_WORDS])
{
    const struct search_lists *lists = blocks->at.lists;
    float sum = 0;
    for (uint32_t word = 0; word < lists->masses.n_words; word++) {
        unsigned number = search_block_alternative(&blocks->at, word, at);
        numbers[word] = (uint8_t)number;
        if (number < lists->masses.first[word + 1])
            sum += lists->most[2 * number + !bitmap_test(blocks->at.weighty[2 * number], at)];
    }
    return sum;
}

/* What the words add to it by these alternatives. */
static float score_words(struct blocks *blocks, uint32_t at,
                         const uint8_t numbers[THRESHOLD_MAX_WORDS])
{
    const struct search_lists *lists = blocks->at.lists;
    uint32_t rank = 64 * blocks->at.first_word + at;
    float score = 0;
    for (uint32_t word = 0; word < lists->masses.n_words; word++) {
        if (numbers[word] == lists->masses.first[word + 1])
            continue;
        const struct search_alternative *alternative = &lists->alternatives[numbers[word]];
        uint32_t i = alternative->first_list;
        while (i + 1 < alternative->end_list && !search_list_has(&blocks->probing[i], rank))
            i++;
        float weight = search_list_weight(alternative, &blocks->probing[i], rank);
        if (alternative->is_part_of_next)
            weight = search_list_weight(alternative + 1, &blocks->probing[i + 1], rank) + weight;
        score += weight;
    }
    return score;
}

/* What the words can add to a score in this block, where some may not occur. */
static float find_most(const struct blocks *blocks)
{
    const struct threshold_words *weights = &blocks->at.lists->weights;
    float sum = 0;
    for (uint32_t word = 0; word < weights->n_words; word++) {
        float most = 0;
        for (unsigned i = weights->first[word]; i < weights->first[word + 1]; i++) {
            bool is_part = blocks->at.lists->alternatives[i / 2].is_part_of_next;
            if (blocks->at.weighty[is_part ? i + 2 : i] != threshold_none)
                most = fmaxf(most, weights->values[i]);
        }
        sum += most;
    }
    return sum;
}

/* Finds out which of the block's `n` matches may reach the floor. Where they are few, scoring all
   costs less. */
static const uint64_t *find_promising(struct blocks *blocks, float popularity, uint64_t n)
{
    const struct search_lists *lists = blocks->at.lists;
    float floor = lists->scan->collector->floor;
    uint64_t cost = n * lists->masses.n_words;
    if (cost < MIN_LOOK_UPS || cost < LOOK_UPS_A_STEP * (uint64_t)blocks->promising.n_steps)
        return threshold_all;
    /* The function only gets narrower: an older one lets too many pass, never too few. */
    if (!(floor - popularity < blocks->promised + PROMISE_STEP)) {
        if (threshold_build(&blocks->promising, &lists->weights, popularity, floor) != 0)
            blocks->promising = all_promise;
        blocks->promised = floor - popularity;
    }
    const uint64_t *promising = threshold_evaluate(
        &blocks->promising, blocks->at.weighty, blocks->at.n_words, &blocks->at.scratch->promising);
    return promising != NULL ? promising : threshold_none;
}

/* Keeps of the matches what is promising. Returns false where that is none. */
PROCESSOR_VARIANTS
static bool keep_promising(uint64_t *matches, const uint64_t *promising, size_t n_words)
{
    word_vector any = {0};
    for (size_t i = 0; i < n_words; i += VECTOR_WORDS) {
        word_vector kept =
            *(const word_vector *)(matches + i) & *(const word_vector *)(promising + i);
        *(word_vector *)(matches + i) = kept;
        any |= kept;
    }
    return (any[0] | any[1] | any[2] | any[3]) != 0;
}

static void collect(struct blocks *blocks, uint64_t n)
{
    const struct search_scan_state *scan = blocks->at.lists->scan;
    const float *popularity = scan->index->columns.popularity;
    float popularity_weight = (float)scan->plan->ranking->popularity;
    uint32_t first_rank = 64 * blocks->at.first_word;
    float most = popularity_weight * popularity[first_rank == 0 ? 0 : first_rank - 1];
    if (blocks->at.lists->most_words + most < scan->collector->floor) {
        blocks->at.nothing_promises = true;
        return;
    }
    if (find_most(blocks) + most < scan->collector->floor)
        return;
    bool tells_parts = blocks->at.lists->weights_tell_parts;
    if (tells_parts)
        search_block_add_parts(&blocks->at);
    if (!keep_promising(blocks->at.scratch->matches, find_promising(blocks, most, n),
                        blocks->at.n_words))
        return;
    if (!tells_parts)
        search_block_add_parts(&blocks->at);
    for (uint32_t word = 0; word < blocks->at.n_words; word++) {
        uint64_t bits = blocks->at.scratch->matches[word];
        for (; bits != 0; bits &= bits - 1) {
            uint32_t at = 64 * word + (uint32_t)__builtin_ctzll(bits);
            uint8_t numbers[THRESHOLD_MAX_WORDS];
            float own = popularity_weight * popularity[first_rank + at - 1];
            if (find_most_of(blocks, at, numbers) + own < scan->collector->floor)
                continue;
            float score = score_words(blocks, at, numbers) + own;
            if (score >= scan->collector->floor)
                scan->collector->collect(scan->collector, first_rank + at, score);
        }
    }
}

/* Keeps of the matches what passes the filter. */
PROCESSOR_VARIANTS
static void keep_filtered(uint64_t *matches, const uint64_t *found, const uint64_t *filter,
                          size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        matches[i] = found[i] & filter[i];
}

PROCESSOR_VARIANTS
static uint64_t count(const uint64_t *words, size_t n_words)
{
    uint64_t n = 0;
#pragma GCC unroll 8
    for (size_t i = 0; i < n_words; i++)
        n += (uint64_t)__builtin_popcountll(words[i]);
    return n;
}

/* Takes what was found out of the crates that may match by their name alone. */
PROCESSOR_VARIANTS
static void unmark(uint64_t *places, const uint64_t *found, size_t n_words)
{
    size_t i = 0;
    for (; i + VECTOR_WORDS <= n_words; i += VECTOR_WORDS)
        *(word_vector *)(places + i) &= ~*(const word_vector *)(found + i);
    for (; i < n_words; i++)
        places[i] &= ~found[i];
}

/* Takes a crate that the text names out of the block's matches, and of their count in any case. */
static void leave_out(struct blocks *blocks, const uint64_t *counted, uint32_t rank)
{
    uint32_t word = rank / 64;
    if (word < blocks->at.first_word || word >= blocks->at.first_word + blocks->at.n_words)
        return;
    uint32_t at = rank - 64 * blocks->at.first_word;
    blocks->at.lists->scan->n_matches -= bitmap_test(counted, at);
    if (counted == blocks->at.scratch->matches)
        bitmap_clear(blocks->at.scratch->matches, at);
}

static void judge_block(struct blocks *blocks)
{
    struct search_lists *lists = blocks->at.lists;
    struct search_scan_state *scan = lists->scan;
    const struct named_crates *named = &scan->plan->named;
    const uint64_t *found = threshold_evaluate(&lists->matching, blocks->at.bits,
                                               blocks->at.n_words, &blocks->at.scratch->matching);
    if (found == NULL)
        return;
    uint32_t n_words = blocks->at.n_bitmap_words - blocks->at.first_word;
    n_words = n_words < blocks->at.n_words ? n_words : blocks->at.n_words;
    if (named->n_places > 0)
        unmark(scan->scratch->places + blocks->at.first_word, found, n_words);
    const uint64_t *counted = found;
    if (scan->filter != NULL || !blocks->at.nothing_promises) {
        uint64_t *matches = blocks->at.scratch->matches;
        const uint64_t *filter = scan->filter;
        keep_filtered(matches, found,
                      filter == NULL ? threshold_all : filter + blocks->at.first_word, n_words);
        bitmap_reset(matches + n_words, blocks->at.n_words - n_words);
        counted = matches;
    }
    uint64_t n = count(counted, n_words);
    scan->n_matches += n;
    lists->has_match = lists->has_match || n > 0 || count(found, n_words) > 0;
    for (uint32_t i = 0; i < named_crates_count(named); i++)
        leave_out(blocks, counted, named_crates_rank(named, i));
    if (n > 0 && !blocks->at.nothing_promises)
        collect(blocks, n);
}

void search_scan_blocks(struct search_lists *lists)
{
    struct blocks blocks;
    for (start(&blocks, lists); search_block_next(&blocks.at);)
        judge_block(&blocks);
}

static float add_masses(const struct blocks *blocks, uint32_t at)
{
    const struct threshold_words *words = &blocks->at.lists->masses;
    float mass = 0;
    for (uint32_t word = 0; word < words->n_words; word++) {
        unsigned alternative = search_block_alternative(&blocks->at, word, at);
        mass += alternative < words->first[word + 1] ? words->values[alternative] : 0;
    }
    return mass;
}

bool search_blocks_greatest_mass(struct search_lists *lists, float *greatest)
{
    struct blocks blocks;
    start(&blocks, lists);
    blocks.at.nothing_promises = true; /* masses do not depend on the fields */
    while (search_block_next(&blocks.at)) {
        float before = *greatest;
        const uint64_t *found = threshold_evaluate(&lists->matching, blocks.at.bits,
                                                   blocks.at.n_words, &blocks.at.scratch->matching);
        for (uint32_t word = 0; found != NULL && word < blocks.at.n_words; word++) {
            for (uint64_t bits = found[word]; bits != 0; bits &= bits - 1)
                *greatest = fmaxf(*greatest,
                                  add_masses(&blocks, 64 * word + (uint32_t)__builtin_ctzll(bits)));
        }
        if (*greatest > before && !search_lists_require(lists, nextafterf(*greatest, INFINITY)))
            return false;
    }
    return true;
}
