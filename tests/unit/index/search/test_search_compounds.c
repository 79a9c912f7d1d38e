/* A word that occurs nowhere and is two that do is searched for as these two. */
#include "index/search/plan/compound_word.h"

#include "tests/support/built_index.h"
#include "tests/support/text_search.h"

#include <cratedex/ranking.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TIMES "2020-01-01,2020-01-01"
#define CRATE(id, name, description) id "," name "," TIMES "," description ",,,\n"

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE(
        "crates", CRATES_COLUMNS
        "\n" CRATE("1", "rocket", "A web framework") CRATE("2", "tide", "Another web framework")
            CRATE("3", "spider", "Walks the web") CRATE("4", "cocoa", "A framework")
                CRATE("5", "serde", "Reads json") CRATE("6", "reader", "Reads json and more")
                    CRATE("7", "reqwest", "An http client") CRATE("8", "ureq", "Small http client")
                        CRATE("9", "theirs", "Their httpclient is theirs")
                            CRATE("10", "ours", "Our httpclient is ours")),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "2,2,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "5,5,1.0.0,2020-01-01,f,0,2020-01-01\n"),
    BUILT_TABLE("version_downloads", "version_id,date,downloads\n1,2026-10-31,9000\n"
                                     "2,2026-10-31,8000\n5,2026-10-31,7000\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

/* Crates that have both come first; those that have one match as they do for any two words. */
static void two_words_in_one(void **state)
{
    static const char *const cases[][2] = {
        {"webframework", "rocket, tide; 4; typo; meant: web framework"},
        {"WebFramework", "rocket, tide; 4; typo; meant: web framework"},
        {"frameworkweb", "rocket, tide; 4; typo; meant: framework web"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(text_search(*state, cases[i][0], 2), cases[i][1]);
}

/* What was typed and occurs weighs more than the two together. */
static void beside_other_words(void **state)
{
    const char *found = text_search(*state, "json webframework", 1);
    if (strncmp(found, "serde", 5) != 0 || strstr(found, "meant: json web framework") == NULL)
        fail_msg("%s", found);
}

/* A word that occurs is what was asked for. */
static void a_word_that_occurs(void **state)
{
    const char *found = text_search(*state, "httpclient", 10);
    if (strstr(found, "reqwest") != NULL || strstr(found, "ureq") != NULL ||
        strstr(found, "typo") != NULL)
        fail_msg("%s", found);
}

static void without_corrections(void **state)
{
    struct ranking ranking;
    ranking_set_defaults(&ranking);
    ranking.typos = false;
    const struct search_query query = {
        .text = {"webframework", 12}, .ranking = &ranking, .limit = 10};
    assert_string_equal(text_search_query(*state, &query), "; 0");
}

static void where_to_part(void **state)
{
    const struct built_index *built = *state;
    size_t first = 0;
    assert_true(compound_word_part(built->index, "webframework", 12, &first));
    assert_int_equal(first, 3);
    assert_true(compound_word_part(built->index, "httpclient", 10, &first));
    assert_int_equal(first, 4);
    assert_true(compound_word_part(built->index, "jsonhttp", 8, &first));
    static const char *const others[] = {"web", "webframeworks", "xweb", "webx", "", "frame"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(compound_word_part(built->index, others[i], strlen(others[i]), &first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_words_in_one),   cmocka_unit_test(beside_other_words),
        cmocka_unit_test(a_word_that_occurs), cmocka_unit_test(without_corrections),
        cmocka_unit_test(where_to_part),
    };
    return cmocka_run_group_tests_name("search_compounds", tests, open_index,
                                       built_index_tear_down);
}
