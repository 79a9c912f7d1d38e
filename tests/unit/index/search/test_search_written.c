/* What has the very word that was typed stands before what only has its stem, however popular; and
   plurals go on finding singulars. */
#include "tests/support/described_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The words are read from the crates' descriptions; the first of each pair is far more popular. */
static const struct described_crate crates[] = {
    {.name = "a-io", .description = "Does io", .downloads = 90000000},
    {.name = "b-phone", .description = "Runs on ios", .downloads = 900},
    {.name = "a-len", .description = "Tells the len of things", .downloads = 80000000},
    {.name = "b-camera", .description = "Grinds a lens", .downloads = 800},
    {.name = "a-new", .description = "Makes something new", .downloads = 70000000},
    {.name = "b-paper", .description = "Reads the news", .downloads = 700},
    {.name = "a-c", .description = "Binds ec", .downloads = 60000000},
    {.name = "b-games", .description = "An ecs", .downloads = 600},
    {.name = "a-test", .description = "Writes a test", .downloads = 50000000},
    {.name = "b-testing", .description = "Runs tests", .downloads = 500},
    {.name = "a-token", .description = "Makes JWTs", .downloads = 60000000},
    {.name = "b-token", .description = "A JWT", .downloads = 400},
    {.name = "a-readme", .description = "Writes a plot", .readme = "Makes plots", .downloads = 400},
    {.name = "b-plots", .description = "Plots", .downloads = 300},
    {.name = "c-only", .description = "One plot", .downloads = 200},
    {.name = NULL},
};

static int open_index(void **state)
{
    return described_crates_set_up(state, crates);
}

static void the_word_itself_comes_first(void **state)
{
    static const struct {
        const char *text;
        const char *found;
    } cases[] = {
        {"ios", "b-phone a-io"}, {"lens", "b-camera a-len"}, {"news", "b-paper a-new"},
        {"ecs", "b-games a-c"},  {"IOS", "b-phone a-io"},    {"\u00cdos", "b-phone a-io"},
        {"io", "a-io b-phone"},  {"new", "a-new b-paper"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(described_crates_found(*state, cases[i].text), cases[i].found);
}

/* With every sort, and in either direction: what matches is a matter of the stem. */
static void plurals_and_singulars_find_each_other(void **state)
{
    struct search_query by_downloads = {.sort = SEARCH_SORT_DOWNLOADS};
    assert_string_equal(described_crates_found_by(*state, "tests", by_downloads),
                        "a-test b-testing");
    assert_string_equal(described_crates_found_by(*state, "testing", by_downloads),
                        "a-test b-testing");
    assert_string_equal(described_crates_found_by(*state, "ios", by_downloads), "a-io b-phone");
}

/* Explains the hit of that name. */
static void explain(struct built_index *built, const struct search_result *result, const char *name,
                    struct search_explanation *explanation)
{
    struct error error = {.message = ""};
    for (uint32_t i = 0; i < result->n_hits; i++) {
        struct index_crate crate;
        index_crate(built->index, result->hits[i].rank, &crate);
        if (crate.name_length != strlen(name) || memcmp(crate.name, name, strlen(name)) != 0)
            continue;
        assert_int_equal(search_explain(result->search, &result->hits[i], explanation, &error), 0);
        return;
    }
    fail_msg("%s is not found", name);
}

/* What a short word is with an `s` behind it is the same word; without one, most are another. */
static void a_short_word_s_plural_counts_nearly_as_much(void **state)
{
    static const struct {
        const char *text;
        const char *name;
        double least;
        double most;
    } cases[] = {{"jwt", "b-token", 0.5, 0.5},
                 {"jwt", "a-token", 0.45, 0.49},
                 {"jwts", "a-token", 0.5, 0.5},
                 {"jwts", "b-token", 0.15, 0.25}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct search_result result;
        struct search_explanation explanation;
        struct built_index *built = *state;
        struct search_query query = {.text = {cases[i].text, strlen(cases[i].text)}, .limit = 10};
        struct error error = {.message = ""};
        assert_int_equal(search_run(built->reader, &query, &result, &error), SEARCH_OK);
        assert_int_equal(result.total, 2);
        explain(built, &result, cases[i].name, &explanation);
        assert_true(explanation.any >= cases[i].least - 1e-6);
        assert_true(explanation.any <= cases[i].most + 1e-6);
    }
}

/* A word that stands in the README as it was typed, and in another form in the description, takes
   nothing away from that. */
static void fields_are_counted_one_by_one(void **state)
{
    static struct search_result result;
    struct built_index *built = *state;
    struct search_query query = {.text = {"plots", 5},
                                 .sort = SEARCH_SORT_RELEVANCE,
                                 .match = SEARCH_MATCH_ALL,
                                 .limit = 10};
    struct error error = {.message = ""};
    struct search_explanation all;
    struct search_explanation readme;
    struct search_explanation none;
    assert_int_equal(search_run(built->reader, &query, &result, &error), SEARCH_OK);
    assert_int_equal(result.n_hits, 3);
    explain(built, &result, "b-plots", &all);
    explain(built, &result, "a-readme", &readme);
    explain(built, &result, "c-only", &none);
    assert_true(all.words[0].is_written && readme.words[0].is_written);
    assert_false(none.words[0].is_written);
    assert_true(all.any > 0.49 && all.main > 0.99);
    assert_true(readme.any == all.any && readme.main > 0.7 && readme.main < 0.9);
    assert_true(none.any < all.any && none.main == readme.main);
}

static void the_explanation_tells_which(void **state)
{
    static struct search_result result;
    struct built_index *built = *state;
    struct search_query query = {
        .text = {"ios", 3}, .sort = SEARCH_SORT_RELEVANCE, .match = SEARCH_MATCH_ALL, .limit = 10};
    struct error error = {.message = ""};
    assert_int_equal(search_run(built->reader, &query, &result, &error), SEARCH_OK);
    assert_int_equal(result.n_hits, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct search_explanation explanation;
        assert_int_equal(search_explain(result.search, &result.hits[i], &explanation, &error), 0);
        assert_int_equal(explanation.words[0].is_written, i == 0);
        assert_false(explanation.words[0].is_completion);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_word_itself_comes_first),
        cmocka_unit_test(a_short_word_s_plural_counts_nearly_as_much),
        cmocka_unit_test(plurals_and_singulars_find_each_other),
        cmocka_unit_test(fields_are_counted_one_by_one),
        cmocka_unit_test(the_explanation_tells_which),
    };
    return cmocka_run_group_tests_name("search_written", tests, open_index,
                                       described_crates_tear_down);
}
