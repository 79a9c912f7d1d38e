/* A pass over the posting lists of all words, block by block of ranks: within a block each list
   adds what its word is worth to the accumulators of its crates (term at a time), then the crates
   that were touched are judged. Blocks that no list reaches are never looked at. A list is read
   once, front to back, so the cost is that of the postings, however the words are combined. */
#include "index/search/scan/search_accumulate.h"

#include "index/search/rank/search_score.h"

#include "index/base/bitmap.h"

/* A pass over the lists. */
struct pass {
    struct search_scan_state *scan;
    float max_mass; /* of any crate, filter or not */
};

/* What a list adds to the crates in it. */
struct addition {
    struct posting_list *list;
    const float *weights; /* to scores, by fields */
    float reach;          /* and towards a match */
    uint8_t credit;       /* see add_list */
    /* Crates of the list that have the word as it is written, NULL: it makes no difference; and
       what that adds. */
    struct posting_list *written;
    const float *written_weights;
};

/* Moves forward to the crate; the weight of its fields, 0 where the list lacks it. */
static float weight_in(struct posting_list *list, const float weights[16], uint32_t rank)
{
    while (list->position < list->n && list->ranks[list->position] < rank)
        list->position++;
    return list->position < list->n && list->ranks[list->position] == rank
               ? weights[list->fields[list->position]]
               : 0;
}

/* Adds a list's crates below `end` to the accumulators. A credit other than 0 is the number of a
   word: a crate that has been credited with it already is passed over, and the others are. */
static uint32_t add_list(struct search_accumulators *accumulators, const struct addition *addition,
                         uint32_t first, uint32_t end, uint32_t n_touched)
{
    struct posting_list *list = addition->list;
    uint32_t i = list->position;
    for (; i < list->n && list->ranks[i] < end; i++) {
        uint32_t at = list->ranks[i] - first;
        if (addition->credit != 0) {
            if (accumulators->credited[at] == addition->credit)
                continue;
            accumulators->credited[at] = addition->credit;
        }
        float score = addition->weights[list->fields[i]];
        if (addition->written != NULL)
            score += weight_in(addition->written, addition->written_weights, list->ranks[i]);
        accumulators->touched[n_touched] = (uint16_t)at;
        n_touched += accumulators->cells[at].mass == 0;
        accumulators->cells[at].score += score;
        accumulators->cells[at].mass += addition->reach;
    }
    list->position = i;
    return n_touched;
}

static void judge_block(struct pass *pass, uint32_t first, uint32_t n_touched)
{
    struct search_scan_state *scan = pass->scan;
    struct search_accumulators *accumulators = scan->scratch->accumulators;
    const float *popularity = scan->index->columns.popularity;
    float popularity_weight = (float)scan->plan->ranking->popularity;
    /* Popularity falls with the rank: what is below the floor with this much is so without a
       look. */
    float most = popularity_weight * popularity[first - 1];
    for (uint32_t i = 0; i < n_touched; i++) {
        uint32_t at = accumulators->touched[i];
        uint32_t rank = first + at;
        float mass = accumulators->cells[at].mass;
        float words = accumulators->cells[at].score;
        accumulators->cells[at].mass = 0;
        accumulators->cells[at].score = 0;
        accumulators->credited[at] = 0;
        if (mass > pass->max_mass)
            pass->max_mass = mass;
        if (!search_plan_accepts(scan->plan, mass))
            continue;
        if (scan->plan->named.n_places > 0)
            bitmap_clear(scan->scratch->places, rank);
        if (scan->matched != NULL)
            bitmap_set(scan->matched, rank);
        if ((scan->filter != NULL && !bitmap_test(scan->filter, rank)) ||
            named_crates_has(&scan->plan->named, rank))
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
    for (uint32_t i = 0; i < plan->n_alternatives; i++) {
        const struct posting_list *list = &plan->alternatives[i].list;
        if (list->position < list->n && list->ranks[list->position] < lowest)
            lowest = list->ranks[list->position];
    }
    return lowest == UINT32_MAX ? 0 : lowest;
}

/* Adds a word, the `number`th from 0, to the crates of a block. */
static uint32_t add_word(struct search_plan *plan, struct search_accumulators *accumulators,
                         uint32_t number, uint32_t first, uint32_t end, uint32_t n_touched)
{
    struct search_word *word = &plan->words[number];
    for (uint32_t a = 0; a < word->n_alternatives; a++) {
        struct word_alternative *alternative = &word->alternatives[a];
        bool has_written = a == 0 && word->written.n > 0;
        const struct addition addition = {
            .list = &alternative->list,
            .weights = accumulators->weights[alternative - plan->alternatives],
            .reach = alternative->reach,
            .credit = word->n_alternatives > 1 ? (uint8_t)(number + 1) : 0,
            .written = has_written ? &word->written : NULL,
            .written_weights = accumulators->written_weights[number],
        };
        n_touched = add_list(accumulators, &addition, first, end, n_touched);
    }
    return n_touched;
}

static void scan_words(struct pass *pass)
{
    struct search_plan *plan = pass->scan->plan;
    struct search_accumulators *accumulators = pass->scan->scratch->accumulators;
    uint32_t first;
    for (uint32_t i = 0; i < plan->n_alternatives; i++)
        search_plan_weigh(plan, plan->alternatives[i].mass, accumulators->weights[i]);
    for (uint32_t i = 0; i < plan->n_words; i++)
        search_plan_weigh(plan, plan->words[i].written_mass, accumulators->written_weights[i]);
    while ((first = next_rank(plan)) != 0) {
        uint32_t end = first + SCAN_BLOCK_RANKS;
        uint32_t n_touched = 0;
        for (uint32_t i = 0; i < plan->n_words; i++)
            n_touched = add_word(plan, accumulators, i, first, end, n_touched);
        judge_block(pass, first, n_touched);
    }
    search_plan_rewind(plan);
}

void search_scan_accumulate(struct search_scan_state *scan)
{
    struct search_plan *plan = scan->plan;
    struct pass pass = {.scan = scan};
    scan_words(&pass);
    if (plan->may_fall_back && pass.max_mass > 0 && !search_plan_accepts(plan, pass.max_mass)) {
        /* No crate has the share that is asked for: those with the largest one match. */
        plan->required = pass.max_mass;
        scan_words(&pass);
    }
}
