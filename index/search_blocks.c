/* A scan by bitmaps. The crates are taken in blocks of ranks; in a block every list is a bitmap, and which
   crates match is a Boolean function of these bitmaps (search_threshold.h). So counting costs a few
   operations for 64 crates, however many there are. Bitmaps of frequent words are kept
   (postings.h), those of others are set from their postings.

   Scores are computed for what can still be collected only, after the idea of MaxScore (Turtle and Flood
   1995): popularity falls with the rank and no word adds more than its best fields do, which gives a
   second function of the same bitmaps, true where a score may reach the collector's floor. Where it is
   true for none, all further blocks are only counted.

   Words that cannot reach the required mass without help of others are not essential: blocks without any
   essential word are not visited, and of rare words most blocks are. */
#include "index/search_scan.h"

#include "index/bitmap.h"
#include "index/processor.h"

#include <math.h>
#include <string.h>

#define MAX_LISTS 64
/* The first blocks are short, so that there soon is a floor. */
#define FIRST_BLOCK_WORDS 8
/* The function of what is promising is built again when so much of a score was gained. */
#define PROMISE_STEP 0.01F

/* Lists of one word that count the same: an alternative. */
struct alternative {
    uint32_t first_list;
    uint32_t end_list;
    float weights[16];
};

struct scanned_list {
    struct posting_list filling; /* at what is not in a bitmap yet */
    struct posting_list probing; /* at the crate that was scored last */
};

struct blocks {
    struct search_scan_state *scan;
    struct search_bitmaps *scratch;
    struct threshold_words masses;
    struct threshold_words weights; /* the most that each alternative adds */
    float most_words;               /* that all words can add */
    struct alternative alternatives[THRESHOLD_MAX_ALTERNATIVES];
    struct scanned_list lists[MAX_LISTS];
    uint32_t n_lists;
    uint32_t is_essential; /* a bit a word */
    struct threshold matching;
    struct threshold promising;
    float promised;          /* floor less popularity, when `promising` was built */
    bool nothing_promises;   /* no crate from here on can reach the floor */
    bool has_match;          /* filter or not */
    uint32_t n_bitmap_words; /* for all ranks */
    /* The block at hand. */
    uint32_t first_word;
    uint32_t n_words;
    const uint64_t *bits[THRESHOLD_MAX_ALTERNATIVES];
};

/* Appends a list to the word at hand. Returns false where there is no room. */
static bool add_list(struct blocks *blocks, const struct posting_list *list, float mass)
{
    const struct search_plan *plan = blocks->scan->plan;
    struct threshold_words *masses = &blocks->masses;
    uint8_t *end = &masses->first[masses->n_words + 1];
    bool is_first = *end == masses->first[masses->n_words];
    if (list->n == 0)
        return true;
    if (blocks->n_lists == MAX_LISTS)
        return false;
    if (is_first || masses->values[*end - 1] != mass) {
        if (*end == THRESHOLD_MAX_ALTERNATIVES)
            return false;
        struct alternative *alternative = &blocks->alternatives[*end];
        alternative->first_list = blocks->n_lists;
        search_plan_weigh(plan, mass, alternative->weights);
        masses->values[*end] = mass;
        blocks->weights.values[*end] = 0;
        for (unsigned fields = 1; fields <= POSTING_ALL_FIELDS; fields++)
            blocks->weights.values[*end] =
                fmaxf(blocks->weights.values[*end], alternative->weights[fields]);
        ++*end;
    }
    blocks->lists[blocks->n_lists++] = (struct scanned_list){*list, *list};
    blocks->alternatives[*end - 1].end_list = blocks->n_lists;
    return true;
}

/* Takes the plan's words apart. Returns false where there are too many. */
static bool take_words(struct blocks *blocks)
{
    const struct search_plan *plan = blocks->scan->plan;
    struct threshold_words *masses = &blocks->masses;
    if (plan->n_words > THRESHOLD_MAX_WORDS)
        return false;
    blocks->n_lists = 0;
    masses->n_words = 0;
    masses->first[0] = 0;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        const struct search_word *word = &plan->words[i];
        masses->first[i + 1] = masses->first[i];
        if (!add_list(blocks, &word->list, word->mass))
            return false;
        for (uint32_t c = 0; c < word->n_completions; c++) {
            if (!add_list(blocks, &word->completions[c], word->completion_mass))
                return false;
        }
        masses->n_words++;
    }
    blocks->weights.n_words = masses->n_words;
    memcpy(blocks->weights.first, masses->first, sizeof masses->first);
    blocks->most_words = 0;
    for (uint32_t word = 0; word < masses->n_words; word++) {
        float most = 0;
        for (unsigned i = masses->first[word]; i < masses->first[word + 1]; i++)
            most = fmaxf(most, blocks->weights.values[i]);
        blocks->most_words += most;
    }
    return true;
}

static uint64_t count_postings(const struct blocks *blocks, uint32_t word)
{
    uint64_t n = 0;
    for (unsigned i = blocks->masses.first[word]; i < blocks->masses.first[word + 1]; i++) {
        const struct alternative *alternative = &blocks->alternatives[i];
        for (uint32_t list = alternative->first_list; list < alternative->end_list; list++)
            n += blocks->lists[list].filling.n;
    }
    return n;
}

/* Prepares to look for crates of a mass of at least `limit`. Returns false where that takes too long. */
static bool require_mass(struct blocks *blocks, float limit)
{
    const struct threshold_words *masses = &blocks->masses;
    uint32_t all = (1U << masses->n_words) - 1;
    uint32_t is_left = all;
    if (threshold_build(&blocks->matching, masses, 0, limit) != 0)
        return false;
    /* The words with most postings are done without first. */
    blocks->is_essential = all;
    while (is_left != 0) {
        uint64_t most = 0;
        uint32_t longest = 0;
        for (uint32_t word = 0; word < masses->n_words; word++) {
            uint64_t n = (is_left >> word & 1) != 0 ? count_postings(blocks, word) : 0;
            if (n > most) {
                most = n;
                longest = word;
            }
        }
        is_left &= ~(1U << longest);
        uint32_t essential = blocks->is_essential & ~(1U << longest);
        if (most == 0)
            break;
        if (!threshold_can_do_without(masses, essential, 0, limit))
            blocks->is_essential = essential;
    }
    return true;
}

static void start(struct blocks *blocks)
{
    for (uint32_t i = 0; i < blocks->n_lists; i++) {
        blocks->lists[i].filling.position = 0;
        blocks->lists[i].probing.position = 0;
    }
    blocks->first_word = 0;
    blocks->n_words = 0;
}

/* The first word from `from` on of the bitmap of all ranks where an essential list may have a crate. */
static uint32_t find_next_word(const struct blocks *blocks, uint32_t from)
{
    uint32_t next = blocks->n_bitmap_words;
    for (uint32_t word = 0; word < blocks->masses.n_words; word++) {
        if ((blocks->is_essential >> word & 1) == 0)
            continue;
        uint32_t begin = blocks->alternatives[blocks->masses.first[word]].first_list;
        uint32_t end = blocks->alternatives[blocks->masses.first[word + 1] - 1].end_list;
        for (uint32_t i = begin; i < end; i++) {
            const struct posting_list *list = &blocks->lists[i].filling;
            if (list->bitmap != NULL)
                return from;
            if (list->position < list->n && list->ranks[list->position] / 64 < next)
                next = list->ranks[list->position] / 64;
        }
    }
    return next;
}

static void set_bits(struct posting_list *list, uint32_t first_rank, uint32_t end_rank,
                     uint64_t *bits)
{
    posting_list_seek(list, first_rank);
    uint32_t i = list->position;
    for (; i < list->n && list->ranks[i] < end_rank; i++)
        bitmap_set(bits, list->ranks[i] - first_rank);
    list->position = i;
}

/* The crates of the block that have an alternative. */
static const uint64_t *fill(struct blocks *blocks, unsigned number)
{
    const struct alternative *alternative = &blocks->alternatives[number];
    struct scanned_list *lists = blocks->lists;
    uint64_t *bits = blocks->scratch->alternatives[number];
    uint32_t i = alternative->first_list;
    if (lists[i].filling.bitmap != NULL && i + 1 == alternative->end_list)
        return lists[i].filling.bitmap + blocks->first_word;
    bitmap_reset(bits, blocks->n_words);
    for (; i < alternative->end_list; i++) {
        const uint64_t *bitmap = lists[i].filling.bitmap;
        if (bitmap == NULL) {
            set_bits(&lists[i].filling, 64 * blocks->first_word,
                     64 * (blocks->first_word + blocks->n_words), bits);
            continue;
        }
        for (uint32_t word = 0; word < blocks->n_words; word++)
            bits[word] |= bitmap[blocks->first_word + word];
    }
    return bits;
}

/* Goes on to the next block that may have a match. Returns false at the end. */
static bool next_block(struct blocks *blocks)
{
    uint32_t next = find_next_word(blocks, blocks->first_word + blocks->n_words);
    if (next >= blocks->n_bitmap_words)
        return false;
    uint32_t n_words = FIRST_BLOCK_WORDS;
    while (n_words < THRESHOLD_BLOCK_WORDS && next >= 2 * n_words)
        n_words *= 2;
    blocks->first_word = next - next % n_words;
    blocks->n_words = n_words;
    for (unsigned i = 0; i < blocks->masses.first[blocks->masses.n_words]; i++)
        blocks->bits[i] = fill(blocks, i);
    return true;
}

static bool has_alternative(const struct blocks *blocks, unsigned alternative, uint32_t rank)
{
    return bitmap_test(blocks->bits[alternative], rank - 64 * blocks->first_word);
}

/* What a word adds to the score of a crate that has the alternative. */
static float weigh(struct blocks *blocks, unsigned number, uint32_t rank)
{
    const struct alternative *alternative = &blocks->alternatives[number];
    for (uint32_t i = alternative->first_list; i < alternative->end_list; i++) {
        struct posting_list *list = &blocks->lists[i].probing;
        if (list->bitmap != NULL && !bitmap_test(list->bitmap, rank))
            continue;
        posting_list_seek(list, rank);
        if (list->position < list->n && list->ranks[list->position] == rank)
            return alternative->weights[list->fields[list->position]];
    }
    return 0;
}

static float score_words(struct blocks *blocks, uint32_t rank)
{
    const struct threshold_words *words = &blocks->masses;
    float score = 0;
    for (uint32_t word = 0; word < words->n_words; word++) {
        for (unsigned i = words->first[word]; i < words->first[word + 1]; i++) {
            if (has_alternative(blocks, i, rank)) {
                score += weigh(blocks, i, rank);
                break;
            }
        }
    }
    return score;
}

static float add_masses(const struct blocks *blocks, uint32_t rank)
{
    const struct threshold_words *words = &blocks->masses;
    float mass = 0;
    for (uint32_t word = 0; word < words->n_words; word++) {
        for (unsigned i = words->first[word]; i < words->first[word + 1]; i++) {
            if (has_alternative(blocks, i, rank)) {
                mass += words->values[i];
                break;
            }
        }
    }
    return mass;
}

PROCESSOR_VARIANTS
static uint64_t count_bits(const uint64_t *bits, size_t n_words)
{
    return bitmap_count(bits, n_words);
}

/* Finds out which crates of the block may reach the floor. NULL: none of this or a later one. */
static const uint64_t *find_promising(struct blocks *blocks, float popularity)
{
    float floor = blocks->scan->collector->floor;
    if (blocks->most_words + popularity < floor)
        return NULL;
    /* The function only gets narrower: an older one lets too many pass, never too few. */
    if (!(floor - popularity < blocks->promised + PROMISE_STEP)) {
        if (threshold_build(&blocks->promising, &blocks->weights, popularity, floor) != 0)
            blocks->promising = blocks->matching;
        blocks->promised = floor - popularity;
    }
    return threshold_evaluate(&blocks->promising, blocks->bits, blocks->n_words,
                              &blocks->scratch->promising);
}

static void collect(struct blocks *blocks)
{
    struct search_collector *collector = blocks->scan->collector;
    const float *popularity = blocks->scan->reader->index->columns.popularity;
    float popularity_weight = (float)blocks->scan->plan->ranking->popularity;
    uint32_t first_rank = 64 * blocks->first_word;
    const uint64_t *promising = find_promising(
        blocks, popularity_weight * popularity[first_rank == 0 ? 0 : first_rank - 1]);
    if (promising == NULL) {
        blocks->nothing_promises = true;
        return;
    }
    for (uint32_t word = 0; word < blocks->n_words; word++) {
        uint64_t bits = blocks->scratch->matches[word] & promising[word];
        for (; bits != 0; bits &= bits - 1) {
            uint32_t rank = first_rank + 64 * word + (uint32_t)__builtin_ctzll(bits);
            float score = score_words(blocks, rank) + popularity_weight * popularity[rank - 1];
            if (score >= collector->floor)
                collector->collect(collector, rank, score);
        }
    }
}

/* Takes a crate out of the block's matches. */
static void leave_out(struct blocks *blocks, uint32_t rank)
{
    uint32_t word = rank / 64;
    if (word >= blocks->first_word && word < blocks->first_word + blocks->n_words)
        bitmap_clear(blocks->scratch->matches, rank - 64 * blocks->first_word);
}

static void judge_block(struct blocks *blocks)
{
    struct search_scan_state *scan = blocks->scan;
    const struct search_plan *plan = scan->plan;
    uint64_t *matches = blocks->scratch->matches;
    const uint64_t *found = threshold_evaluate(&blocks->matching, blocks->bits, blocks->n_words,
                                               &blocks->scratch->matching);
    if (found == NULL)
        return;
    uint64_t any = 0;
    for (uint32_t word = 0; word < blocks->n_words; word++) {
        matches[word] = found[word];
        any |= found[word];
    }
    if (any == 0)
        return;
    blocks->has_match = true;
    uint32_t n_words = blocks->n_bitmap_words - blocks->first_word;
    n_words = n_words < blocks->n_words ? n_words : blocks->n_words;
    for (uint32_t word = 0; plan->n_places > 0 && word < n_words; word++)
        scan->reader->places[blocks->first_word + word] &= ~matches[word];
    for (uint32_t word = 0; scan->filter != NULL && word < n_words; word++)
        matches[word] &= scan->filter[blocks->first_word + word];
    for (uint32_t i = 0; i < plan->n_exact; i++)
        leave_out(blocks, trie_value(plan->exact_values, i));
    for (uint32_t i = 0; i < plan->spelling.n_near_names; i++)
        leave_out(blocks, plan->spelling.near_names[i]);
    scan->n_matches += count_bits(matches, blocks->n_words);
    if (!blocks->nothing_promises)
        collect(blocks);
}

static void scan_blocks(struct blocks *blocks)
{
    blocks->nothing_promises = false;
    blocks->promised = -INFINITY;
    blocks->promising = blocks->matching;
    for (start(blocks); next_block(blocks);)
        judge_block(blocks);
}

/* The greatest mass of any crate, filter or not. Returns false where that takes too long. */
static bool find_greatest_mass(struct blocks *blocks, float *greatest)
{
    /* That of a word that stands alone is sure. */
    *greatest = 0;
    for (uint32_t word = 0; word < blocks->masses.n_words; word++)
        *greatest = fmaxf(*greatest, blocks->masses.values[blocks->masses.first[word]]);
    if (!require_mass(blocks, nextafterf(*greatest, INFINITY)))
        return false;
    for (start(blocks); next_block(blocks);) {
        float before = *greatest;
        const uint64_t *found = threshold_evaluate(&blocks->matching, blocks->bits, blocks->n_words,
                                                   &blocks->scratch->matching);
        for (uint32_t word = 0; found != NULL && word < blocks->n_words; word++) {
            for (uint64_t bits = found[word]; bits != 0; bits &= bits - 1) {
                uint32_t rank = 64 * (blocks->first_word + word) + (uint32_t)__builtin_ctzll(bits);
                *greatest = fmaxf(*greatest, add_masses(blocks, rank));
            }
        }
        if (*greatest > before && !require_mass(blocks, nextafterf(*greatest, INFINITY)))
            return false;
    }
    return true;
}

bool search_scan_bitmaps(struct search_scan_state *scan)
{
    struct search_plan *plan = scan->plan;
    struct blocks blocks;
    blocks.scan = scan;
    blocks.scratch = scan->reader->bitmaps;
    blocks.n_bitmap_words = (uint32_t)bitmap_n_words(scan->reader->index->columns.n_crates + 1);
    blocks.has_match = false;
    if (!take_words(&blocks) || !require_mass(&blocks, plan->required - SEARCH_MASS_TOLERANCE))
        return false;
    scan_blocks(&blocks);
    if (blocks.has_match || !plan->may_fall_back)
        return true;
    /* No crate has the share that is asked for: those with the largest one match. */
    float greatest;
    if (!find_greatest_mass(&blocks, &greatest) ||
        !require_mass(&blocks, greatest - SEARCH_MASS_TOLERANCE))
        return false;
    plan->required = greatest;
    scan_blocks(&blocks);
    return true;
}
