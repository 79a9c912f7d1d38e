/* Crates match by their words or by their name. The words are the costly part: a few of them, the
   usual case, are judged by the lists that a crate is in (search_lists.c), many by adding up scores
   (search_accumulate.c).

   Crates whose name contains the text are marked in a bitmap, which is empty between searches;
   those that match by their words are taken out of it, and what is left matches by its name. Of a
   few places each is looked at again; of many, such as a short text has, the bitmap is counted as a
   whole. */
#include "index/search/scan/search_scan.h"

#include "index/base/bitmap.h"
#include "index/base/processor.h"
#include "index/search/rank/search_score.h"
#include "index/search/scan/search_accumulate.h"
#include "index/search/scan/search_lists.h"
#include "index/trie/trie.h"

#include <stdlib.h>

/* Going through so many words of the bitmap costs as much as looking at one place. */
#define WORDS_A_PLACE 4

/* A crate that the text names is not looked for again. */
static void count_named(struct search_scan_state *scan, uint32_t rank)
{
    if (scan->plan->named.n_places > 0)
        bitmap_clear(scan->scratch->places, rank);
    if (scan->matched != NULL)
        bitmap_set(scan->matched, rank);
    scan->n_matches += scan->filter == NULL || bitmap_test(scan->filter, rank);
}

static void mark_places(const struct search_scan_state *scan)
{
    const struct named_crates *named = &scan->plan->named;
    uint64_t *marks = scan->scratch->places;
    for (uint32_t form = 0; form < named->n_forms; form++) {
        const struct named_places *places = &named->places[form];
        for (uint32_t i = 0; i < places->n; i++)
            bitmap_set(marks, places->ranks[i]);
    }
}

/* Collects a crate that matches by its name. Returns false below the floor: all have the same score
   but for their popularity, which falls with the rank, so those with a higher rank are below it
   too. */
static bool collect_place(const struct search_scan_state *scan, uint32_t rank)
{
    float score = search_plan_score(scan->plan, scan->index, rank, NULL);
    if (score < scan->collector->floor)
        return false;
    scan->collector->collect(scan->collector, rank, score);
    return true;
}

/* Counts and collects the crates that are still marked, and unmarks them, in the order of the
   places. A name may have several. */
static void collect_few_places(struct search_scan_state *scan, const struct named_places *places)
{
    uint64_t *marks = scan->scratch->places;
    uint32_t below_floor = UINT32_MAX;
    for (uint32_t i = 0; i < places->n; i++) {
        uint32_t rank = places->ranks[i];
        if (!bitmap_test(marks, rank))
            continue;
        bitmap_clear(marks, rank);
        if (scan->matched != NULL)
            bitmap_set(scan->matched, rank);
        if (scan->filter != NULL && !bitmap_test(scan->filter, rank))
            continue;
        scan->n_matches++;
        if (rank < below_floor && !collect_place(scan, rank))
            below_floor = rank;
    }
}

/* Unmarks all crates; returns how many were marked and pass the filter. */
PROCESSOR_VARIANTS
static uint64_t count_and_unmark(uint64_t *places, const uint64_t *filter, size_t n_words)
{
    uint64_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        n += (uint64_t)__builtin_popcountll(filter == NULL ? places[i] : places[i] & filter[i]);
    bitmap_reset(places, n_words);
    return n;
}

/* The same for many, in the order of ranks, which ends at the first crate below the floor. */
static void collect_many_places(struct search_scan_state *scan, size_t n_words)
{
    uint64_t *places = scan->scratch->places;
    bool reaches_floor = true;
    if (scan->matched != NULL)
        bitmap_unite(scan->matched, places, n_words);
    for (size_t i = 0; i < n_words && reaches_floor; i++) {
        uint64_t bits = scan->filter == NULL ? places[i] : places[i] & scan->filter[i];
        for (; bits != 0 && reaches_floor; bits &= bits - 1)
            reaches_floor = collect_place(scan, 64 * (uint32_t)i + (uint32_t)__builtin_ctzll(bits));
    }
    scan->n_matches += count_and_unmark(places, scan->filter, n_words);
}

static void collect_places(struct search_scan_state *scan)
{
    const struct named_crates *named = &scan->plan->named;
    size_t n_words = bitmap_n_words(scan->index->columns.n_crates + 1);
    if (named->n_places > n_words / WORDS_A_PLACE) {
        collect_many_places(scan, n_words);
        return;
    }
    for (uint32_t form = 0; form < named->n_forms; form++)
        collect_few_places(scan, &named->places[form]);
}

int search_scan_scratch_create(struct search_scan_scratch *scratch,
                               const struct crate_columns *columns, struct error *error)
{
    size_t n_words = bitmap_n_words(columns->n_crates + 1);
    scratch->places = calloc(n_words, sizeof *scratch->places);
    scratch->most_popular = calloc(n_words, sizeof *scratch->most_popular);
    scratch->accumulators = calloc(1, sizeof *scratch->accumulators);
    scratch->bitmaps = calloc(1, sizeof *scratch->bitmaps);
    for (size_t i = 0; scratch->most_popular != NULL && i < n_words && columns->n_crates > 0; i++)
        scratch->most_popular[i] = columns->popularity[i == 0 ? 0 : 64 * i - 1];
    if (scratch->places != NULL && scratch->most_popular != NULL && scratch->accumulators != NULL &&
        scratch->bitmaps != NULL)
        return 0;
    search_scan_scratch_free(scratch);
    *scratch = (struct search_scan_scratch){0};
    return error_out_of_memory(error);
}

void search_scan_scratch_free(struct search_scan_scratch *scratch)
{
    free(scratch->bitmaps);
    free(scratch->accumulators);
    free(scratch->most_popular);
    free(scratch->places);
}

uint64_t search_scan(struct search_plan *plan, const struct index *index,
                     struct search_scan_scratch *scratch, const uint64_t *filter, uint64_t *matched,
                     struct search_collector *collector)
{
    struct search_scan_state scan = {.plan = plan,
                                     .index = index,
                                     .scratch = scratch,
                                     .filter = filter,
                                     .matched = matched,
                                     .collector = collector};
    if (matched != NULL)
        bitmap_reset(matched, bitmap_n_words(index->columns.n_crates + 1));
    mark_places(&scan);
    if (!plan->no_words_match && !search_scan_lists(&scan))
        search_scan_accumulate(&scan);
    for (uint32_t i = 0; i < named_crates_count(&plan->named); i++)
        count_named(&scan, named_crates_rank(&plan->named, i));
    collect_places(&scan);
    return scan.n_matches;
}
