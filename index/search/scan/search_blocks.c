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
/* Of sums of weights, and more. */
#define ROUNDING 1e-4F

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
   tell, without a look at any list. Stores by word the alternatives that count, numbered as
   search_lists.weights. */
static float find_most_of(const struct blocks *blocks, uint32_t at,
                          uint8_t numbers[THRESHOLD_MAX_WORDS])
{
    const struct search_lists *lists = blocks->at.lists;
    float sum = 0;
    for (uint32_t word = 0; word < lists->masses.n_words; word++) {
        unsigned number = 2 * search_block_alternative(&blocks->at, word, at);
        if (number < lists->weights.first[word + 1]) {
            number += !bitmap_test(blocks->at.weighty[number], at);
            sum += lists->most[number];
        }
        numbers[word] = (uint8_t)number;
    }
    return sum;
}

/* What an alternative adds to the crate's score. All that have a word in a keyword score the same;
   of others the list is asked. */
static float weigh(struct blocks *blocks, const struct search_alternative *alternative,
                   bool is_keyword, uint32_t rank)
{
    uint32_t i = alternative->first_list;
    if (is_keyword && i + 1 == alternative->end_list)
        return alternative->weights[POSTING_KEYWORDS];
    while (i + 1 < alternative->end_list && !search_list_has(&blocks->probing[i], rank))
        i++;
    return search_list_weight(alternative, &blocks->probing[i], rank);
}

/* What the words add to it by these alternatives, `most` at the most; less than `needed` where that
   is found out before all are weighed. */
static float score_words(struct blocks *blocks, uint32_t at,
                         const uint8_t numbers[THRESHOLD_MAX_WORDS], float most, float needed)
{
    const struct search_lists *lists = blocks->at.lists;
    uint32_t rank = 64 * blocks->at.first_word + at;
    float score = 0;
    for (uint32_t word = 0; word < lists->masses.n_words; word++) {
        unsigned number = numbers[word];
        if (number == lists->weights.first[word + 1])
            continue;
        const struct search_alternative *alternative = &lists->alternatives[number / 2];
        float weight = weigh(blocks, alternative, number % 2 == 0, rank);
        if (alternative->is_part_of_next) {
            bool is_keyword = bitmap_test(blocks->at.weighty[number / 2 * 2 + 2], at);
            weight = weigh(blocks, alternative + 1, is_keyword, rank) + weight;
        } else if (number > 1 && alternative[-1].is_looked_up) {
            struct posting_list *part = &blocks->probing[alternative[-1].first_list];
            weight += search_list_weight_if_any(&alternative[-1], part, rank);
        }
        score += weight;
        most -= lists->most[number];
        if (score + most < needed - ROUNDING)
            break;
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

/* Stores of the matches what is promising. Returns false where that is none. */
PROCESSOR_VARIANTS
static bool keep_promising(uint64_t *kept_matches, const uint64_t *matches,
                           const uint64_t *promising, size_t n_words)
{
    word_vector any = {0};
    for (size_t i = 0; i < n_words; i += VECTOR_WORDS) {
        word_vector kept =
            *(const word_vector *)(matches + i) & *(const word_vector *)(promising + i);
        *(word_vector *)(kept_matches + i) = kept;
        any |= kept;
    }
    return (any[0] | any[1] | any[2] | any[3]) != 0;
}

/* The place of a crate in the block; UINT32_MAX where it is in another. */
static uint32_t place_in(const struct search_block *block, uint32_t rank)
{
    uint32_t word = rank / 64;
    return word >= block->first_word && word < block->first_word + block->n_words
               ? rank - 64 * block->first_word
               : UINT32_MAX;
}

/* Collects what may reach the floor of the block's `n` matches. */
static void collect(struct blocks *blocks, const uint64_t *matches, uint64_t n)
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
    search_block_add_parts(&blocks->at);
    uint64_t *kept = blocks->at.scratch->matches;
    if (!keep_promising(kept, matches, find_promising(blocks, most, n), blocks->at.n_words))
        return;
    const struct named_crates *named = &scan->plan->named;
    for (uint32_t i = 0; i < named_crates_count(named); i++) {
        uint32_t at = place_in(&blocks->at, named_crates_rank(named, i));
        if (at != UINT32_MAX)
            bitmap_clear(kept, at);
    }
    const float *most_popular = scan->scratch->most_popular + blocks->at.first_word;
    for (uint32_t word = 0; word < blocks->at.n_words; word++) {
        uint64_t bits = kept[word];
        for (; bits != 0; bits &= bits - 1) {
            uint32_t at = 64 * word + (uint32_t)__builtin_ctzll(bits);
            uint8_t numbers[THRESHOLD_MAX_WORDS];
            /* The crate's own popularity is seldom in the processor's cache. */
            __builtin_prefetch(&popularity[first_rank + at - 1]);
            float most_of = find_most_of(blocks, at, numbers);
            if (most_of + popularity_weight * most_popular[word] < scan->collector->floor)
                continue;
            float own = popularity_weight * popularity[first_rank + at - 1];
            float score =
                score_words(blocks, at, numbers, most_of, scan->collector->floor - own) + own;
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
    if (scan->matched != NULL)
        memcpy(scan->matched + blocks->at.first_word, found, n_words * sizeof *found);
    const uint64_t *matches = found;
    if (scan->filter != NULL) {
        uint64_t *filtered = blocks->at.scratch->matches;
        keep_filtered(filtered, found, scan->filter + blocks->at.first_word, n_words);
        bitmap_reset(filtered + n_words, blocks->at.n_words - n_words);
        matches = filtered;
    }
    uint64_t n = count(matches, n_words);
    scan->n_matches += n;
    lists->has_match = lists->has_match || n > 0 || count(found, n_words) > 0;
    for (uint32_t i = 0; i < named_crates_count(named); i++) {
        uint32_t at = place_in(&blocks->at, named_crates_rank(named, i));
        scan->n_matches -= at != UINT32_MAX && bitmap_test(matches, at);
    }
    if (n > 0 && !blocks->at.nothing_promises)
        collect(blocks, matches, n);
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
