/* Lists in a precomputed order (alphabetical, by downloads, …): the crates that are selected are
   bits, the order is an array of ranks, and a page is a walk along the array that stops when it is
   full. A seek key is found in the array by binary search, so continuing costs the same on every
   page.

   Where few are selected, or those that are stand far behind, the walk would be long: once it has
   taken as many steps as it would take to sort the selection, the selection is sorted, by marking
   the crates' places in the order in another bitmap, where whole words are passed over. So a page
   costs twice the cheaper way at most, whichever that is. */
#include "index/search/search_order.h"

#include "index/base/bitmap.h"
#include "index/base/partition_point.h"
#include "index/search/rank/search_score.h"
#include "index/search/scan/search_scan.h"
#include "index/search/seek_place.h"
#include "index/trie/trie.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum crate_order search_order_of(enum search_sort sort)
{
    switch (sort) {
    case SEARCH_SORT_DOWNLOADS:
        return CRATE_ORDER_DOWNLOADS;
    case SEARCH_SORT_RECENT_DOWNLOADS:
        return CRATE_ORDER_RECENT_DOWNLOADS;
    case SEARCH_SORT_RECENT_UPDATES:
        return CRATE_ORDER_RECENT_UPDATES;
    case SEARCH_SORT_NEW:
        return CRATE_ORDER_NEW;
    default:
        return CRATE_ORDER_ALPHABETICAL;
    }
}

/* True where the crate comes after the place that the key has. */
static bool comes_after(const struct crate_columns *columns, enum crate_order order, uint32_t rank,
                        const struct seek_key *key)
{
    bool is_after;
    bool is_equal;
    if (order == CRATE_ORDER_ALPHABETICAL) {
        uint32_t start = columns->name_offsets[rank - 1];
        int comparison =
            crate_name_compare(columns->names + start, columns->name_offsets[rank] - start,
                               key->name, key->name_length);
        is_after = comparison > 0;
        is_equal = comparison == 0;
    } else {
        int64_t value = crate_columns_sort_value(columns, order, rank);
        is_after = value < key->value;
        is_equal = value == key->value;
    }
    return is_after || (is_equal && columns->ids[rank - 1] < key->id);
}

struct sought {
    const struct crate_columns *columns;
    enum crate_order order;
    const struct seek_key *key;
};

static bool is_not_after(const void *context, uint32_t place)
{
    const struct sought *sought = context;
    uint32_t rank = sought->columns->orders[sought->order][place];
    return !comes_after(sought->columns, sought->order, rank, sought->key);
}

/* The first place in the order that comes after the key. */
static uint32_t find_start(const struct crate_columns *columns, enum crate_order order,
                           const struct seek_key *key)
{
    const struct sought sought = {columns, order, key};
    return partition_point(0, columns->n_crates, is_not_after, &sought);
}

/* Makes the key's place the one that its crate has in this index, where it has one. Mostly it is
   the same place, in which the crate is found at once. */
static void renew(const struct crate_columns *columns, enum crate_order order,
                  const struct search_plan *plan, struct seek_key *key)
{
    uint32_t start = find_start(columns, order, key);
    uint32_t rank = start > 0 ? columns->orders[order][start - 1] : 0;
    if (rank == 0 || columns->ids[rank - 1] != key->id)
        rank = seek_find_id(columns, key->id);
    if (rank == 0)
        return;
    if (order != CRATE_ORDER_ALPHABETICAL) {
        key->value = crate_columns_sort_value(columns, order, rank);
        return;
    }
    uint32_t at = columns->name_offsets[rank - 1];
    uint32_t length = columns->name_offsets[rank] - at;
    key->name_length = length < sizeof key->name ? length : sizeof key->name;
    memcpy(key->name, columns->names + at, key->name_length);
    key->exact = plan != NULL && named_crates_is_exact(&plan->named, rank);
}

/* A page that is being filled. */
struct page {
    struct search_result *result;
    uint32_t n_to_skip;
    uint32_t limit;
    struct search_plan *plan; /* NULL where nothing was searched for */
};

static void add_hit(struct page *page, uint32_t rank)
{
    if (page->n_to_skip > 0) {
        page->n_to_skip--;
        return;
    }
    enum search_tier tier = SEARCH_TIER_NONE;
    if (page->plan != NULL)
        tier = search_plan_tier(page->plan, rank);
    page->result->hits[page->result->n_hits++] =
        (struct search_hit){.rank = rank, .tier = tier, .exact = tier == SEARCH_TIER_EXACT};
}

static void collect_none(struct search_collector *collector, uint32_t rank, float score)
{
    (void)collector;
    (void)rank;
    (void)score;
}

/* Selects what matches the plan and passes the filter. No score reaches the collector's floor, so
   that none is computed. */
static uint64_t select_matches(struct search *search, const uint64_t *filter)
{
    struct search_collector collector = {collect_none, INFINITY};
    uint64_t n = search_scan(&search->plan, search->index, &search->scan, filter, search->matched,
                             &collector);
    size_t n_words = bitmap_n_words(search->index->columns.n_crates + 1);
    for (size_t i = 0; i < n_words; i++)
        search->selected[i] = search->matched[i] & (filter != NULL ? filter[i] : UINT64_MAX);
    return n;
}

/* The exact matches that are selected, in alphabetical order, in front of the list. They leave the
   selection. */
static void put_exact_first(const struct crate_columns *columns, const struct search_plan *plan,
                            uint64_t *selected, const struct seek_key *after, struct page *page)
{
    const struct named_crates *named = &plan->named;
    for (uint32_t n_left = named->n_exact; n_left > 0; n_left--) {
        uint32_t next = 0;
        for (uint32_t i = 0; i < named->n_exact; i++) {
            uint32_t rank = named_crates_rank(named, i);
            if (!bitmap_test(selected, rank))
                continue;
            uint32_t start = columns->name_offsets[rank - 1];
            uint32_t best = next == 0 ? 0 : columns->name_offsets[next - 1];
            if (next == 0 ||
                crate_name_compare(columns->names + start, columns->name_offsets[rank] - start,
                                   columns->names + best, columns->name_offsets[next] - best) < 0)
                next = rank;
        }
        if (next == 0)
            break;
        bitmap_clear(selected, next);
        bool is_before =
            after != NULL &&
            (!after->exact || !comes_after(columns, CRATE_ORDER_ALPHABETICAL, next, after));
        if (!is_before && page->result->n_hits < page->limit)
            add_hit(page, next);
    }
}

/* Goes on with the page from place `start` of the order, by the places of all that is selected. */
static void add_by_places(struct search *search, enum crate_order order, const uint64_t *selected,
                          uint32_t start, struct page *page)
{
    const struct crate_columns *columns = &search->index->columns;
    const uint32_t *places = search->index->order_places.places[order];
    size_t n_words = bitmap_n_words(columns->n_crates + 1);
    uint64_t *marked = search->places;
    bitmap_reset(marked, n_words);
    for (size_t i = 0; i < n_words; i++) {
        for (uint64_t bits = selected[i]; bits != 0; bits &= bits - 1)
            bitmap_set(marked, places[64 * i + (size_t)__builtin_ctzll(bits) - 1]);
    }
    marked[start / 64] &= UINT64_MAX << (start % 64);
    for (size_t i = start / 64; i < n_words; i++) {
        uint64_t bits = marked[i];
        uint32_t n_bits = (uint32_t)__builtin_popcountll(bits);
        if (n_bits <= page->n_to_skip) {
            page->n_to_skip -= n_bits;
            continue;
        }
        for (; bits != 0; bits &= bits - 1) {
            if (page->result->n_hits == page->limit)
                return;
            add_hit(page, columns->orders[order][64 * i + (size_t)__builtin_ctzll(bits)]);
        }
    }
}

void search_in_order(struct search *search, const struct search_query *query,
                     const uint64_t *filter, const struct seek_key *after,
                     struct search_result *result)
{
    const struct crate_columns *columns = &search->index->columns;
    struct search_plan *plan = search->has_text ? &search->plan : NULL;
    enum crate_order order = search_order_of(query->sort);
    struct page page = {result, query->offset, query->limit, plan};
    const uint64_t *selected = filter;
    bool skip_in_order = false;
    struct seek_key place;
    if (after != NULL) {
        place = *after;
        renew(columns, order, plan, &place);
        after = &place;
    }
    if (plan != NULL) {
        result->total = select_matches(search, filter);
        selected = search->selected;
        if (order == CRATE_ORDER_ALPHABETICAL) {
            put_exact_first(columns, plan, search->selected, after, &page);
            skip_in_order = after != NULL && after->exact;
        }
    } else {
        result->total = filter == NULL
                            ? columns->n_crates
                            : bitmap_count(filter, bitmap_n_words(columns->n_crates + 1));
    }
    uint32_t i = after == NULL || skip_in_order ? 0 : find_start(columns, order, after);
    /* No more are to be found than are selected, so that a few of many do not cost the whole
       walk. */
    uint64_t n_left = result->total;
    uint64_t last = i + result->total + bitmap_n_words(columns->n_crates + 1);
    uint32_t end = last < columns->n_crates ? (uint32_t)last : columns->n_crates;
    for (; i < end && result->n_hits < query->limit && n_left > 0; i++) {
        uint32_t rank = columns->orders[order][i];
        if (selected == NULL || bitmap_test(selected, rank)) {
            add_hit(&page, rank);
            n_left--;
        }
    }
    if (selected != NULL && i < columns->n_crates && result->n_hits < query->limit && n_left > 0)
        add_by_places(search, order, selected, i, &page);
}
