/* A scan that takes the crates in blocks of ranks: in a block every alternative is a bitmap, and
   which crates match is a Boolean function of these bitmaps (search_threshold.h). So counting costs
   a few operations for 64 crates, however many there are. Bitmaps of frequent words are kept
   (postings.h), those of others are set from their postings. Blocks without any essential word are
   not visited.

   Scores are computed only for what can still be collected: popularity falls with the rank and no
   word adds more than its best fields do, which gives a second function of the same bitmaps, true
   where a score may reach the collector's floor. Where it is true for none, all further blocks are
   only counted, for which nothing but the ranks of postings is read. */
#include "index/search/scan/search_blocks.h"

#include "index/base/processor.h"
#include "index/trie/trie.h"

#include <math.h>
#include <string.h>

/* The first blocks are short, so that there soon is a floor. */
#define FIRST_BLOCK_WORDS 8
/* The function of what is promising is built again when so much of a score was gained. */
#define PROMISE_STEP 0.05F
/* What a step of that function for a block costs, in look-ups of a word of a crate; and what it
   takes for the function to be worth it at all. */
#define LOOK_UPS_A_STEP 3
#define MIN_LOOK_UPS 16

struct blocks {
    struct search_lists *lists;
    struct search_bitmaps *scratch;
    struct posting_list filling[SEARCH_MAX_LISTS]; /* at what is not in a bitmap yet */
    struct posting_list probing[SEARCH_MAX_LISTS]; /* at the crate that was scored last */
    struct threshold promising;
    float promised;          /* floor less popularity, when `promising` was built */
    bool nothing_promises;   /* no crate from here on can reach the floor */
    uint32_t n_bitmap_words; /* for all ranks */
    /* The block at hand. */
    uint32_t first_word;
    uint32_t n_words;
    const uint64_t *bits[SEARCH_MAX_ALTERNATIVES];       /* of the crates that have each */
    const uint64_t *weighty[THRESHOLD_MAX_ALTERNATIVES]; /* numbered as search_lists.weights */
};

static const struct threshold all_promise = {.result = THRESHOLD_ALL};

static void start(struct blocks *blocks, struct search_lists *lists)
{
    const struct search_scan_state *scan = lists->scan;
    blocks->lists = lists;
    blocks->scratch = scan->scratch->bitmaps;
    blocks->n_bitmap_words = (uint32_t)bitmap_n_words(scan->index->columns.n_crates + 1);
    memcpy(blocks->filling, lists->lists, lists->n_lists * sizeof *blocks->filling);
    memcpy(blocks->probing, lists->lists, lists->n_lists * sizeof *blocks->probing);
    blocks->promising = all_promise;
    blocks->promised = -INFINITY;
    blocks->nothing_promises = false;
    blocks->first_word = 0;
    blocks->n_words = 0;
}

/* The first word from `from` on of the bitmap of all ranks where an essential list may have a
   crate. */
static uint32_t find_next_word(const struct blocks *blocks, uint32_t from)
{
    const struct search_lists *lists = blocks->lists;
    uint32_t next = blocks->n_bitmap_words;
    for (uint32_t word = 0; word < lists->masses.n_words; word++) {
        if ((lists->is_essential >> word & 1) == 0)
            continue;
        uint32_t begin = lists->alternatives[lists->masses.first[word]].first_list;
        uint32_t end = lists->alternatives[lists->masses.first[word + 1] - 1].end_list;
        for (uint32_t i = begin; i < end; i++) {
            const struct posting_list *list = &blocks->filling[i];
            if (list->bitmap != NULL)
                return from;
            if (list->position < list->n && list->ranks[list->position] / 64 < next)
                next = list->ranks[list->position] / 64;
        }
    }
    return next > from ? next : from;
}

/* Sets the bits of a list's crates: of those that have the word in a keyword, and of all. Returns
   whether any has. Few do, so that a branch costs less than a second store. */
static bool set_bits(struct posting_list *list, uint32_t first_rank, uint32_t end_rank,
                     uint64_t bits[2][THRESHOLD_BLOCK_WORDS])
{
    bool has_keyword = false;
    uint32_t i = list->position;
    for (; i < list->n && list->ranks[i] < end_rank; i++) {
        uint32_t at = list->ranks[i] - first_rank;
        bitmap_set(bits[1], at);
        if ((list->fields[i] & POSTING_KEYWORDS) != 0) {
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
    uint32_t i = list->position;
    for (; i < list->n && list->ranks[i] < end_rank; i++)
        bitmap_set(bits, list->ranks[i] - first_rank);
    list->position = i;
}

/* Finds the crates of the block that have an alternative. Stores those that have it in a keyword,
   unless nothing promises, and all. */
static void fill(struct blocks *blocks, unsigned number, const uint64_t *found[2])
{
    const struct search_alternative *alternative = &blocks->lists->alternatives[number];
    uint64_t(*bits)[THRESHOLD_BLOCK_WORDS] = blocks->scratch->alternatives[number];
    uint32_t first_rank = 64 * blocks->first_word;
    uint32_t end_rank = first_rank + 64 * blocks->n_words;
    found[0] = threshold_none;
    found[1] = threshold_none;
    for (uint32_t i = alternative->first_list; i < alternative->end_list; i++) {
        struct posting_list *list = &blocks->filling[i];
        if (list->bitmap == NULL) {
            if (list->position < list->n && list->ranks[list->position] < first_rank)
                posting_list_seek(list, first_rank);
            if (list->position == list->n || list->ranks[list->position] >= end_rank)
                continue;
        } else if (i + 1 == alternative->end_list && found[1] == threshold_none) {
            found[0] = list->keyword_bitmap + blocks->first_word;
            found[1] = list->bitmap + blocks->first_word;
            return;
        }
        if (found[1] == threshold_none) {
            bitmap_reset(bits[0], blocks->nothing_promises ? 0 : blocks->n_words);
            bitmap_reset(bits[1], blocks->n_words);
            found[1] = bits[1];
        }
        if (blocks->nothing_promises && list->bitmap == NULL) {
            set_all_bits(list, first_rank, end_rank, bits[1]);
        } else if (blocks->nothing_promises) {
            bitmap_unite(bits[1], list->bitmap + blocks->first_word, blocks->n_words);
        } else if (list->bitmap == NULL) {
            if (set_bits(list, first_rank, end_rank, bits))
                found[0] = bits[0];
        } else {
            found[0] = bits[0];
            bitmap_unite(bits[0], list->keyword_bitmap + blocks->first_word, blocks->n_words);
            bitmap_unite(bits[1], list->bitmap + blocks->first_word, blocks->n_words);
        }
    }
}

/* Goes on to the next block that may have a match. Returns false at the end. */
static bool next_block(struct blocks *blocks)
{
    const struct threshold_words *words = &blocks->lists->masses;
    uint32_t next = find_next_word(blocks, blocks->first_word + blocks->n_words);
    if (next >= blocks->n_bitmap_words)
        return false;
    uint32_t n_words = FIRST_BLOCK_WORDS;
    while (n_words < THRESHOLD_BLOCK_WORDS && next >= 2 * n_words)
        n_words *= 2;
    blocks->first_word = next - next % n_words;
    blocks->n_words = n_words;
    for (unsigned i = 0; i < words->first[words->n_words]; i++) {
        fill(blocks, i, &blocks->weighty[2 * i]);
        blocks->bits[i] = blocks->weighty[2 * i + 1];
    }
    return true;
}

/* The alternative of a word that counts for a crate; `end` where it has none. */
static unsigned find_alternative(const struct blocks *blocks, uint32_t word, uint32_t at)
{
    const struct threshold_words *words = &blocks->lists->masses;
    unsigned alternative = words->first[word];
    while (alternative < words->first[word + 1] && !bitmap_test(blocks->bits[alternative], at))
        alternative++;
    return alternative;
}

/* What the words add to the score of the crate at a place in the block. */
static float score_words(struct blocks *blocks, uint32_t at)
{
    const struct search_lists *lists = blocks->lists;
    uint32_t rank = 64 * blocks->first_word + at;
    float score = 0;
    for (uint32_t word = 0; word < lists->masses.n_words; word++) {
        unsigned number = find_alternative(blocks, word, at);
        if (number == lists->masses.first[word + 1])
            continue;
        const struct search_alternative *alternative = &lists->alternatives[number];
        uint32_t i = alternative->first_list;
        while (i + 1 < alternative->end_list && !search_list_has(&blocks->probing[i], rank))
            i++;
        score += search_list_weight(alternative, &blocks->probing[i], rank);
    }
    return score;
}

/* What the words can add to a score in this block, where some may not occur. */
static float find_most(const struct blocks *blocks)
{
    const struct threshold_words *weights = &blocks->lists->weights;
    float sum = 0;
    for (uint32_t word = 0; word < weights->n_words; word++) {
        float most = 0;
        for (unsigned i = weights->first[word]; i < weights->first[word + 1]; i++) {
            if (blocks->weighty[i] != threshold_none)
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
    const struct search_lists *lists = blocks->lists;
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
    const uint64_t *promising = threshold_evaluate(&blocks->promising, blocks->weighty,
                                                   blocks->n_words, &blocks->scratch->promising);
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
    const struct search_scan_state *scan = blocks->lists->scan;
    const float *popularity = scan->index->columns.popularity;
    float popularity_weight = (float)scan->plan->ranking->popularity;
    uint32_t first_rank = 64 * blocks->first_word;
    float most = popularity_weight * popularity[first_rank == 0 ? 0 : first_rank - 1];
    if (blocks->lists->most_words + most < scan->collector->floor) {
        blocks->nothing_promises = true;
        return;
    }
    if (find_most(blocks) + most < scan->collector->floor ||
        !keep_promising(blocks->scratch->matches, find_promising(blocks, most, n), blocks->n_words))
        return;
    for (uint32_t word = 0; word < blocks->n_words; word++) {
        uint64_t bits = blocks->scratch->matches[word];
        for (; bits != 0; bits &= bits - 1) {
            uint32_t at = 64 * word + (uint32_t)__builtin_ctzll(bits);
            float words = score_words(blocks, at);
            if (words + most < scan->collector->floor)
                continue;
            float score = words + popularity_weight * popularity[first_rank + at - 1];
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
    if (word < blocks->first_word || word >= blocks->first_word + blocks->n_words)
        return;
    uint32_t at = rank - 64 * blocks->first_word;
    blocks->lists->scan->n_matches -= bitmap_test(counted, at);
    if (counted == blocks->scratch->matches)
        bitmap_clear(blocks->scratch->matches, at);
}

static void judge_block(struct blocks *blocks)
{
    struct search_lists *lists = blocks->lists;
    struct search_scan_state *scan = lists->scan;
    const struct named_crates *named = &scan->plan->named;
    const uint64_t *found = threshold_evaluate(&lists->matching, blocks->bits, blocks->n_words,
                                               &blocks->scratch->matching);
    if (found == NULL)
        return;
    uint32_t n_words = blocks->n_bitmap_words - blocks->first_word;
    n_words = n_words < blocks->n_words ? n_words : blocks->n_words;
    if (named->n_places > 0)
        unmark(scan->scratch->places + blocks->first_word, found, n_words);
    const uint64_t *counted = found;
    if (scan->filter != NULL || !blocks->nothing_promises) {
        uint64_t *matches = blocks->scratch->matches;
        const uint64_t *filter = scan->filter;
        keep_filtered(matches, found, filter == NULL ? threshold_all : filter + blocks->first_word,
                      n_words);
        bitmap_reset(matches + n_words, blocks->n_words - n_words);
        counted = matches;
    }
    uint64_t n = count(counted, n_words);
    scan->n_matches += n;
    lists->has_match = lists->has_match || n > 0 || count(found, n_words) > 0;
    for (uint32_t i = 0; i < named_crates_count(named); i++)
        leave_out(blocks, counted, named_crates_rank(named, i));
    if (n > 0 && !blocks->nothing_promises)
        collect(blocks, n);
}

void search_scan_blocks(struct search_lists *lists)
{
    struct blocks blocks;
    for (start(&blocks, lists); next_block(&blocks);)
        judge_block(&blocks);
}

static float add_masses(const struct blocks *blocks, uint32_t at)
{
    const struct threshold_words *words = &blocks->lists->masses;
    float mass = 0;
    for (uint32_t word = 0; word < words->n_words; word++) {
        unsigned alternative = find_alternative(blocks, word, at);
        mass += alternative < words->first[word + 1] ? words->values[alternative] : 0;
    }
    return mass;
}

bool search_blocks_greatest_mass(struct search_lists *lists, float *greatest)
{
    struct blocks blocks;
    start(&blocks, lists);
    blocks.nothing_promises = true; /* masses do not depend on the fields */
    while (next_block(&blocks)) {
        float before = *greatest;
        const uint64_t *found = threshold_evaluate(&lists->matching, blocks.bits, blocks.n_words,
                                                   &blocks.scratch->matching);
        for (uint32_t word = 0; found != NULL && word < blocks.n_words; word++) {
            for (uint64_t bits = found[word]; bits != 0; bits &= bits - 1)
                *greatest = fmaxf(*greatest,
                                  add_masses(&blocks, 64 * word + (uint32_t)__builtin_ctzll(bits)));
        }
        if (*greatest > before && !search_lists_require(lists, nextafterf(*greatest, INFINITY)))
            return false;
    }
    return true;
}
