/* The rules of the search, one at a time, on a few crates made for them. What many crates and
   random queries show is in test_search_oracle.c. */
#include <cratedex/search.h>

#include "index/segment/open_reader.h"
#include "tests/support/built_index.h"

#include <cratedex/ranking.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TIMES "2020-01-01 00:00:00+00,2020-01-01 00:00:00+00"

/* In order of popularity, by recent downloads: crates 1 to 9. */
static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates",
                CRATES_COLUMNS ",readme\n"
                               "1,popular," TIMES ",A crate,,,,Mentions widgets at the end\n"
                               "2,described," TIMES ",Renders widgets,,,,\n"
                               "3,tagged," TIMES ",Nothing to see,,,,\n"
                               "4,widget-tools," TIMES ",Tools,,,,\n"
                               "5,Wid-Get," TIMES ",Same canonical name as no other,,,,\n"
                               "6,wid_get," TIMES ",The same but for the separator,,,,\n"
                               "7,mywidgetry," TIMES ",Inside the name only,,,,\n"
                               "8,the-one," TIMES ",Has a stop word,,,,\n"
                               "9,yanked-crate," TIMES ",All versions are gone,,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"
                                             "1,1,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "2,2,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "3,3,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "4,4,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "5,5,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "6,6,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "7,7,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "9,9,1.0.0,2020-01-01,t,0,2020-01-01\n"),
    BUILT_TABLE("version_downloads", "version_id,date,downloads\n"
                                     "1,2026-10-31,90000\n"
                                     "2,2026-10-31,80000\n"
                                     "3,2026-10-31,70000\n"
                                     "4,2026-10-31,60000\n"
                                     "5,2026-10-31,50000\n"
                                     "6,2026-10-31,40000\n"
                                     "7,2026-10-31,30000\n"
                                     "9,2026-10-31,10\n"),
    BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,widget,1,2020-01-01\n"
                            "2,gui,2,2020-01-01\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n3,1\n3,2\n2,2\n"),
    BUILT_TABLE("categories", "id,category,slug,description,crates_cnt,created_at\n"
                              "1,GUI,gui,\"\",1,2020-01-01\n2,Web,gui::web,\"\",1,2020-01-01\n"
                              "3,Guide,guide,\"\",1,2020-01-01\n"),
    BUILT_TABLE("crates_categories", "crate_id,category_id\n1,1\n2,2\n3,3\n"),
    BUILT_TABLE("crate_owners", "crate_id,owner_id,owner_kind\n1,7,0\n2,7,1\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

/* The names that the query finds, each with its tier's first letter in upper case in front and `!`
   behind an exact one: "N:serde!". */
static const char *names(struct built_index *built, struct search_query *query)
{
    static struct search_result result;
    static char text[1024];
    struct error error = {.message = ""};
    size_t at = 0;
    query->limit = query->limit == 0 ? SEARCH_MAX_LIMIT : query->limit;
    if (search_run(built->reader, query, &result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
    text[0] = '\0';
    for (uint32_t i = 0; i < result.n_hits; i++) {
        struct index_crate crate;
        index_crate(built->index, result.hits[i].rank, &crate);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%c:%.*s%s", i == 0 ? "" : " ",
                               search_tier_name(result.hits[i].tier)[0], (int)crate.name_length,
                               crate.name, result.hits[i].exact ? "!" : "");
    }
    if (query->limit == SEARCH_MAX_LIMIT)
        assert_int_equal(result.total, result.n_hits);
    return text;
}

/* In the order of the first stage, which a person can work out; nothing is corrected. */
static const struct ranking plain_ranking = {.any = 0.5,
                                             .main = 1.0,
                                             .keywords = 0.2,
                                             .popularity = 0.9,
                                             .substring = 0.4,
                                             .stem = 1,
                                             .prefix = 0.4,
                                             .min_share = 0.4};

static const char *names_with(struct built_index *built, const char *text, enum search_sort sort,
                              enum search_match match)
{
    struct search_query query = {
        .text = {text, strlen(text)}, .sort = sort, .match = match, .ranking = &plain_ranking};
    return names(built, &query);
}

/* Those that have every word. */
static const char *names_of_text(struct built_index *built, const char *text, enum search_sort sort)
{
    return names_with(built, text, sort, SEARCH_MATCH_ALL);
}

static void ranks_follow_the_popularity(void **state)
{
    struct built_index *built = *state;
    float before = 1;
    assert_int_equal(index_n_crates(built->index), 9);
    for (uint32_t rank = 1; rank <= 9; rank++) {
        struct index_crate crate;
        index_crate(built->index, rank, &crate);
        assert_true(crate.popularity <= before && crate.popularity >= 0);
        before = crate.popularity;
    }
}

/* Tiers: name, keywords, description, README, part of the name. */
static void every_tier(void **state)
{
    assert_string_equal(names_of_text(*state, "widget", SEARCH_SORT_RELEVANCE),
                        "s:Wid-Get s:wid_get k:tagged d:described n:widget-tools r:popular "
                        "p:mywidgetry");
    assert_string_equal(names_of_text(*state, "widgets", SEARCH_SORT_RELEVANCE),
                        "k:tagged d:described n:widget-tools r:popular");
    assert_string_equal(names_of_text(*state, "WIDGET-tools", SEARCH_SORT_RELEVANCE),
                        "e:widget-tools!");
    assert_string_equal(names_of_text(*state, "tool widget", SEARCH_SORT_RELEVANCE),
                        "n:widget-tools");
    /* A word each from two fields: the worse one counts. */
    assert_string_equal(names_of_text(*state, "tagged gui", SEARCH_SORT_RELEVANCE), "k:tagged");
    assert_string_equal(names_of_text(*state, "described renders", SEARCH_SORT_RELEVANCE),
                        "d:described");
    assert_string_equal(names_of_text(*state, "popular mentions", SEARCH_SORT_RELEVANCE),
                        "r:popular");
    assert_string_equal(names_of_text(*state, "popular renders", SEARCH_SORT_RELEVANCE), "");
    assert_string_equal(names_of_text(*state, "widget nowhere", SEARCH_SORT_RELEVANCE), "");
}

/* match=best: what has a good part of the words, by their inverse document frequency. */
static void some_words_are_enough(void **state)
{
    static const struct {
        const char *text;
        const char *best;
        const char *all;
    } cases[] = {
        {"popular renders", "s:popular s:described", ""}, /* half each */
        {"widget nowhere", "s:tagged s:described s:widget-tools s:popular", ""},
        {"nowhere at all", "", ""},
        /* `gui` occurs twice, the others once: no crate has 40 % but `tagged`, which has two
           words. */
        {"tagged gui renders mentions elsewhere", "s:described s:tagged", ""},
        {"tagged gui", "k:tagged s:described", "k:tagged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(
            names_with(*state, cases[i].text, SEARCH_SORT_RELEVANCE, SEARCH_MATCH_BEST),
            cases[i].best);
        assert_string_equal(
            names_with(*state, cases[i].text, SEARCH_SORT_RELEVANCE, SEARCH_MATCH_ALL),
            cases[i].all);
        /* The default is best by relevance and all by everything else. */
        assert_string_equal(
            names_with(*state, cases[i].text, SEARCH_SORT_RELEVANCE, SEARCH_MATCH_DEFAULT),
            cases[i].best);
        assert_string_equal(
            names_with(*state, cases[i].text, SEARCH_SORT_DOWNLOADS, SEARCH_MATCH_DEFAULT),
            cases[i].all);
    }
    assert_string_equal(names_with(*state, "renders popular", SEARCH_SORT_NEW, SEARCH_MATCH_BEST),
                        "s:described s:popular");
}

/* Where no crate has the share that is asked for, those with most match. */
static void the_largest_share_is_enough(void **state)
{
    struct ranking ranking = plain_ranking;
    ranking.min_share = 1;
    struct search_query query = {.text = {"popular renders", 15}, .ranking = &ranking};
    assert_string_equal(names(*state, &query), "s:popular s:described");
    /* Two of three words. */
    query.text = (struct search_string){"described popular renders", 25};
    assert_string_equal(names(*state, &query), "s:described");
    /* Filters come afterwards. */
    query.letter = (struct search_string){"p", 1};
    assert_string_equal(names(*state, &query), "");
}

/* A search box sends words unfinished: relevance takes the last one for the beginning of
   another. */
static void the_last_word_may_be_unfinished(void **state)
{
    static const struct {
        const char *text;
        enum search_sort sort;
        enum search_match match;
        const char *names;
    } cases[] = {
        {"rend", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_BEST, "s:described"},
        {"rend", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_ALL, "s:described"},
        {"rend", SEARCH_SORT_DOWNLOADS, SEARCH_MATCH_BEST, "s:described"},
        {"rend", SEARCH_SORT_NEW, SEARCH_MATCH_DEFAULT, "s:described"},
        /* Where every word must occur, a beginning is enough of the last, and of no other. */
        {"widgets rend", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_ALL, "s:described"},
        {"widgets rend", SEARCH_SORT_DOWNLOADS, SEARCH_MATCH_DEFAULT, "s:described"},
        {"rend widgets", SEARCH_SORT_DOWNLOADS, SEARCH_MATCH_ALL, ""},
        {"gui rend", SEARCH_SORT_ALPHABETICAL, SEARCH_MATCH_ALL, "s:described"},
        {"gui rend", SEARCH_SORT_ALPHABETICAL, SEARCH_MATCH_BEST, "s:described s:tagged"},
        {"tagg gui", SEARCH_SORT_ALPHABETICAL, SEARCH_MATCH_ALL, ""},
        {"gui tagg", SEARCH_SORT_ALPHABETICAL, SEARCH_MATCH_ALL, "s:tagged"},
        {"insi", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_BEST, "s:mywidgetry"},
        {"gui rend", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_BEST, "s:described s:tagged"},
        {"rend gui", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_BEST, "s:described s:tagged"},
        {"s", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_BEST, ""},
        {"the m", SEARCH_SORT_RELEVANCE, SEARCH_MATCH_BEST, ""}, /* one byte begins too much */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(names_with(*state, cases[i].text, cases[i].sort, cases[i].match),
                            cases[i].names);
}

/* Both crates of one canonical name are exact, the more popular first; alphabetical puts them first
   in alphabetical order, the other sorts do not care. */
static void exact_matches(void **state)
{
    assert_string_equal(names_of_text(*state, "wid_get", SEARCH_SORT_RELEVANCE),
                        "e:Wid-Get! e:wid_get!");
    assert_string_equal(names_of_text(*state, "WID-GET", SEARCH_SORT_RELEVANCE),
                        "e:Wid-Get! e:wid_get!");
    assert_string_equal(names_of_text(*state, "wid-get", SEARCH_SORT_ALPHABETICAL),
                        "e:Wid-Get! e:wid_get!");
    assert_string_equal(names_of_text(*state, "tagged", SEARCH_SORT_ALPHABETICAL), "e:tagged!");
    assert_string_equal(names_of_text(*state, "wid get", SEARCH_SORT_RELEVANCE),
                        "s:Wid-Get s:wid_get p:widget-tools p:mywidgetry");
    /* Filters apply to them too. */
    struct search_query query = {.text = {"wid_get", 7}, .letter = {"x", 1}};
    assert_string_equal(names(*state, &query), "");
}

static void exact_match_first_in_alphabetical_order_only(void **state)
{
    /* `one` begins a word of `the-one`; nothing else. `popular` is exact, others would come
       first. */
    struct search_query query = {.text = {"described", 9}, .sort = SEARCH_SORT_ALPHABETICAL};
    assert_string_equal(names(*state, &query), "e:described!");
    assert_string_equal(names_of_text(*state, "a", SEARCH_SORT_ALPHABETICAL), "");
    assert_string_equal(names_of_text(*state, "w", SEARCH_SORT_ALPHABETICAL),
                        "p:Wid-Get p:wid_get p:widget-tools");
}

static void short_texts_are_found_where_a_word_begins(void **state)
{
    assert_string_equal(names_of_text(*state, "ge", SEARCH_SORT_RELEVANCE), "s:Wid-Get s:wid_get");
    assert_string_equal(names_of_text(*state, "Y", SEARCH_SORT_RELEVANCE), "p:yanked-crate");
    assert_string_equal(names_of_text(*state, "dg", SEARCH_SORT_RELEVANCE), "");
    assert_string_equal(names_of_text(*state, "dge", SEARCH_SORT_RELEVANCE),
                        "p:widget-tools p:mywidgetry");
    assert_string_equal(names_of_text(*state, "t-t", SEARCH_SORT_RELEVANCE), "p:widget-tools");
}

static void stop_words_match_by_name_only(void **state)
{
    assert_string_equal(names_of_text(*state, "the", SEARCH_SORT_RELEVANCE), "p:the-one");
    assert_string_equal(names_of_text(*state, "a the", SEARCH_SORT_RELEVANCE), "");
    assert_string_equal(names_of_text(*state, "The One stop", SEARCH_SORT_RELEVANCE), "d:the-one");
    assert_string_equal(names_of_text(*state, "renders the widgets", SEARCH_SORT_RELEVANCE),
                        "d:described");
}

/* What FTS5 would take as syntax is text. */
static void syntax_is_text(void **state)
{
    static const char *const texts[] = {"\"",   "*",       "NEAR(",      "-",         "^",    ":",
                                        "OR",   "field:*", "{field}: x", "a AND",     "(",    "'",
                                        "\"\"", "NOT NOT", "rendz*",     "+tugg AND", "%_\\%"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(names_of_text(*state, texts[i], SEARCH_SORT_RELEVANCE), "");
    assert_string_equal(names_of_text(*state, "\"tagged\"*", SEARCH_SORT_RELEVANCE), "p:tagged");
    assert_string_equal(names_of_text(*state, "^renders + (WIDGETS)", SEARCH_SORT_RELEVANCE),
                        "d:described");
}

static void spaces_around_do_not_count(void **state)
{
    assert_string_equal(names_of_text(*state, "   tagged  ", SEARCH_SORT_RELEVANCE), "e:tagged!");
    struct search_query list = {.text = {"   ", 3}, .limit = 2};
    assert_string_equal(names(*state, &list), "l:described l:mywidgetry");
}

static void filters(void **state)
{
    static const struct search_string keywords[] = {{"gui", 3}, {"widget", 6}, {"", 0}};
    static const struct search_string listed[] = {
        {"wid_get", 7}, {"TAGGED", 6}, {"popular", 7}, {"", 0}, {"popular", 7}};
    static const struct {
        struct search_query query;
        const char *names;
    } cases[] = {
        {{.category = {"gui", 3}}, "l:described l:popular"},
        {{.category = {"gui::web", 8}}, "l:described"},
        {{.category = {"gui::", 5}}, ""},
        {{.category = {"gu", 2}}, ""},
        {{.category = {"", 0}}, ""},
        {{.keywords = keywords, .n_keywords = 1}, "l:described l:tagged"},
        {{.keywords = keywords, .n_keywords = 2}, "l:tagged"},
        {{.keywords = keywords, .n_keywords = 3}, ""},
        {{.letter = {"W", 1}}, "l:Wid-Get l:wid_get l:widget-tools"},
        {{.letter = {"wx", 2}}, "l:Wid-Get l:wid_get l:widget-tools"},
        {{.letter = {"\u00FC", 2}}, ""},
        {{.by_user = true, .user_id = 7}, "l:popular"},
        {{.by_team = true, .team_id = 7}, "l:described"},
        {{.by_user = true, .user_id = -1}, ""},
        {{.names = listed, .n_names = 5, .by_names = true}, "l:popular l:wid_get"},
        {{.by_names = true}, ""},
        {{.letter = {"y", 1}}, "l:yanked-crate"},
        {{.letter = {"y", 1}, .leave_out_yanked = true}, ""},
        {{.letter = {"t", 1}, .leave_out_yanked = true}, "l:tagged l:the-one"},
        {{.category = {"gui", 3}, .letter = {"d", 1}, .keywords = keywords, .n_keywords = 1},
         "l:described"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct search_query query = cases[i].query;
        assert_string_equal(names(*state, &query), cases[i].names);
    }
}

/* What a filter asks SQLite grows neither with the crates nor with those that pass: no table is
   scanned, and no statement gives a row for a crate. */
static void filters_scan_no_table(void **state)
{
    struct built_index *built = *state;
    static const struct search_string keyword = {"gui", 3};
    static const struct search_query queries[] = {
        {.category = {"gui", 3}},   {.keywords = &keyword, .n_keywords = 1},
        {.category = {"none", 4}},  {.by_user = true, .user_id = 7},
        {.letter = {"w", 1}},       {.by_team = true, .team_id = 7},
        {.leave_out_yanked = true}, {.by_names = true, .names = &keyword, .n_names = 1},
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct search_query query = queries[i];
        (void)names(built, &query);
    }
    for (uint32_t i = 0; i < built->reader->n_statements; i++) {
        sqlite3_stmt *statement = built->reader->statements[i].statement;
        const char *text = sqlite3_sql(statement);
        assert_null(strstr(text, "rank FROM"));
        if (sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0) != 0)
            fail_msg("a scan: %s", text);
    }
}

/* Whatever a text of the allowed length holds: one word, as many as can be, nothing but
   punctuation. */
static void longest_texts(void **state)
{
    char text[SEARCH_MAX_TEXT_CHARACTERS];
    struct search_query query = {
        .text = {text, sizeof text}, .match = SEARCH_MATCH_ALL, .ranking = &plain_ranking};
    memset(text, 'x', sizeof text);
    assert_string_equal(names(*state, &query), "");
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "t ", 2);
    assert_string_equal(names(*state, &query), names_of_text(*state, "t", SEARCH_SORT_RELEVANCE));
    char many[SEARCH_MAX_TEXT_BYTES];
    size_t length = 0;
    for (unsigned i = 0; i < SEARCH_MAX_WORDS; i++) /* ideographs, one by one */
        length += (size_t)snprintf(many + length, sizeof many - length, "\xE4%c%c ",
                                   (char)(0xB8 + i / 64), (char)(0x80 + i % 64));
    query.text = (struct search_string){many, length};
    assert_string_equal(names(*state, &query), "");
    query.text = (struct search_string){text, sizeof text};
    memset(text, '"', sizeof text);
    assert_string_equal(names(*state, &query), "");
    /* 36 words that all occur, and the beginning of one more. */
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "widget "[i % 7];
    assert_string_equal(names(*state, &query), "s:tagged s:described s:widget-tools s:popular");
    memset(text + 252, ' ', 4);
    assert_string_equal(names(*state, &query),
                        "s:Wid-Get s:wid_get k:tagged d:described n:widget-tools r:popular "
                        "p:mywidgetry");
}

static void tiers_have_names(void **state)
{
    (void)state;
    for (int left = 0; left < N_SEARCH_TIERS; left++) {
        assert_true(strlen(search_tier_name((enum search_tier)left)) > 0);
        for (int right = 0; right < left; right++)
            assert_string_not_equal(search_tier_name((enum search_tier)left),
                                    search_tier_name((enum search_tier)right));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_follow_the_popularity),
        cmocka_unit_test(every_tier),
        cmocka_unit_test(some_words_are_enough),
        cmocka_unit_test(the_largest_share_is_enough),
        cmocka_unit_test(the_last_word_may_be_unfinished),
        cmocka_unit_test(exact_matches),
        cmocka_unit_test(exact_match_first_in_alphabetical_order_only),
        cmocka_unit_test(short_texts_are_found_where_a_word_begins),
        cmocka_unit_test(stop_words_match_by_name_only),
        cmocka_unit_test(syntax_is_text),
        cmocka_unit_test(spaces_around_do_not_count),
        cmocka_unit_test(filters),
        cmocka_unit_test(filters_scan_no_table),
        cmocka_unit_test(longest_texts),
        cmocka_unit_test(tiers_have_names),
    };
    return cmocka_run_group_tests_name("search", tests, open_index, built_index_tear_down);
}
