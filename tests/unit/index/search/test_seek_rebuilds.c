/* A walk that begins on one index and goes on with its key on the next, which was built after
   crates came, went and changed: what follows is exactly what stands behind the last crate in the
   new index, so that a crate that stands on the same side of it in both is neither repeated nor
   skipped. Where the last crate is gone, what follows stands behind the place that it had. For
   every sort, with texts and filters, over random rebuilds. */
#include "tests/support/built_index.h"
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
#define MAX_CRATES 300
#define N_AT_FIRST 230
#define TEXT_BYTES ((size_t)1 << 16)

/* A crate as the registry has it. */
struct entry {
    int64_t id;
    char name[32];
    unsigned words; /* of its description: a bit each */
    unsigned n_downloads;
    unsigned n_recent;
    unsigned created_day;
    unsigned updated_day;
    unsigned keyword; /* 0: none */
    unsigned category;
    unsigned owner;
    bool is_yanked;
};

struct registry {
    struct entry entries[MAX_CRATES];
    unsigned n;
    int64_t next_id;
};

static const char *const words[] = {"json", "parser", "serde", "async", "fast"};
#define N_WORDS (sizeof words / sizeof *words)

static void change(struct entry *entry, uint64_t *seed)
{
    /* Few different values, so that there are ties; most have the first word. */
    entry->words = random_below(seed, 1U << N_WORDS) | (random_below(seed, 8) > 0);
    entry->n_downloads = random_below(seed, 12) * 100;
    entry->n_recent = random_below(seed, 3) == 0 ? random_below(seed, 6) * 7 : 0;
    entry->updated_day = random_below(seed, 12);
    entry->keyword = random_below(seed, 3);
    entry->category = random_below(seed, 3);
    entry->owner = random_below(seed, 3);
    entry->is_yanked = random_below(seed, 6) == 0;
}

static void add(struct registry *registry, uint64_t *seed)
{
    static const char *const given[] = {"json",       "serde", "serde-json", "serde_js",
                                        "parserlike", "async", "a-json-b"};
    struct entry *entry = &registry->entries[registry->n++];
    *entry = (struct entry){.id = registry->next_id++, .created_day = random_below(seed, 9)};
    if (entry->id <= (int64_t)(sizeof given / sizeof *given))
        snprintf(entry->name, sizeof entry->name, "%s", given[entry->id - 1]);
    else
        snprintf(entry->name, sizeof entry->name, "%s-%u%" PRId64,
                 words[random_below(seed, N_WORDS)], random_below(seed, 10), entry->id);
    change(entry, seed);
}

/* One day's work: some go, some come, some change, and some are spelled differently afterwards. */
static void work(struct registry *registry, uint64_t *seed)
{
    unsigned one_of = 6 + random_below(seed, 10);
    for (unsigned i = 0; i < registry->n;) {
        if (random_below(seed, 12) == 0) {
            registry->entries[i] = registry->entries[--registry->n];
            continue;
        }
        if (random_below(seed, one_of) < 2)
            change(&registry->entries[i], seed);
        char *separator = strpbrk(registry->entries[i].name, "-_");
        if (separator != NULL && random_below(seed, 20) == 0)
            *separator = *separator == '-' ? '_' : '-';
        i++;
    }
    for (unsigned n = random_below(seed, 40); n > 0 && registry->n < MAX_CRATES; n--)
        add(registry, seed);
}

/* A table's text that grows. */
struct table {
    char text[TEXT_BYTES];
    size_t length;
};

static void __attribute__((format(printf, 2, 3)))
write_row(struct table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(table->text + table->length, sizeof table->text - table->length, format,
                           arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof table->text - table->length);
    table->length += (size_t)length;
}

static void build(struct built_index *built, const struct registry *registry)
{
    static struct table crates;
    static struct table versions;
    static struct table downloads;
    static struct table keywords;
    static struct table categories;
    static struct table owners;
    crates.length = versions.length = downloads.length = 0;
    keywords.length = categories.length = owners.length = 0;
    write_row(&crates, CRATES_COLUMNS ",downloads\n");
    write_row(&versions, VERSIONS_COLUMNS "\n");
    write_row(&downloads, "version_id,date,downloads\n");
    write_row(&keywords, "crate_id,keyword_id\n");
    write_row(&categories, "crate_id,category_id\n");
    write_row(&owners, "crate_id,owner_id,owner_kind\n");
    for (unsigned i = 0; i < registry->n; i++) {
        const struct entry *entry = &registry->entries[i];
        write_row(&crates, "%" PRId64 ",%s,2026-01-%02u,2026-02-%02u,It", entry->id, entry->name,
                  entry->created_day + 1, entry->updated_day + 1);
        for (size_t word = 0; word < N_WORDS; word++)
            if ((entry->words >> word & 1) != 0)
                write_row(&crates, " %s", words[word]);
        write_row(&crates, ",,,,%u\n", entry->n_downloads);
        write_row(&versions, "%" PRId64 ",%" PRId64 ",1.0.0,2026-01-01,%c,0,2026-01-01\n",
                  entry->id, entry->id, entry->is_yanked ? 't' : 'f');
        if (entry->n_recent > 0)
            write_row(&downloads, "%" PRId64 ",2026-10-31,%u\n", entry->id, entry->n_recent);
        if (entry->keyword > 0)
            write_row(&keywords, "%" PRId64 ",%u\n", entry->id, entry->keyword);
        if (entry->category > 0)
            write_row(&categories, "%" PRId64 ",%u\n", entry->id, entry->category);
        if (entry->owner > 0)
            write_row(&owners, "%" PRId64 ",7,%u\n", entry->id, entry->owner - 1);
    }
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates.text),
        BUILT_TABLE("versions", versions.text),
        BUILT_TABLE("version_downloads", downloads.text),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,gui,1,2020-01-01\n"
                                "2,cli,2,2020-01-01\n"),
        BUILT_TABLE("crates_keywords", keywords.text),
        BUILT_TABLE("categories",
                    "id,category,slug,description,crates_cnt,created_at\n"
                    "1,GUI,gui,\"\",1,2020-01-01\n2,Web,gui::web,\"\",1,2020-01-01\n"),
        BUILT_TABLE("crates_categories", categories.text),
        BUILT_TABLE("crate_owners", owners.text),
        BUILT_END,
    };
    built_index_from_files(built, files);
}

/* Two indexes, one after the other, and what was seen. */
struct rebuild {
    const struct registry *before;
    const struct registry *after;
    struct built_index old_index;
    struct built_index new_index;
    unsigned n_there; /* walks whose last crate is in the new list */
    unsigned n_gone;
    unsigned n_from[2][2]; /* of those by relevance: its stage in the old list, and in the new */
};

/* The ids of a list, and of its hits what the second stage has ordered. */
struct list {
    int64_t ids[MAX_CRATES];
    bool is_second[MAX_CRATES];
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
        assert_true(list->n < MAX_CRATES);
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

static const struct entry *entry_of(const struct registry *registry, int64_t id)
{
    for (unsigned i = 0; i < registry->n; i++)
        if (registry->entries[i].id == id)
            return &registry->entries[i];
    return NULL;
}

static bool is_exact(const struct entry *entry, const struct search_query *query)
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
static int compare_entries(const struct entry *left, const struct entry *right,
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
    const struct entry *now = entry_of(rebuild->after, last);
    const struct entry *place = now != NULL ? now : entry_of(rebuild->before, last);
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
    static struct registry registries[2];
    struct rebuild rebuild = {.before = &registries[0], .after = &registries[1]};
    uint64_t seed = 1127;
    registries[0].next_id = 1;
    while (registries[0].n < N_AT_FIRST)
        add(&registries[0], &seed);
    build(&rebuild.old_index, &registries[0]);
    for (unsigned i = 0; i < N_REBUILDS; i++) {
        registries[1] = registries[0];
        work(&registries[1], &seed);
        build(&rebuild.new_index, &registries[1]);
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
