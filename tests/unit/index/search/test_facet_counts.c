/* Facets of random searches over a random dump, against a plain count over a model of the dump: of
   the crates that the same search lists without the filters by the facet's own attribute. */
#include "index/segment/open_index.h"
#include "tests/support/facet_model.h"
#include "tests/support/random.h"
#include "tests/support/sanitized.h"

#include <cratedex/search.h>
#include <cratedex/search_facets.h>
#include <cratedex/search_filters.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ROUNDS USUAL_OR_SANITIZED(10000, 1000)

static int open_fixture(void **state)
{
    static struct facet_model model;
    facet_model_build(&model);
    *state = &model;
    return 0;
}

static int close_fixture(void **state)
{
    struct facet_model *model = *state;
    built_index_remove(&model->built);
    return 0;
}

static void run(const struct facet_model *model, const struct search_query *query,
                struct search_result *result)
{
    struct error error = {.message = ""};
    if (search_run(model->built.reader, query, result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
}

/* The facet's values with their counts, plainly. */
static uint32_t count_plainly(const struct facet_model *model, const struct search_query *asked,
                              enum search_facet facet, struct search_facet_value *counted)
{
    static struct search_result result;
    struct search_query query = *asked;
    uint32_t n = 0;
    query.facets = 0;
    query.sort = SEARCH_SORT_DOWNLOADS;
    query.limit = SEARCH_MAX_LIMIT;
    for (query.offset = 0; query.offset < FACET_MODEL_CRATES; query.offset += query.limit) {
        run(model, &query, &result);
        for (uint32_t i = 0; i < result.n_hits; i++) {
            int64_t id = model->built.index->columns.ids[result.hits[i].rank - 1];
            const char *const *values = model->crates[id - 1].values[facet];
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

static void expect_facet(const struct facet_model *model, const struct search_query *others,
                         enum search_facet facet, const struct search_facets *facets)
{
    struct search_facet_value expected[FACET_MODEL_MAX_VALUES];
    uint32_t n = count_plainly(model, others, facet, expected);
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

/* Adds some of what the search box and query parameters can ask for. */
static void add_filters(const struct facet_model *model, uint64_t *seed,
                        struct search_filters *filters)
{
    static const struct {
        const char *name;
        const char *value;
    } some[] = {{"license", "MIT"},      {"license", "apache-2.0"}, {"license", "Zlib"},
                {"edition", "2021"},     {"edition", "2015"},       {"has", "lib"},
                {"has", "bin"},          {"rust_version", "1.55"},  {"rust_version_known", "yes"},
                {"keyword", "y-word"},   {"category", "web"},       {"category", "games"},
                {"min_downloads", "500"}};
    struct error error = {.message = ""};
    search_filters_init(filters);
    for (uint32_t n = random_below(seed, 4); n > 0; n--) {
        size_t i = random_below(seed, sizeof some / sizeof *some);
        /* Not two of what a crate has one of. */
        search_filters_require(
            filters, model->built.index, (struct search_string){some[i].name, strlen(some[i].name)},
            (struct search_string){some[i].value, strlen(some[i].value)}, &error);
    }
    if (random_below(seed, 4) == 0)
        assert_int_equal(search_filters_add_value(filters, SEARCH_FILTER_WITHOUT,
                                                  (struct search_string){"gamma", 5}, 0, &error),
                         0);
    if (random_below(seed, 6) == 0)
        assert_int_equal(search_filters_add_value(filters, SEARCH_FILTER_ALL_OF,
                                                  (struct search_string){"beta", 4}, 0, &error),
                         0);
    if (random_below(seed, 8) == 0)
        assert_int_equal(search_filters_add_value(filters, SEARCH_FILTER_IN,
                                                  (struct search_string){"name", 4}, 0, &error),
                         0);
}

/* The query without the filters by a facet's attribute. `filters` has room for those that stay.
   Returns how many went. */
static unsigned take_out(enum search_facet facet, struct search_query *query,
                         struct search_filters *filters)
{
    static const enum search_filter_kind kinds[N_SEARCH_FACETS][2] = {
        [SEARCH_FACET_CATEGORY] = {SEARCH_FILTER_CATEGORY, SEARCH_FILTER_CATEGORY},
        [SEARCH_FACET_KEYWORD] = {SEARCH_FILTER_KEYWORD, SEARCH_FILTER_KEYWORD},
        [SEARCH_FACET_LICENSE] = {SEARCH_FILTER_LICENSE, SEARCH_FILTER_LICENSE},
        [SEARCH_FACET_EDITION] = {SEARCH_FILTER_EDITION, SEARCH_FILTER_EDITION},
        [SEARCH_FACET_RUST_VERSION] = {SEARCH_FILTER_RUST_VERSION,
                                       SEARCH_FILTER_RUST_VERSION_KNOWN},
        [SEARCH_FACET_HAS] = {SEARCH_FILTER_HAS, SEARCH_FILTER_HAS}};
    const struct search_filters *all = query->filters;
    unsigned n_taken = 0;
    struct error error;
    search_filters_init(filters);
    for (uint32_t i = 0; all != NULL && i < all->n; i++) {
        const struct search_filter *filter = &all->filters[i];
        bool is_own = filter->kind == kinds[facet][0] || filter->kind == kinds[facet][1];
        n_taken += is_own;
        if (!is_own)
            assert_int_equal(search_filters_add_value(filters, filter->kind,
                                                      search_filter_text(all, filter),
                                                      filter->number, &error),
                             0);
    }
    query->filters = filters->n > 0 ? filters : NULL;
    if (facet == SEARCH_FACET_CATEGORY && query->category.data != NULL) {
        query->category = (struct search_string){NULL, 0};
        n_taken++;
    }
    if (facet == SEARCH_FACET_KEYWORD) {
        n_taken += (unsigned)query->n_keywords;
        query->n_keywords = 0;
    }
    return n_taken;
}

/* A random search. `keywords` has room for two. */
static void make_query(const struct facet_model *model, uint64_t *seed,
                       struct search_string *keywords, struct search_filters *filters,
                       struct search_query *query)
{
    static const char *const odd[] = {"c-1", "the", "\U0001f980"};
    static char text[64];
    *query = (struct search_query){.limit = 1 + random_below(seed, 20)};
    text[0] = '\0';
    for (uint32_t n = random_below(seed, 3); n > 0; n--)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? " " : "",
                 facet_model_words[random_below(seed, FACET_MODEL_WORDS)]);
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
        const char *slug = facet_model_categories[random_below(seed, FACET_MODEL_CATEGORIES)];
        query->category = (struct search_string){slug, strlen(slug)};
    }
    query->keywords = keywords;
    query->n_keywords = random_below(seed, 4) == 0 ? 1 + random_below(seed, 2) : 0;
    for (size_t i = 0; i < query->n_keywords; i++) {
        const char *keyword = model->keywords[facet_model_skewed(seed, FACET_MODEL_KEYWORDS)];
        keywords[i] = (struct search_string){keyword, strlen(keyword)};
    }
    add_filters(model, seed, filters);
    query->filters = filters->n > 0 ? filters : NULL;
    query->facets = random_below(seed, 1U << N_SEARCH_FACETS);
}

static void are_as_a_plain_count_says(void **state)
{
    const struct facet_model *model = *state;
    static struct search_result result;
    uint64_t seed = 311;
    unsigned n_filtered = 0;
    for (int round = 0; round < N_ROUNDS; round++) {
        struct search_query query;
        struct search_string keywords[2];
        struct search_filters filters;
        make_query(model, &seed, keywords, &filters, &query);
        run(model, &query, &result);
        const struct search_facets *told = result.facets;
        assert_int_equal(told == NULL ? 0 : told->asked, query.facets);
        if (told == NULL)
            continue;
        struct search_facets facets = *told; /* the plain count searches too */
        for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
            struct search_query others = query;
            if ((query.facets >> facet & 1) == 0)
                continue;
            struct search_filters other_filters;
            n_filtered += take_out(facet, &others, &other_filters) > 0;
            expect_facet(model, &others, facet, &facets);
        }
    }
    assert_true(n_filtered > N_ROUNDS / 4);
}

static void every_page_has_the_same(void **state)
{
    const struct facet_model *model = *state;
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
            run(model, &query, &result);
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
        assert_true(n_pages >= 2 && first.n_values[SEARCH_FACET_LICENSE] > 3);
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
