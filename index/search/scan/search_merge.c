/* A scan that looks at one crate after the other: the lists of the essential words are merged, and
   in the others each crate is looked for. Its cost is that of the essential postings alone,
   wherever the crates are. */
#include "index/search/scan/search_merge.h"

#include <math.h>

/* The popularity of a crate is on its way so many postings before it is asked for. */
#define N_FETCHED_AHEAD 6

struct merge {
    struct search_lists *lists;
    struct posting_list cursors[SEARCH_MAX_LISTS];
    uint8_t essential[SEARCH_MAX_LISTS]; /* numbers of the lists that are merged */
    uint32_t n_essential;
    float popularity; /* what that of the last crate scored adds: no later one has more */
};

/* What counts of each word that a crate has. */
struct found {
    float mass;
    uint32_t n;
    uint8_t alternatives[THRESHOLD_MAX_WORDS];
    uint8_t lists[THRESHOLD_MAX_WORDS];
};

static void choose_lists(struct merge *merge)
{
    const struct search_lists *lists = merge->lists;
    const struct threshold_words *words = &lists->masses;
    merge->n_essential = 0;
    for (uint32_t word = 0; word < words->n_words; word++) {
        if ((lists->is_essential >> word & 1) == 0)
            continue;
        for (uint32_t i = search_lists_begin(lists, word); i < search_lists_end(lists, word); i++)
            merge->essential[merge->n_essential++] = (uint8_t)i;
    }
}

static void start(struct merge *merge, struct search_lists *lists)
{
    merge->lists = lists;
    merge->popularity = INFINITY;
    for (uint32_t i = 0; i < lists->n_lists; i++)
        merge->cursors[i] = lists->lists[i];
    choose_lists(merge);
}

/* The lowest rank above `rank` in an essential list; UINT32_MAX at the end. */
static uint32_t find_next(struct merge *merge, uint32_t rank)
{
    const float *popularity = merge->lists->scan->index->columns.popularity;
    uint32_t next = UINT32_MAX;
    for (uint32_t i = 0; i < merge->n_essential; i++) {
        struct posting_list *list = &merge->cursors[merge->essential[i]];
        if (list->position < list->n && list->ranks[list->position] <= rank) {
            posting_list_seek(list, rank + 1);
            if (list->n - list->position > N_FETCHED_AHEAD)
                __builtin_prefetch(&popularity[list->ranks[list->position + N_FETCHED_AHEAD] - 1]);
        }
        if (list->position < list->n && list->ranks[list->position] < next)
            next = list->ranks[list->position];
    }
    return next;
}

/* Looks for one word of a crate. */
static void find_word(struct merge *merge, uint32_t rank, uint32_t word, struct found *found)
{
    const struct search_lists *lists = merge->lists;
    const struct threshold_words *words = &lists->masses;
    for (unsigned i = words->first[word]; i < words->first[word + 1]; i++) {
        const struct search_alternative *alternative = &lists->alternatives[i];
        if (alternative->is_part_of_next)
            continue;
        for (uint32_t list = alternative->first_list; list < alternative->end_list; list++) {
            if (!search_list_has(&merge->cursors[list], rank))
                continue;
            found->mass += words->values[i];
            found->alternatives[found->n] = (uint8_t)i;
            found->lists[found->n++] = (uint8_t)list;
            return;
        }
    }
}

static void find_words(struct merge *merge, uint32_t rank, struct found *found)
{
    found->mass = 0;
    found->n = 0;
    for (uint32_t word = 0; word < merge->lists->masses.n_words; word++)
        find_word(merge, rank, word, found);
}

/* What a word adds to the crate's score. */
static float weigh_found(struct merge *merge, uint32_t rank, const struct found *found, uint32_t i)
{
    const struct search_alternative *alternative =
        &merge->lists->alternatives[found->alternatives[i]];
    float weight = search_list_weight(alternative, &merge->cursors[found->lists[i]], rank);
    if (found->alternatives[i] == 0 || !alternative[-1].is_part_of_next)
        return weight;
    struct posting_list *written = &merge->cursors[alternative[-1].first_list];
    return weight + search_list_weight_if_any(&alternative[-1], written, rank);
}

static void collect(struct merge *merge, uint32_t rank, const struct found *found)
{
    const struct search_scan_state *scan = merge->lists->scan;
    float words = 0;
    if (merge->lists->most_words + merge->popularity < scan->collector->floor)
        return;
    for (uint32_t i = 0; i < found->n; i++)
        words += weigh_found(merge, rank, found, i);
    if (words + merge->popularity < scan->collector->floor)
        return;
    merge->popularity =
        (float)scan->plan->ranking->popularity * scan->index->columns.popularity[rank - 1];
    float score = words + merge->popularity;
    if (score >= scan->collector->floor)
        scan->collector->collect(scan->collector, rank, score);
}

void search_scan_merged(struct search_lists *lists)
{
    struct merge merge;
    start(&merge, lists);
    for (uint32_t rank = 0; (rank = find_next(&merge, rank)) != UINT32_MAX;) {
        struct found found;
        find_words(&merge, rank, &found);
        if (found.mass >= lists->required && search_lists_note(lists, rank)) {
            lists->scan->n_matches++;
            collect(&merge, rank, &found);
        }
    }
}

bool search_merged_greatest_mass(struct search_lists *lists, float *greatest)
{
    struct merge merge;
    start(&merge, lists);
    for (uint32_t rank = 0; (rank = find_next(&merge, rank)) != UINT32_MAX;) {
        struct found found;
        find_words(&merge, rank, &found);
        if (found.mass <= *greatest)
            continue;
        *greatest = found.mass;
        if (!search_lists_require(lists, nextafterf(*greatest, INFINITY)))
            return false;
        choose_lists(&merge);
    }
    return true;
}
