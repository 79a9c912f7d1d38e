/* Crates match by their words or by their name. The words are the costly part: a few of them, the usual
   case, are judged by the lists that a crate is in (search_lists.c), many by adding up scores
   (search_accumulate.c).

   Crates whose name contains the text are marked in a bitmap, which is empty between searches; those that
   match by their words are taken out of it, and what is left matches by its name. */
#include "index/search_scan.h"

#include "index/bitmap.h"

/* A crate that stands in front of all others is not looked for again. */
static void count_front(struct search_scan_state *scan, uint32_t rank)
{
    if (scan->plan->n_places > 0)
        bitmap_clear(scan->reader->places, rank);
    scan->n_matches += scan->filter == NULL || bitmap_test(scan->filter, rank);
}

/* Counts and collects the crates that are still marked, and unmarks them. A name may have several places.
   All have the same score but for their popularity, which falls with the rank: of one that is below the
   floor, all with a higher rank are so too. */
static void collect_places(struct search_scan_state *scan)
{
    const struct search_plan *plan = scan->plan;
    uint64_t *places = scan->reader->places;
    uint32_t below_floor = UINT32_MAX;
    for (uint32_t i = 0; i < plan->n_places; i++) {
        uint32_t rank = plan->place_ranks[i];
        if (!bitmap_test(places, rank))
            continue;
        bitmap_clear(places, rank);
        if (scan->filter != NULL && !bitmap_test(scan->filter, rank))
            continue;
        scan->n_matches++;
        if (rank >= below_floor)
            continue;
        float score = search_plan_score(plan, scan->reader->index, rank, NULL);
        if (score >= scan->collector->floor)
            scan->collector->collect(scan->collector, rank, score);
        else
            below_floor = rank;
    }
}

uint64_t search_scan(struct search_plan *plan, struct index_reader *reader, const uint64_t *filter,
                     struct search_collector *collector)
{
    struct search_scan_state scan = {
        .plan = plan, .reader = reader, .filter = filter, .collector = collector};
    for (uint32_t i = 0; i < plan->n_places; i++)
        bitmap_set(reader->places, plan->place_ranks[i]);
    if (!plan->no_words_match && !search_scan_lists(&scan))
        search_scan_accumulate(&scan);
    for (uint32_t i = 0; i < plan->n_exact; i++)
        count_front(&scan, trie_value(plan->exact_values, i));
    for (uint32_t i = 0; i < plan->spelling.n_near_names; i++)
        count_front(&scan, plan->spelling.near_names[i]);
    collect_places(&scan);
    return scan.n_matches;
}
