/* A pass over the posting lists of all words, block by block of ranks: within a block each list adds what
   its word is worth to the accumulators of its crates (term at a time), then the crates that were touched
   are judged. Blocks that no list reaches are never looked at. A list is read once, front to back, so
   the cost is that of the postings, however the words are combined.

   Crates whose name contains the text are marked in a bitmap; those that match by their words are taken
   out of it, and what is left matches by its name. */
#include "index/search_scan.h"

#include "index/bitmap.h"

#include <math.h>
#include <string.h>

struct scan {
    struct search_plan *plan;
    struct index_reader *reader;
    struct search_accumulators *accumulators;
    const uint64_t *filter;
    struct search_collector *collector;
    uint64_t n_matches;
    float max_mass; /* of any crate, filter or not */
};

/* What a word adds to a crate's score, by the set of fields in which it occurs. */
static void weigh_fields(const struct search_plan *plan, float mass, float weights[16])
{
    const struct ranking *ranking = plan->ranking;
    double share = (double)mass / (double)plan->total_mass;
    for (unsigned fields = 0; fields < 16; fields++) {
        double weight = ranking->any;
        if (fields & (POSTING_NAME | POSTING_KEYWORDS | POSTING_DESCRIPTION))
            weight += ranking->main;
        if (fields & POSTING_KEYWORDS)
            weight += ranking->keywords;
        weights[fields] = (float)(weight * share);
    }
}

/* Adds a list's crates below `end` to the accumulators. With `credits`, a crate that has them already is
   passed over, and the others get them. */
static uint32_t add_list(struct search_accumulators *accumulators, struct posting_list *list,
                         uint32_t first, uint32_t end, const float weights[16], float mass,
                         bool credits, uint32_t n_touched)
{
    uint32_t i = list->position;
    for (; i < list->n && list->ranks[i] < end; i++) {
        uint32_t at = list->ranks[i] - first;
        if (credits) {
            if (accumulators->is_credited[at])
                continue;
            accumulators->is_credited[at] = 1;
        }
        accumulators->touched[n_touched] = (uint16_t)at;
        n_touched += accumulators->cells[at].mass == 0;
        accumulators->cells[at].score += weights[list->fields[i]];
        accumulators->cells[at].mass += mass;
    }
    list->position = i;
    return n_touched;
}

static void judge_block(struct scan *scan, uint32_t first, uint32_t n_touched)
{
    struct search_accumulators *accumulators = scan->accumulators;
    const float *popularity = scan->reader->index->columns.popularity;
    float popularity_weight = (float)scan->plan->ranking->popularity;
    /* Popularity falls with the rank: what is below the floor with this much is so without a look. */
    float most = popularity_weight * popularity[first - 1];
    for (uint32_t i = 0; i < n_touched; i++) {
        uint32_t at = accumulators->touched[i];
        uint32_t rank = first + at;
        float mass = accumulators->cells[at].mass;
        float words = accumulators->cells[at].score;
        accumulators->cells[at].mass = 0;
        accumulators->cells[at].score = 0;
        accumulators->is_credited[at] = 0;
        if (mass > scan->max_mass)
            scan->max_mass = mass;
        if (!search_plan_accepts(scan->plan, mass))
            continue;
        if (scan->plan->n_places > 0)
            bitmap_clear(scan->reader->places, rank);
        if ((scan->filter != NULL && !bitmap_test(scan->filter, rank)) ||
            (scan->plan->n_exact > 0 && search_plan_is_exact(scan->plan, rank)) ||
            (scan->plan->spelling.n_near_names > 0 && search_plan_is_near(scan->plan, rank)))
            continue;
        scan->n_matches++;
        if (words + most < scan->collector->floor)
            continue;
        float score = words + popularity_weight * popularity[rank - 1];
        if (score >= scan->collector->floor)
            scan->collector->collect(scan->collector, rank, score);
    }
}

/* The lowest rank that any list still has; 0 at the end of all. */
static uint32_t next_rank(const struct search_plan *plan)
{
    uint32_t lowest = UINT32_MAX;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        const struct search_word *word = &plan->words[i];
        if (word->list.position < word->list.n && word->list.ranks[word->list.position] < lowest)
            lowest = word->list.ranks[word->list.position];
        for (uint32_t c = 0; c < word->n_completions; c++) {
            const struct posting_list *list = &word->completions[c];
            if (list->position < list->n && list->ranks[list->position] < lowest)
                lowest = list->ranks[list->position];
        }
    }
    return lowest == UINT32_MAX ? 0 : lowest;
}

static void scan_words(struct scan *scan)
{
    struct search_plan *plan = scan->plan;
    float weights[SEARCH_MAX_WORDS][16];
    float completion_weights[16];
    bool has_completions = plan->n_words > 0 && plan->words[plan->n_words - 1].n_completions > 0;
    for (uint32_t i = 0; i < plan->n_words; i++)
        weigh_fields(plan, plan->words[i].mass, weights[i]);
    if (has_completions)
        weigh_fields(plan, plan->words[plan->n_words - 1].completion_mass, completion_weights);
    uint32_t first;
    while ((first = next_rank(plan)) != 0) {
        uint32_t end = first + SCAN_BLOCK_RANKS;
        uint32_t n_touched = 0;
        for (uint32_t i = 0; i < plan->n_words; i++) {
            struct search_word *word = &plan->words[i];
            bool credits = word->n_completions > 0;
            n_touched = add_list(scan->accumulators, &word->list, first, end, weights[i],
                                 word->mass, credits, n_touched);
            for (uint32_t c = 0; c < word->n_completions; c++)
                n_touched = add_list(scan->accumulators, &word->completions[c], first, end,
                                     completion_weights, word->completion_mass, true, n_touched);
        }
        judge_block(scan, first, n_touched);
    }
    search_plan_rewind(plan);
}

static void mark_places(struct scan *scan, size_t n_bitmap_words)
{
    uint64_t *places = scan->reader->places;
    const struct search_plan *plan = scan->plan;
    bitmap_reset(places, n_bitmap_words);
    for (uint32_t i = 0; i < plan->n_places; i++)
        bitmap_set(places, plan->place_ranks[i]);
}

/* Ranks ascend, so the score falls: below the floor only counting is left. */
static void collect_places(struct scan *scan, size_t n_bitmap_words)
{
    const uint64_t *places = scan->reader->places;
    bool is_above_floor = true;
    for (size_t i = 0; i < n_bitmap_words; i++) {
        uint64_t bits = scan->filter == NULL ? places[i] : places[i] & scan->filter[i];
        if (bits == 0)
            continue;
        scan->n_matches += (uint64_t)__builtin_popcountll(bits);
        for (; bits != 0 && is_above_floor; bits &= bits - 1) {
            uint32_t rank = (uint32_t)(64 * i) + (uint32_t)__builtin_ctzll(bits);
            float score = search_plan_score(scan->plan, scan->reader->index, rank, NULL);
            is_above_floor = score >= scan->collector->floor;
            if (is_above_floor)
                scan->collector->collect(scan->collector, rank, score);
        }
    }
}

/* A crate that stands in front of all others is not looked for again. */
static void count_front(struct scan *scan, uint32_t rank)
{
    if (scan->plan->n_places > 0)
        bitmap_clear(scan->reader->places, rank);
    scan->n_matches += scan->filter == NULL || bitmap_test(scan->filter, rank);
}

uint64_t search_scan(struct search_plan *plan, struct index_reader *reader, const uint64_t *filter,
                     struct search_collector *collector)
{
    size_t n_bitmap_words = bitmap_n_words(reader->index->columns.n_crates + 1);
    struct scan scan = {
        .plan = plan,
        .reader = reader,
        .accumulators = reader->accumulators,
        .filter = filter,
        .collector = collector,
    };
    if (plan->n_places > 0)
        mark_places(&scan, n_bitmap_words);
    if (!plan->no_words_match) {
        scan_words(&scan);
        if (plan->may_fall_back && scan.max_mass > 0 && !search_plan_accepts(plan, scan.max_mass)) {
            /* No crate has the share that is asked for: those with the largest one match. */
            plan->required = scan.max_mass;
            scan_words(&scan);
        }
    }
    for (uint32_t i = 0; i < plan->n_exact; i++)
        count_front(&scan, trie_value(plan->exact_values, i));
    for (uint32_t i = 0; i < plan->spelling.n_near_names; i++)
        count_front(&scan, plan->spelling.near_names[i]);
    if (plan->n_places > 0)
        collect_places(&scan, n_bitmap_words);
    return scan.n_matches;
}
