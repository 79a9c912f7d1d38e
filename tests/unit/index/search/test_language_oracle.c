/* Exclusions, quoted words and names alone: for random queries, what search_run gives is what a
   plain scan gives that scores every crate of the file, as in test_search_oracle.c. */
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/random_query.h"
#include "tests/support/sanitized.h"
#include "tests/support/search_scan.h"

#include <cratedex/search.h>
#include <cratedex/search_filter_list.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_SORTS 6
#define N_SAMPLE_ROUNDS USUAL_OR_SANITIZED(400, 100)
#define N_LARGE_ROUNDS USUAL_OR_SANITIZED(60, 20)

struct fixture {
    struct built_index built;
    struct search_scan *scan;
    struct query_source *source;
};

static void close_fixture(struct fixture *fixture)
{
    query_source_close(fixture->source);
    search_scan_close(fixture->scan);
    built_index_remove(&fixture->built);
}

static void open_fixture(struct fixture *fixture)
{
    fixture->scan = search_scan_open(fixture->built.path);
    fixture->source = query_source_open(fixture->built.path);
}

/* A word of the text, in small letters; "" where it has none of two letters. */
static size_t pick_word(const char *text, uint64_t *seed, char word[SEARCH_MAX_TEXT_BYTES])
{
    size_t length = strlen(text);
    size_t at = length == 0 ? 0 : random_below(seed, (uint32_t)length);
    size_t n = 0;
    while (at > 0 && isalnum((unsigned char)text[at - 1]))
        at--;
    for (; at < length && isalnum((unsigned char)text[at]); at++)
        word[n++] = (char)tolower((unsigned char)text[at]);
    return n > 1 ? n : 0;
}

/* Adds an exclusion, a quoted word, or that names alone count. */
static void add_filter(const struct fixture *fixture, struct random_query *random, uint64_t *seed,
                       struct search_filters *filters)
{
    struct random_query other;
    char word[SEARCH_MAX_TEXT_BYTES];
    struct error error;
    uint32_t chance = random_below(seed, 5);
    if (chance == 0) {
        search_filters_add_value(filters, SEARCH_FILTER_IN, (struct search_string){"name", 4}, 0,
                                 &error);
        return;
    }
    random_query_text(fixture->source, seed, &other);
    size_t length =
        pick_word(chance == 1 || random->text[0] == '\0' ? other.text : random->text, seed, word);
    if (length > 0)
        search_filters_add_value(filters, chance < 4 ? SEARCH_FILTER_WITHOUT : SEARCH_FILTER_ALL_OF,
                                 (struct search_string){word, length}, 0, &error);
}

struct tally {
    unsigned n_asked;
    unsigned n_settled;
    unsigned n_matched;
    unsigned n_names; /* of these, by names alone */
};

static void expect_page(struct fixture *fixture, const struct search_query *query, uint32_t offset,
                        struct tally *tally)
{
    static struct search_result result;
    struct error error = {.message = ""};
    struct search_query page = *query;
    uint32_t n_names;
    size_t n_all = search_scan_run(fixture->scan, query);
    tally->n_asked++;
    if (search_scan_is_unsure(fixture->scan))
        return;
    tally->n_settled++;
    tally->n_matched += n_all > 0;
    search_filters_of(query->filters, SEARCH_FILTER_IN, &n_names);
    tally->n_names += n_all > 0 && n_names > 0;
    page.offset = offset;
    if (search_run(fixture->built.reader, &page, &result, &error) != SEARCH_OK)
        fail_msg("\"%.*s\": %s", (int)query->text.length, query->text.data, error.message);
    search_scan_expect(fixture->scan, &page, page.offset, &result);
}

static void run_rounds(struct fixture *fixture, unsigned n_rounds, uint64_t seed)
{
    struct tally tally = {0};
    for (unsigned round = 0; round < n_rounds; round++) {
        struct random_query random;
        struct search_filters filters;
        random_query_text(fixture->source, &seed, &random);
        if (round % 8 == 7)
            random.query.text = (struct search_string){random.text, 0};
        search_filters_init(&filters);
        for (uint32_t n = 1 + random_below(&seed, 2); n > 0; n--)
            add_filter(fixture, &random, &seed, &filters);
        if (filters.n == 0)
            continue;
        random.query.filters = &filters;
        random.query.match = (enum search_match)random_below(&seed, 3);
        if (round % 4 == 0)
            random.query.sort = (enum search_sort)(round / 4 % N_SORTS);
        if (round % 5 == 0)
            random_query_filter(fixture->source, &seed, &random);
        expect_page(fixture, &random.query, round % 3 * 5, &tally);
    }
    print_message("%u asked, %u settled, %u matched, %u of them by names alone\n", tally.n_asked,
                  tally.n_settled, tally.n_matched, tally.n_names);
    assert_true(tally.n_settled > tally.n_asked * 9 / 10);
    assert_true(tally.n_matched > tally.n_asked / 3);
    assert_true(tally.n_names > tally.n_asked / 20);
}

static void of_the_sample(void **state)
{
    (void)state;
    struct fixture fixture;
    built_index_make(&fixture.built, SAMPLE_DUMP);
    open_fixture(&fixture);
    run_rounds(&fixture, N_SAMPLE_ROUNDS, 211);
    close_fixture(&fixture);
}

static void of_the_large_dump(void **state)
{
    (void)state;
    struct fixture fixture;
    if (access(LARGE_DUMP, R_OK) != 0)
        skip();
    built_index_open_large(&fixture.built);
    open_fixture(&fixture);
    run_rounds(&fixture, N_LARGE_ROUNDS, 223);
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_sample),
        cmocka_unit_test(of_the_large_dump),
    };
    return cmocka_run_group_tests_name("language_oracle", tests, NULL, NULL);
}
