/* The whole language against a plain scan: for random queries with filters, exclusions, quotes and
   names only, typed into the search box or given as parameters, in every sort and match, search_run
   gives the total and the order that a scan gives which looks at every crate by SQL; and facets
   what it counts.

   ORACLE_ROUNDS says how many queries; ORACLE_INDEX names an index file other than the sample's
   (`make oracle`). */
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/refined_query.h"
#include "tests/support/sanitized.h"
#include "tests/support/search_scan.h"

#include <cratedex/search.h>
#include <cratedex/search_facets.h>
#include <cratedex/search_filters.h>
#include <cratedex/search_language.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define N_ROUNDS USUAL_OR_SANITIZED(400, 80)

struct fixture {
    struct built_index built;
    struct search_scan *scan;
    struct refined_source *source;
};

/* What was asked, so that the test can say that it was worth asking. */
struct tally {
    unsigned n_settled;
    unsigned n_matched;
    unsigned n_typed;
    unsigned n_counted; /* facets */
    unsigned n_filtered_facets;
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    const char *path = getenv("ORACLE_INDEX");
    struct error error = {.message = ""};
    if (path == NULL || path[0] == '\0') {
        built_index_open_sample(&fixture.built);
    } else {
        snprintf(fixture.built.path, sizeof fixture.built.path, "%s", path);
        fixture.built.index = index_open(path, &error);
        fixture.built.reader =
            fixture.built.index == NULL ? NULL : index_reader_open(fixture.built.index, &error);
        if (fixture.built.reader == NULL)
            fail_msg("%s", error.message);
    }
    fixture.scan = search_scan_open(fixture.built.path);
    fixture.source = refined_source_open(fixture.built.path, fixture.built.index);
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    refined_source_close(fixture->source);
    search_scan_close(fixture->scan);
    built_index_remove(&fixture->built);
    return 0;
}

/* The query as the library gets it: what was typed is read. `text` and `filters` have room for
   that. */
static void make_query(const struct fixture *fixture, const struct refined_query *refined,
                       struct search_filters *filters, char *text, struct search_query *query)
{
    const struct search_string typed = {refined->typed, strlen(refined->typed)};
    size_t length;
    *query = refined->random.query;
    if (!refined->is_typed)
        return;
    search_filters_init(filters);
    query->text = typed;
    if (search_language_read(fixture->built.index, typed, filters, text, &length))
        query->text = (struct search_string){length > 0 ? text : NULL, length};
    query->filters = filters->n > 0 ? filters : NULL;
}

static void tell(const struct refined_query *refined)
{
    print_message("%s: \"%s\"", refined->is_typed ? "typed" : "parameters",
                  refined->is_typed ? refined->typed : refined->random.text);
    for (uint32_t i = 0; i < refined->filters.n; i++) {
        const struct search_filter *filter = &refined->filters.filters[i];
        struct search_string value = search_filter_text(&refined->filters, filter);
        print_message(" %s=%.*s", search_filter_name(filter->kind), (int)value.length, value.data);
    }
    print_message("\n");
}

/* Some pages: the first, one in the middle, the last, one behind it. */
static void expect_pages(const struct fixture *fixture, const struct search_query *asked,
                         size_t n_all, uint64_t *seed)
{
    static struct search_result result;
    static const uint32_t limits[] = {1, 10, 64, SEARCH_MAX_LIMIT};
    struct search_query query = *asked;
    struct error error = {.message = ""};
    for (int page = 0; page < 4; page++) {
        uint32_t limit = limits[random_below(seed, 4)];
        uint32_t n = (uint32_t)n_all;
        const uint32_t offsets[] = {0, random_below(seed, n + 1), n > limit ? n - limit : 0, n + 5};
        query.limit = limit;
        query.offset = offsets[page] < SEARCH_MAX_OFFSET ? offsets[page] : SEARCH_MAX_OFFSET;
        if (search_run(fixture->built.reader, &query, &result, &error) != SEARCH_OK)
            fail_msg("%s", error.message);
        search_scan_expect(fixture->scan, &query, query.offset, &result);
    }
}

/* Takes the facet's own filters out of the query, whose others `filters` has room for. Returns how
   many there were. */
static unsigned take_out(const char *facet, struct search_query *query,
                         struct search_filters *filters)
{
    const struct search_filters *all = query->filters;
    unsigned n = 0;
    search_filters_init(filters);
    for (uint32_t i = 0; all != NULL && i < all->n; i++) {
        const struct search_filter *filter = &all->filters[i];
        size_t length = strlen(facet);
        const char *name = search_filter_name(filter->kind);
        /* `rust_version_known` goes with `rust_version`. */
        bool is_own = strncmp(name, facet, length) == 0 &&
                      (name[length] == '\0' || strcmp(name + length, "_known") == 0);
        n += is_own;
        if (!is_own)
            search_filters_add_value(filters, filter->kind, search_filter_text(all, filter),
                                     filter->number, NULL);
    }
    query->filters = filters;
    if (strcmp(facet, "category") == 0 && query->category.data != NULL) {
        query->category = (struct search_string){NULL, 0};
        n++;
    } else if (strcmp(facet, "keyword") == 0) {
        n += (unsigned)query->n_keywords;
        query->n_keywords = 0;
    }
    return n;
}

static void expect_facet(const struct fixture *fixture, const struct search_query *asked,
                         const struct refined_query *refined, enum search_facet facet,
                         struct tally *tally)
{
    static struct search_result result;
    static struct scan_facet_value expected[SCAN_FACET_MAX_VALUES];
    struct search_query query = *asked;
    struct search_query others = refined->random.query;
    struct search_filters filters;
    struct error error = {.message = ""};
    const char *name = search_facet_name(facet);
    query.facets = 1U << facet | 1U << SEARCH_FACET_HAS;
    query.limit = 1;
    query.offset = 0;
    if (search_run(fixture->built.reader, &query, &result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
    tally->n_filtered_facets += take_out(name, &others, &filters) > 0;
    search_scan_run(fixture->scan, &others);
    size_t n = search_scan_facet(fixture->scan, name, expected);
    n = n < SEARCH_FACET_MAX_VALUES ? n : SEARCH_FACET_MAX_VALUES;
    assert_non_null(result.facets);
    if (result.facets->n_values[facet] != n)
        fail_msg("%s: %u values, not %zu", name, result.facets->n_values[facet], n);
    for (size_t i = 0; i < n; i++) {
        const struct search_facet_value *value = &result.facets->values[facet][i];
        if (value->length != strlen(expected[i].text) ||
            strncasecmp(value->text, expected[i].text, value->length) != 0 ||
            value->n_crates != expected[i].n_crates)
            fail_msg("%s %zu: %.*s (%u), not %s (%u)", name, i, (int)value->length, value->text,
                     value->n_crates, expected[i].text, expected[i].n_crates);
    }
    tally->n_counted++;
}

static void expect_query(const struct fixture *fixture, const struct refined_query *refined,
                         uint64_t *seed, struct tally *tally)
{
    static struct search_filters filters;
    static char text[4 * SEARCH_MAX_TEXT_BYTES];
    struct search_query query;
    make_query(fixture, refined, &filters, text, &query);
    size_t n_all = search_scan_run(fixture->scan, &refined->random.query);
    if (search_scan_is_unsure(fixture->scan))
        return;
    tally->n_settled++;
    tally->n_matched += n_all > 0;
    tally->n_typed += refined->is_typed;
    expect_pages(fixture, &query, n_all, seed);
    if (random_below(seed, 3) == 0)
        expect_facet(fixture, &query, refined,
                     (enum search_facet)random_below(seed, N_SEARCH_FACETS), tally);
}

static void agrees_with_a_plain_scan(void **state)
{
    static struct refined_query refined;
    const struct fixture *fixture = *state;
    const char *asked = getenv("ORACLE_ROUNDS");
    unsigned n_rounds =
        asked != NULL && asked[0] != '\0' ? (unsigned)strtoul(asked, NULL, 10) : N_ROUNDS;
    struct tally tally = {0};
    uint64_t seed = 1414;
    for (unsigned round = 0; round < n_rounds; round++) {
        refined_query_draw(fixture->source, &seed, &refined);
        if (getenv("ORACLE_VERBOSE") != NULL)
            tell(&refined);
        expect_query(fixture, &refined, &seed, &tally);
    }
    print_message("%u queries, %u typed; %u settled, %u found something; %u facets, %u of them"
                  " with their own filter\n",
                  n_rounds, tally.n_typed, tally.n_settled, tally.n_matched, tally.n_counted,
                  tally.n_filtered_facets);
    assert_true(tally.n_settled > n_rounds - n_rounds / 10);
    assert_true(tally.n_matched > n_rounds / 4);
    assert_true(tally.n_typed > n_rounds / 3);
    assert_true(tally.n_counted > n_rounds / 5);
    assert_true(tally.n_filtered_facets > n_rounds / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_plain_scan),
    };
    return cmocka_run_group_tests_name("refined_oracle", tests, open_fixture, close_fixture);
}
