/* A word that occurs is searched for as it stands, however near a popular name is; what is near is
   only offered, and only where little was found. Where nothing occurs, it is searched for. */
#include "tests/support/built_index.h"
#include "tests/support/text_search.h"

#include <cratedex/ranking.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TIMES "2020-01-01,2020-01-01"
#define CRATE(id, name, description) id "," name "," TIMES "," description ",,,,\n"
#define README(id, name, readme) id "," name "," TIMES ",,,,," readme "\n"

/* Numbers from here on are crates that say "syntax" and "chess". */
#define N_CRATES 16
#define FIRST_FILLER 100
#define N_FILLERS 300

static const char crates[] = CRATE("1", "caps", "Capabilities") CRATE("2", "geo", "Maps")
    CRATE("3", "pest", "A grammar") CRATE("4", "probe", "It runs a test")
        CRATE("5", "chrono", "Dates") CRATE("6", "chronos", "Dates")
            README("7", "painter", "Colours synatx") CRATE("8", "serde_json", "Serializes")
                README("9", "serde", "By jon") README("10", "jon", "Serde by another")
                    CRATE("11", "mint", "Mathematics") CRATE("12", "style", "A lint")
                        CRATE("13", "openssl", "Cryptography") CRATE("14", "opensls", "Nobody's")
                            CRATE("15", "heir", "Capabilities of successors")
                                CRATE("16", "cheese", "Mathematics of milk and cryptography");

/* By recent downloads, by which crates are popular, and by all. */
static const char recent[] = "version_id,date,downloads\n1,2026-10-31,900000\n3,2026-10-31,800000\n"
                             "5,2026-10-31,700000\n8,2026-10-31,600000\n11,2026-10-31,500000\n"
                             "13,2026-10-31,400000\n15,2026-10-31,90000\n6,2026-10-31,40\n";
static const char downloads[] = "crate_id,downloads\n1,90000000\n3,90000000\n5,90000000\n"
                                "6,9000\n8,90000000\n11,90000000\n13,90000000\n14,90\n15,900000\n";

static int open_index(void **state)
{
    static char crates_csv[64 << 10];
    static char versions_csv[64 << 10];
    size_t n_crates =
        (size_t)snprintf(crates_csv, sizeof crates_csv, "%s,readme\n%s", CRATES_COLUMNS, crates);
    size_t n_versions =
        (size_t)snprintf(versions_csv, sizeof versions_csv, "%s\n", VERSIONS_COLUMNS);
    for (int i = 1; i < FIRST_FILLER + N_FILLERS; i++) {
        if (i >= FIRST_FILLER)
            n_crates += (size_t)snprintf(crates_csv + n_crates, sizeof crates_csv - n_crates,
                                         "%d,filler-%d," TIMES ",Syntax and chess,,,,\n", i, i);
        if (i >= FIRST_FILLER || i <= N_CRATES)
            n_versions +=
                (size_t)snprintf(versions_csv + n_versions, sizeof versions_csv - n_versions,
                                 "%d,%d,1.0.0,2020-01-01,f,0,2020-01-01\n", i, i);
    }
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),        BUILT_TABLE("crates", crates_csv),
        BUILT_TABLE("versions", versions_csv),     BUILT_TABLE("version_downloads", recent),
        BUILT_TABLE("crate_downloads", downloads), BUILT_END,
    };
    return built_index_set_up(state, files);
}

/* caps, pest and mint are popular, and one edit away. */
static void a_word_that_occurs_is_what_was_meant(void **state)
{
    text_search_expect(*state, "maps", "geo; 1");
    text_search_expect(*state, "Maps", "geo; 1");
    text_search_expect(*state, "test", "probe; 1");
    text_search_expect(*state, "lint", "style; 1");
}

/* With every sort, and where each word must occur. */
static void however_it_is_sorted(void **state)
{
    for (int sort = SEARCH_SORT_RELEVANCE; sort <= SEARCH_SORT_NEW; sort++) {
        for (int match = SEARCH_MATCH_DEFAULT; match <= SEARCH_MATCH_ALL; match++) {
            const struct search_query query = {.text = {"maps", 4},
                                               .sort = (enum search_sort)sort,
                                               .match = (enum search_match)match,
                                               .limit = 10};
            assert_string_equal(text_search_query(*state, &query), "geo; 1");
        }
    }
}

/* Neither does one join where a word is unfinished, or a name contains the text. */
static void the_beginning_of_a_word_occurs(void **state)
{
    text_search_expect(*state, "capa", "caps, heir; 2");
    text_search_expect(*state, "hrono", "chrono, chronos; 2; meant: chrono");
}

/* Where nothing of the text occurs, the near name leads what is found by its words. */
static void what_occurs_nowhere_is_corrected(void **state)
{
    text_search_expect(*state, "chrnoo", "chrono, chronos; 2; typo; meant: chrono");
    text_search_expect(*state, "serde-jsno", "serde_json, serde, jon; 3; meant: serde_json");
    text_search_expect(*state, "mathematisc", "mint, cheese; 2; typo; meant: mathematics");
}

/* A word among others that occur is replaced, and no name joins. */
static void a_single_word_is_replaced(void **state)
{
    text_search_expect(*state, "cryptograpyh milk",
                       "openssl, cheese; 2; typo; meant: cryptography milk");
}

/* "synatx" is in somebody's README; 300 crates say "syntax". */
static void a_rare_word_has_a_frequent_neighbour(void **state)
{
    text_search_expect(*state, "synatx", "painter; 1; meant: syntax");
    text_search_expect(*state, "SYNATX", "painter; 1; meant: syntax");
    text_search_expect(*state, "colours synatx", "painter; 1; meant: colours syntax");
    /* Not where few have the neighbour, */
    text_search_expect(*state, "cheese", "cheese; 1");
    /* or it is another form of the word, */
    text_search_expect(*state, "styles", "style; 1");
    text_search_expect(*state, "painters", "painter; 1");
    /* or corrections are not wanted. */
    struct ranking ranking;
    ranking_set_defaults(&ranking);
    ranking.typos = false;
    const struct search_query query = {.text = {"synatx", 6}, .ranking = &ranking, .limit = 10};
    assert_string_equal(text_search_query(*state, &query), "painter; 1");
}

/* What passes a filter says nothing of how frequent a word is. */
static void a_filter_makes_no_word_rare(void **state)
{
    const struct search_string none = {"nobody", 6};
    struct search_query query = {.text = {"maps", 4}, .letter = {"z", 1}, .limit = 10};
    assert_string_equal(text_search_query(*state, &query), "; 0");
    query.text = (struct search_string){"synatx", 6};
    assert_string_equal(text_search_query(*state, &query), "; 0; meant: syntax");
    query.names = &none;
    query.n_names = 1;
    query.by_names = true;
    assert_string_equal(text_search_query(*state, &query), "; 0; meant: syntax");
}

/* Each word of the text stands somewhere; all together are the name of a popular crate, nearly. */
static void words_that_occur_may_be_a_misspelt_name(void **state)
{
    text_search_expect(*state, "serde-jon", "serde_json, jon, serde; 3; meant: serde_json");
}

/* chronos is one edit away, chrono two, and used 10,000 times as much. */
static void a_far_more_popular_name_is_one_edit_further(void **state)
{
    text_search_expect(*state, "chornos", "chrono, chronos; 2; typo; meant: chrono");
    /* Not from a crate that is called so, unless that is hardly used. */
    text_search_expect(*state, "heir", "heir; 1");
    text_search_expect(*state, "opensls", "opensls; 1; meant: openssl");
}

/* A stop word is no word to correct, though a crate is called nearly so. */
static void stop_words_are_spelt_well(void **state)
{
    text_search_expect(*state, "their", "; 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_that_occurs_is_what_was_meant),
        cmocka_unit_test(however_it_is_sorted),
        cmocka_unit_test(the_beginning_of_a_word_occurs),
        cmocka_unit_test(what_occurs_nowhere_is_corrected),
        cmocka_unit_test(a_single_word_is_replaced),
        cmocka_unit_test(a_rare_word_has_a_frequent_neighbour),
        cmocka_unit_test(a_filter_makes_no_word_rare),
        cmocka_unit_test(words_that_occur_may_be_a_misspelt_name),
        cmocka_unit_test(a_far_more_popular_name_is_one_edit_further),
        cmocka_unit_test(stop_words_are_spelt_well),
    };
    return cmocka_run_group_tests_name("search_near_names", tests, open_index,
                                       built_index_tear_down);
}
