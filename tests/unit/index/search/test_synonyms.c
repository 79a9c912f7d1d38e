/* A word is found where a synonym of it stands, whole: in totals, and where every word must occur.
   It weighs less there than where it stands itself, and is explained. */
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"
#include "tests/support/text_search.h"

#include <cratedex/ranking.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CRATE(id, name, description) id "," name ",2020-01-01,2020-01-01," description ",,,\n"

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE(
        "crates", CRATES_COLUMNS
        "\n" CRATE("1", "pods", "A client of Kubernetes") CRATE("2", "clusters", "A client of k8s")
            CRATE("3", "matcher", "Regular regexp matching") CRATE("4", "sql-tools",
                                                                   "For databases")
                CRATE("5", "tables", "A database engine") CRATE("6", "paints", "Colour of pictures")
                    CRATE("7", "hues", "Color of pictures") CRATE("8", "clock", "An hour of four")
                        CRATE("9", "compiler", "Optimised C++ output")
                            CRATE("10", "babel", "Internationalisation")
                                CRATE("11", "words", "Internationalization and l10n")),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

/* What is written itself comes first. */
static void either_word_finds_both(void **state)
{
    text_search_expect(*state, "k8s", "clusters, pods; 2");
    text_search_expect(*state, "kubernetes", "pods, clusters; 2");
    text_search_expect(*state, "K8S", "clusters, pods; 2");
    text_search_expect(*state, "colour", "paints, hues; 2");
    text_search_expect(*state, "color", "hues, paints; 2");
    text_search_expect(*state, "cpp", "compiler; 1");
    /* As a word of the same stem. */
    text_search_expect(*state, "db", "sql-tools, tables; 2");
}

/* It is no typo of `regex…`, nor is anything else meant. */
static void a_word_may_occur_nowhere_itself(void **state)
{
    text_search_expect(*state, "regex", "matcher; 1");
    text_search_expect(*state, "optimized", "compiler; 1");
    text_search_expect(*state, "localization", "words; 1");
    struct ranking ranking;
    ranking_set_defaults(&ranking);
    ranking.synonym = 0;
    const struct search_query query = {
        .text = {"localization", 12}, .ranking = &ranking, .limit = 10};
    assert_string_equal(text_search_query(*state, &query), "; 0");
}

static void several_words_mean_the_same(void **state)
{
    text_search_expect(*state, "i18n", "babel, words; 2");
    text_search_expect(*state, "internationalization l10n", "words, babel; 2");
}

/* No rule of spelling makes words alike. */
static void words_that_are_not_in_the_table_have_none(void **state)
{
    text_search_expect(*state, "hour", "clock; 1");
    text_search_expect(*state, "hor", "; 0");
    text_search_expect(*state, "four", "clock; 1");
    text_search_expect(*state, "for", "; 0");
}

/* With every sort; a list without its own words has nothing more. */
static void every_word_occurs(void **state)
{
    for (int sort = SEARCH_SORT_RELEVANCE; sort <= SEARCH_SORT_NEW; sort++) {
        const struct search_query query = {.text = {"client k8s", 10},
                                           .sort = (enum search_sort)sort,
                                           .match = SEARCH_MATCH_ALL,
                                           .limit = 10};
        const char *answer = text_search_query(*state, &query);
        assert_non_null(strstr(answer, "pods"));
        assert_non_null(strstr(answer, "clusters"));
        assert_non_null(strstr(answer, "; 2"));
    }
    const struct search_query none = {
        .text = {"engine k8s", 10}, .match = SEARCH_MATCH_ALL, .limit = 10};
    assert_string_equal(text_search_query(*state, &none), "; 0");
}

/* The first stage counts a factor of the word's weight, and says what stands there. */
static void it_is_explained(void **state)
{
    struct built_index *built = *state;
    static struct search_result result;
    struct search_explanation explanations[2];
    struct error error = {.message = ""};
    struct ranking ranking;
    ranking_set_defaults(&ranking);
    ranking.synonym = 0.5;
    const struct search_query query = {.text = {"k8s", 3}, .ranking = &ranking, .limit = 10};
    assert_int_equal(search_run(built->reader, &query, &result, &error), SEARCH_OK);
    assert_int_equal(result.n_hits, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(search_explain(result.search, &result.hits[i], &explanations[i], &error),
                         0);
        assert_int_equal(explanations[i].n_words, 1);
        assert_false(explanations[i].words[0].is_completion);
        assert_int_equal(explanations[i].tier, SEARCH_TIER_DESCRIPTION);
    }
    assert_null(explanations[0].words[0].synonym);
    assert_int_equal(explanations[1].words[0].synonym_length, 10);
    assert_memory_equal(explanations[1].words[0].synonym, "kubernetes", 10);
    assert_true(fabs(explanations[1].any - explanations[0].any / 2) < 1e-6);
    assert_true(fabs(explanations[1].main - explanations[0].main / 2) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_word_finds_both),
        cmocka_unit_test(a_word_may_occur_nowhere_itself),
        cmocka_unit_test(several_words_mean_the_same),
        cmocka_unit_test(words_that_are_not_in_the_table_have_none),
        cmocka_unit_test(every_word_occurs),
        cmocka_unit_test(it_is_explained),
    };
    return cmocka_run_group_tests_name("synonyms", tests, open_index, built_index_tear_down);
}
