/* A walk that begins on one index and goes on with its key on the next, which was built after
   crates came, went and changed: what follows is exactly what stands behind the last crate in the
   new index, so that a crate that stands on the same side of it in both is neither repeated nor
   skipped. Where the last crate is gone, what follows stands behind the place that it had. For
   every sort, with texts and filters, over random rebuilds. */
#include "tests/support/changing_registry.h"
#include "tests/support/random.h"

#include <cratedex/canonical_name.h>
#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_REBUILDS 12
#define N_SORTS 6
#define N_AT_FIRST 230

/* Two indexes, one after the other, and what was seen. */
struct rebuild {
    const struct changing_registry *before;
    const struct changing_registry *after;
    struct built_index old_index;
    struct built_index new_index;
    unsigned n_there; /* walks whose last crate is in the new list */
    unsigned n_gone;
    unsigned n_from[2][2]; /* of those by relevance: its stage in the old list, and in the new */
};

/* The ids of a list, and of its hits what the second stage has ordered. */
struct list {
    int64_t ids[CHANGING_MAX_CRATES];
    bool is_second[CHANGING_MAX_CRATES];
    unsigned n;
};

static void run(const struct built_index *built, const struct search_query *query,
                struct search_result *result)
{
    struct error error = {.message = ""};
    if (search_run(built->reader, query, result, &error) != SEARCH_OK)
        fail_msg("\"%.*s\", sort %d: %s", (int)query->text.length, query->text.data,
                 (int)query->sort, error.message);
}

static void append(struct list *list, const struct built_index *built,
                   const struct search_result *result)
{
    for (uint32_t i = 0; i < result->n_hits; i++) {
        struct index_crate crate;
        index_crate(built->index, result->hits[i].rank, &crate);
        assert_true(list->n < CHANGING_MAX_CRATES);
        list->is_second[list->n] = result->hits[i].is_second_stage;
        list->ids[list->n++] = crate.id;
    }
}

/* The whole list by offsets, without any key. */
static void read_all(const struct built_index *built, struct search_query query, struct list *list)
{
    static struct search_result result;
    list->n = 0;
    query.limit = SEARCH_MAX_LIMIT;
    do {
        query.offset = list->n;
        run(built, &query, &result);
        append(list, built, &result);
    } while (result.n_hits == query.limit);
    assert_int_equal(list->n, result.n_hits == 0 && list->n == 0 ? 0 : result.total);
}

/* From the key on to the end. */
static void read_on(const struct built_index *built, struct search_query query,
                    const char key[SEARCH_MAX_SEEK_KEY], struct list *list)
{
    static struct search_result result;
    static char after[SEARCH_MAX_SEEK_KEY];
    list->n = 0;
    memcpy(after, key, sizeof after);
    do {
        query.after = (struct search_string){after, strlen(after)};
        run(built, &query, &result);
        append(list, built, &result);
        memcpy(after, result.seek_key, sizeof after);
    } while (result.n_hits > 0);
}

static unsigned find(const struct list *list, int64_t id)
{
    unsigned i = 0;
    while (i < list->n && list->ids[i] != id)
        i++;
    return i;
}

static const struct changing_entry *entry_of(const struct changing_registry *registry, int64_t id)
{
    for (unsigned i = 0; i < registry->n; i++)
        if (registry->entries[i].id == id)
            return &registry->entries[i];
    return NULL;
}

static bool is_exact(const struct changing_entry *entry, const struct search_query *query)
{
    char canonical[2][64];
    size_t length = strlen(entry->name);
    canonical_name(canonical[0], entry->name, length);
    canonical_name(canonical[1], query->text.data, query->text.length);
    return length == query->text.length && memcmp(canonical[0], canonical[1], length) == 0;
}

static int compare_numbers(int64_t left, int64_t right)
{
    return left < right ? -1 : left > right;
}

/* Below 0 where the left one comes first in the list, as the contract defines the sorts. */
static int compare_entries(const struct changing_entry *left, const struct changing_entry *right,
                           const struct search_query *query)
{
    int order = 0;
    switch (query->sort) {
    case SEARCH_SORT_DOWNLOADS: {
        unsigned of_left = left->n_downloads > left->n_recent ? left->n_downloads : left->n_recent;
        unsigned of_right =
            right->n_downloads > right->n_recent ? right->n_downloads : right->n_recent;
        order = compare_numbers(of_right, of_left);
        break;
    }
    case SEARCH_SORT_RECENT_DOWNLOADS:
        order = compare_numbers(right->n_recent, left->n_recent);
        break;
    case SEARCH_SORT_RECENT_UPDATES:
        order = compare_numbers(right->updated_day, left->updated_day);
        break;
    case SEARCH_SORT_NEW:
        order = compare_numbers(right->created_day, left->created_day);
        break;
    default: {
        char canonical[2][64] = {{0}};
        if (query->text.length > 0)
            order = (int)is_exact(right, query) - (int)is_exact(left, query);
        canonical_name(canonical[0], left->name, strlen(left->name));
        canonical_name(canonical[1], right->name, strlen(right->name));
        if (order == 0)
            order = strcmp(canonical[0], canonical[1]);
        if (order == 0)
            order = strcmp(left->name, right->name);
        break;
    }
    }
    return order != 0 ? order : compare_numbers(right->id, left->id);
}

/* What is behind the last crate, wherever that stands now. */
static void expect_behind(struct rebuild *rebuild, const struct search_query *query,
                          const struct list *all, unsigned place, const struct list *rest)
{
    assert_true(place < all->n);
    if (rest->n != all->n - place - 1 ||
        memcmp(rest->ids, all->ids + place + 1, rest->n * sizeof *rest->ids) != 0)
        fail_msg("\"%.*s\", sort %d, limit %u: behind crate %" PRId64 " are %u, not %u",
                 (int)query->text.length, query->text.data, (int)query->sort, query->limit,
                 all->ids[place], rest->n, all->n - place - 1);
    rebuild->n_there++;
}

/* The last crate is not in the new list: the rest is in order, each once, and where the order is
   one of values, it is what comes behind those that the crate has, or had. */
static void expect_behind_what_is_gone(struct rebuild *rebuild, const struct search_query *query,
                                       const struct list *all, int64_t last,
                                       const struct list *rest)
{
    unsigned at = 0;
    const struct changing_entry *now = entry_of(rebuild->after, last);
    const struct changing_entry *place = now != NULL ? now : entry_of(rebuild->before, last);
    bool by_relevance = query->sort == SEARCH_SORT_RELEVANCE && query->text.length > 0;
    for (unsigned i = 0; i < rest->n; i++, at++) {
        while (at < all->n && all->ids[at] != rest->ids[i])
            at++;
        assert_true(at < all->n);
    }
    assert_non_null(place);
    for (unsigned i = 0; i < all->n && !by_relevance; i++) {
        bool is_behind = compare_entries(place, entry_of(rebuild->after, all->ids[i]), query) < 0;
        assert_int_equal(find(rest, all->ids[i]) < rest->n, is_behind);
    }
    rebuild->n_gone++;
}

static void walk_over(struct rebuild *rebuild, struct search_query query, uint64_t *seed)
{
    static struct search_result result;
    static struct list seen;
    static struct list all;
    static struct list rest;
    static char key[SEARCH_MAX_SEEK_KEY];
    unsigned n_pages = 1 + random_below(seed, 200 / query.limit + 2);
    key[0] = '\0';
    seen.n = 0;
    for (unsigned page = 0; page < n_pages; page++) {
        query.after = (struct search_string){page > 0 ? key : NULL, strlen(key)};
        run(&rebuild->old_index, &query, &result);
        append(&seen, &rebuild->old_index, &result);
        if (result.n_hits == 0)
            break;
        memcpy(key, result.seek_key, sizeof key);
    }
    query.after = (struct search_string){NULL, 0};
    if (seen.n == 0)
        return;
    int64_t last = seen.ids[seen.n - 1];
    read_all(&rebuild->new_index, query, &all);
    read_on(&rebuild->new_index, query, key, &rest);
    unsigned place = find(&all, last);
    if (place < all.n) {
        expect_behind(rebuild, &query, &all, place, &rest);
        if (query.sort == SEARCH_SORT_RELEVANCE && query.text.length > 0)
            rebuild->n_from[seen.is_second[seen.n - 1]][all.is_second[place]]++;
    } else {
        expect_behind_what_is_gone(rebuild, &query, &all, last, &rest);
    }
}

/* Every sort with every text and filter, and pages of several sizes. */
static void walk_all(struct rebuild *rebuild, uint64_t *seed)
{
    static const char *const texts[] = {"", "json", "json parser", "serde-json", "par", "serdd",
                                        "jsn", "fast async", "js",
                                        /* A name with another separator; words that are one. */
                                        "serde json", "parser like"};
    static const uint32_t limits[] = {1, 3, 7, 30, 64, 100};
    static const struct search_string keyword = {"cli", 3};
    struct ranking rankings[2];
    for (int i = 0; i < 2; i++) {
        ranking_set_defaults(&rankings[i]);
        rankings[i].second_stage = i == 0;
    }
    for (unsigned i = 0; i < N_SORTS * sizeof texts / sizeof *texts * 7; i++) {
        const char *text = texts[i / N_SORTS / 7];
        struct search_query query = {
            .text = {text, strlen(text)},
            .sort = (enum search_sort)(i % N_SORTS),
            .match = (enum search_match)random_below(seed, 3),
            .ranking = &rankings[random_below(seed, 4) == 0],
            .limit = limits[random_below(seed, sizeof limits / sizeof *limits)],
        };
        switch (i / N_SORTS % 7) {
        case 1:
            query.category = (struct search_string){"gui", 3};
            break;
        case 2:
            query.keywords = &keyword;
            query.n_keywords = 1;
            break;
        case 3:
            query.letter = (struct search_string){"s", 1};
            break;
        case 4:
            query.by_user = true;
            query.user_id = 7;
            break;
        case 5:
            query.by_team = true;
            query.team_id = 7;
            break;
        case 6:
            query.leave_out_yanked = true;
            break;
        default:
            break;
        }
        walk_over(rebuild, query, seed);
    }
}

static void walks_over_rebuilds(void **state)
{
    (void)state;
    static struct changing_registry registries[2];
    struct rebuild rebuild = {.before = &registries[0], .after = &registries[1]};
    uint64_t seed = 1127;
    registries[0].next_id = 1;
    while (registries[0].n < N_AT_FIRST)
        changing_registry_add(&registries[0], &seed);
    changing_registry_build(&rebuild.old_index, &registries[0]);
    for (unsigned i = 0; i < N_REBUILDS; i++) {
        registries[1] = registries[0];
        changing_registry_work(&registries[1], &seed);
        changing_registry_build(&rebuild.new_index, &registries[1]);
        walk_all(&rebuild, &seed);
        built_index_remove(&rebuild.old_index);
        rebuild.old_index = rebuild.new_index;
        registries[0] = registries[1];
    }
    built_index_remove(&rebuild.old_index);
    assert_true(rebuild.n_there > 1000);
    assert_true(rebuild.n_gone > 100);
    for (int from = 0; from < 2; from++)
        for (int to = 0; to < 2; to++)
            if (rebuild.n_from[from][to] < 3)
                fail_msg("from stage %d to %d: %u", from, to, rebuild.n_from[from][to]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(walks_over_rebuilds)};
    return cmocka_run_group_tests_name("seek_rebuilds", tests, NULL, NULL);
}
