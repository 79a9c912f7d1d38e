/* Facets of random searches over a random dump, against a plain count over a model of the dump: of
   the crates that the same search lists without the filters by the facet's own attribute. */
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"
#include "tests/support/random.h"

#include <cratedex/search.h>
#include <cratedex/search_facets.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_CRATES 400
#define N_ROUNDS 400
#define N_KEYWORDS 14
#define N_CATEGORIES 6
#define N_RUST_VERSIONS 13
#define MAX_VALUES 16 /* of an attribute that a crate has */
#define TABLE_BYTES (N_CRATES * 256)

static const char *const words[] = {"alpha", "beta", "gamma", "delta"};
#define N_WORDS 4

static const char *const categories[N_CATEGORIES] = {"web",  "web::server", "web::server::http",
                                                     "webx", "games",       "net"};
static const char *const editions[] = {"2015", "2018", "2021", "2024", ""};
static const struct {
    const char *expression;
    const char *names[4];
} licenses[] = {
    {"MIT", {"MIT"}},
    {"MIT OR Apache-2.0", {"MIT", "Apache-2.0"}},
    {"Apache-2.0/MIT", {"MIT", "Apache-2.0"}},
    {"(MIT AND Zlib) OR MIT", {"MIT", "Zlib"}},
    {"GPL-2.0-only WITH Classpath-exception-2.0", {"GPL-2.0-only WITH Classpath-exception-2.0"}},
    {"see the file", {"see the file"}},
    {"", {NULL}},
};
#define N_LICENSES (sizeof licenses / sizeof *licenses)

/* What a crate of the dump has, by id - 1; lists end with NULL. */
struct model_crate {
    const char *values[N_SEARCH_FACETS][MAX_VALUES + 1];
};

struct fixture {
    struct built_index built;
    struct model_crate crates[N_CRATES];
    char keywords[N_KEYWORDS][16];
    char rust_versions[N_RUST_VERSIONS][16];
};

struct table {
    char *text;
    size_t length;
};

static void __attribute__((format(printf, 2, 3))) add(struct table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(table->text + table->length, TABLE_BYTES - table->length, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, TABLE_BYTES - table->length - 1);
    table->length += (size_t)length;
}

static struct table new_table(const char *columns)
{
    struct table table = {malloc(TABLE_BYTES), 0};
    assert_non_null(table.text);
    add(&table, "%s\n", columns);
    return table;
}

static void give(struct model_crate *crate, enum search_facet facet, const char *value)
{
    size_t i = 0;
    while (crate->values[facet][i] != NULL && strcmp(crate->values[facet][i], value) != 0)
        i++;
    assert_true(i < MAX_VALUES);
    crate->values[facet][i] = value;
}

/* A category and those above it. */
static void give_category(struct model_crate *crate, size_t number)
{
    for (size_t i = 0; i < N_CATEGORIES; i++) {
        size_t length = strlen(categories[i]);
        if (i == number || (strncmp(categories[number], categories[i], length) == 0 &&
                            strncmp(categories[number] + length, "::", 2) == 0))
            give(crate, SEARCH_FACET_CATEGORY, categories[i]);
    }
}

/* A smaller number more often. */
static uint32_t skewed(uint64_t *seed, uint32_t n)
{
    uint32_t one = random_below(seed, n);
    uint32_t other = random_below(seed, n);
    return one < other ? one : other;
}

static void add_version(struct fixture *fixture, struct model_crate *crate, struct table *versions,
                        uint32_t id, uint64_t *seed)
{
    size_t license = random_below(seed, N_LICENSES);
    const char *edition = editions[skewed(seed, 5)];
    uint32_t rust = random_below(seed, N_RUST_VERSIONS + 3);
    bool has_lib = random_below(seed, 5) > 0;
    bool has_bin = random_below(seed, 4) == 0;
    const char *rust_version = rust < N_RUST_VERSIONS ? fixture->rust_versions[rust] : "";
    for (size_t i = 0; licenses[license].names[i] != NULL; i++)
        give(crate, SEARCH_FACET_LICENSE, licenses[license].names[i]);
    if (*edition != '\0')
        give(crate, SEARCH_FACET_EDITION, edition);
    if (*rust_version != '\0')
        give(crate, SEARCH_FACET_RUST_VERSION, rust_version);
    if (has_lib)
        give(crate, SEARCH_FACET_HAS, "lib");
    if (has_bin)
        give(crate, SEARCH_FACET_HAS, "bin");
    add(versions, "%u,%u,1.0.0,2020-01-01,%s,%u,2020-01-01,%s,%s,%s,%s,%s\n", id, id,
        random_below(seed, 6) == 0 ? "t" : "f", random_below(seed, 100000),
        licenses[license].expression, edition, rust_version, has_lib ? "t" : "f",
        has_bin ? "{tool}" : "{}");
    /* Not the default version: it counts for nothing. */
    add(versions, "%u,%u,0.1.0,2019-01-01,t,1,2020-01-01,Old,2015,1.1,t,{old}\n", N_CRATES + id,
        id);
}

static void add_crate(struct fixture *fixture, struct table tables[4], uint32_t id, uint64_t *seed)
{
    struct model_crate *crate = &fixture->crates[id - 1];
    add(&tables[0], "%u,%s-%u,2020-01-01,2020-01-01,\"", id, random_below(seed, 2) ? "c" : "d", id);
    for (unsigned i = 0; i < N_WORDS; i++)
        add(&tables[0], "%s ", random_below(seed, i + 2) == 0 ? words[i] : "nothing");
    add(&tables[0], "\",,,\n");
    add_version(fixture, crate, &tables[1], id, seed);
    for (uint32_t i = 0; i < N_KEYWORDS; i++) {
        if (random_below(seed, i + 3) == 0) {
            give(crate, SEARCH_FACET_KEYWORD, fixture->keywords[i]);
            add(&tables[2], "%u,%u\n", id, i + 1);
        }
    }
    for (uint32_t i = 0; i < N_CATEGORIES; i++) {
        if (random_below(seed, 5) == 0) {
            give_category(crate, i);
            add(&tables[3], "%u,%u\n", id, i + 1);
        }
    }
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    uint64_t seed = 307;
    struct table tables[4] = {
        new_table(CRATES_COLUMNS),
        new_table(VERSIONS_COLUMNS ",license,edition,rust_version,has_lib,bin_names"),
        new_table("crate_id,keyword_id"), new_table("crate_id,category_id")};
    struct table keywords = new_table("id,keyword,crates_cnt,created_at");
    struct table slugs = new_table("id,category,slug,description,crates_cnt,created_at");
    for (uint32_t i = 0; i < N_KEYWORDS; i++) {
        snprintf(fixture.keywords[i], sizeof fixture.keywords[i], "%c-word", 'z' - (int)i);
        add(&keywords, "%u,%s,1,2020-01-01\n", i + 1, fixture.keywords[i]);
    }
    for (uint32_t i = 0; i < N_CATEGORIES; i++)
        add(&slugs, "%u,%s,%s,\"\",1,2020-01-01\n", i + 1, categories[i], categories[i]);
    for (uint32_t i = 0; i < N_RUST_VERSIONS; i++)
        snprintf(fixture.rust_versions[i], sizeof fixture.rust_versions[i], "1.%u", 50 + i);
    for (uint32_t id = 1; id <= N_CRATES; id++)
        add_crate(&fixture, tables, id, &seed);
    const struct dump_file files[] = {BUILT_TABLE("crates", tables[0].text),
                                      BUILT_TABLE("versions", tables[1].text),
                                      BUILT_TABLE("crates_keywords", tables[2].text),
                                      BUILT_TABLE("crates_categories", tables[3].text),
                                      BUILT_TABLE("keywords", keywords.text),
                                      BUILT_TABLE("categories", slugs.text),
                                      BUILT_TIME("2026-11-01T02:00:00Z"),
                                      BUILT_END};
    built_index_from_files(&fixture.built, files);
    for (size_t i = 0; i < 4; i++)
        free(tables[i].text);
    free(keywords.text);
    free(slugs.text);
    assert_int_equal(index_n_crates(fixture.built.index), N_CRATES);
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    built_index_remove(&fixture->built);
    return 0;
}

static void run(const struct fixture *fixture, const struct search_query *query,
                struct search_result *result)
{
    struct error error = {.message = ""};
    if (search_run(fixture->built.reader, query, result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
}

/* The facet's values with their counts, plainly. */
static uint32_t count_plainly(const struct fixture *fixture, const struct search_query *asked,
                              enum search_facet facet, struct search_facet_value *counted)
{
    static struct search_result result;
    struct search_query query = *asked;
    uint32_t n = 0;
    query.facets = 0;
    query.sort = SEARCH_SORT_DOWNLOADS;
    query.limit = SEARCH_MAX_LIMIT;
    for (query.offset = 0; query.offset < N_CRATES; query.offset += query.limit) {
        run(fixture, &query, &result);
        for (uint32_t i = 0; i < result.n_hits; i++) {
            int64_t id = fixture->built.index->columns.ids[result.hits[i].rank - 1];
            const char *const *values = fixture->crates[id - 1].values[facet];
            for (; *values != NULL; values++) {
                uint32_t at = 0;
                while (at < n && strcmp(counted[at].text, *values) != 0)
                    at++;
                if (at == n)
                    counted[n++] =
                        (struct search_facet_value){*values, (uint32_t)strlen(*values), 0};
                counted[at].n_crates++;
            }
        }
    }
    return n;
}

static int compare_values(const void *left_value, const void *right_value)
{
    const struct search_facet_value *left = left_value;
    const struct search_facet_value *right = right_value;
    return left->n_crates != right->n_crates ? (left->n_crates < right->n_crates ? 1 : -1)
                                             : strcmp(left->text, right->text);
}

static void expect_facet(const struct fixture *fixture, const struct search_query *others,
                         enum search_facet facet, const struct search_facets *facets)
{
    struct search_facet_value expected[MAX_VALUES];
    uint32_t n = count_plainly(fixture, others, facet, expected);
    qsort(expected, n, sizeof *expected, compare_values);
    n = n < SEARCH_FACET_MAX_VALUES ? n : SEARCH_FACET_MAX_VALUES;
    if (facets->n_values[facet] != n)
        fail_msg("\"%.*s\": %s has %u values, not %u", (int)others->text.length, others->text.data,
                 search_facet_name(facet), facets->n_values[facet], n);
    for (uint32_t i = 0; i < n; i++) {
        const struct search_facet_value *value = &facets->values[facet][i];
        if (value->length != expected[i].length || value->n_crates != expected[i].n_crates ||
            memcmp(value->text, expected[i].text, value->length) != 0)
            fail_msg("\"%.*s\": %s %u is %.*s (%u), not %s (%u)", (int)others->text.length,
                     others->text.data, search_facet_name(facet), i, (int)value->length,
                     value->text, value->n_crates, expected[i].text, expected[i].n_crates);
    }
}

/* A random search. `keywords` has room for two. */
static void make_query(const struct fixture *fixture, uint64_t *seed,
                       struct search_string *keywords, struct search_query *query)
{
    static const char *const odd[] = {"c-1", "the", "\U0001f980"};
    static char text[64];
    *query = (struct search_query){.limit = 1 + random_below(seed, 20)};
    text[0] = '\0';
    for (uint32_t n = random_below(seed, 3); n > 0; n--)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? " " : "",
                 words[random_below(seed, N_WORDS)]);
    if (random_below(seed, 4) == 0) /* the last one has no word, the one before only stop words */
        snprintf(text, sizeof text, "%s", odd[random_below(seed, 3)]);
    if (text[0] != '\0')
        query->text = (struct search_string){text, strlen(text)};
    query->sort = random_below(seed, SEARCH_SORT_NEW + 1);
    query->match = random_below(seed, 2) ? SEARCH_MATCH_ALL : SEARCH_MATCH_BEST;
    query->offset = random_below(seed, 3) == 0 ? random_below(seed, 30) : 0;
    query->leave_out_yanked = random_below(seed, 4) == 0;
    if (random_below(seed, 4) == 0)
        query->letter = (struct search_string){"c", 1};
    if (random_below(seed, 3) == 0) {
        const char *slug = categories[random_below(seed, N_CATEGORIES)];
        query->category = (struct search_string){slug, strlen(slug)};
    }
    query->keywords = keywords;
    query->n_keywords = random_below(seed, 4) == 0 ? 1 + random_below(seed, 2) : 0;
    for (size_t i = 0; i < query->n_keywords; i++) {
        const char *keyword = fixture->keywords[skewed(seed, N_KEYWORDS)];
        keywords[i] = (struct search_string){keyword, strlen(keyword)};
    }
    query->facets = random_below(seed, 1U << N_SEARCH_FACETS);
}

static void are_as_a_plain_count_says(void **state)
{
    const struct fixture *fixture = *state;
    static struct search_result result;
    uint64_t seed = 311;
    unsigned n_filtered = 0;
    for (int round = 0; round < N_ROUNDS; round++) {
        struct search_query query;
        struct search_string keywords[2];
        make_query(fixture, &seed, keywords, &query);
        run(fixture, &query, &result);
        const struct search_facets *told = result.facets;
        assert_int_equal(told == NULL ? 0 : told->asked, query.facets);
        if (told == NULL)
            continue;
        struct search_facets facets = *told; /* the plain count searches too */
        for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
            struct search_query others = query;
            if ((query.facets >> facet & 1) == 0 || facet == SEARCH_FACET_LICENSE)
                continue;
            if (facet == SEARCH_FACET_CATEGORY)
                others.category = (struct search_string){NULL, 0};
            if (facet == SEARCH_FACET_KEYWORD)
                others.n_keywords = 0;
            n_filtered += others.n_keywords != query.n_keywords ||
                          others.category.data != query.category.data;
            expect_facet(fixture, &others, facet, &facets);
        }
    }
    assert_true(n_filtered > 50);
}

static void every_page_has_the_same(void **state)
{
    const struct fixture *fixture = *state;
    static struct search_result result;
    static char key[SEARCH_MAX_SEEK_KEY];
    for (int sort = 0; sort <= SEARCH_SORT_NEW; sort++) {
        struct search_facets first = {.asked = 0};
        struct search_query query = {.text = {"alpha beta", 10},
                                     .sort = (enum search_sort)sort,
                                     .limit = 30,
                                     .facets = (1U << N_SEARCH_FACETS) - 1};
        unsigned n_pages = 0;
        for (;; n_pages++) {
            run(fixture, &query, &result);
            assert_non_null(result.facets);
            if (n_pages == 0)
                first = *result.facets;
            assert_int_equal(result.facets->asked, first.asked);
            for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
                assert_int_equal(result.facets->n_values[facet], first.n_values[facet]);
                assert_memory_equal(result.facets->values[facet], first.values[facet],
                                    first.n_values[facet] * sizeof *first.values[facet]);
            }
            if (result.n_hits < query.limit)
                break;
            memcpy(key, result.seek_key, sizeof key);
            query.after = (struct search_string){key, strlen(key)};
        }
        assert_true(n_pages >= 2 && first.n_values[SEARCH_FACET_KEYWORD] > 3);
    }
}

static void names_are_read_and_refused(void **state)
{
    (void)state;
    struct error error;
    unsigned mask;
    assert_int_equal(search_facets_parse("has,license,has", &mask, &error), 0);
    assert_int_equal(mask, 1U << SEARCH_FACET_HAS | 1U << SEARCH_FACET_LICENSE);
    assert_int_equal(
        search_facets_parse("category,keyword,license,edition,rust_version,has", &mask, &error), 0);
    assert_int_equal(mask, (1U << N_SEARCH_FACETS) - 1);
    static const char *const wrong[] = {"",        ",",        "license,",     ",license",
                                        "License", "licenses", "license, has", "lic"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(search_facets_parse(wrong[i], &mask, &error), -1);
        for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++)
            assert_non_null(strstr(error.message, search_facet_name(facet)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_as_a_plain_count_says),
        cmocka_unit_test(every_page_has_the_same),
        cmocka_unit_test(names_are_read_and_refused),
    };
    return cmocka_run_group_tests_name("facet_counts", tests, open_fixture, close_fixture);
}
