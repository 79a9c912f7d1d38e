/* Which of a query's words are said to be keywords or categories, with which counts, and which are
   not. */
#include "index/search/plan/query_hints.h"

#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"

#include <cratedex/search.h>
#include <cratedex/search_hints.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n"
                                         "1,one,2020-01-01,2020-01-01,Parser of JSON,,,\n"
                                         "2,two,2020-01-01,2020-01-01,HTTP server,,,\n"
                                         "3,three,2020-01-01,2020-01-01,Nothing,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
    BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,json,3,2020-01-01\n"
                            "2,command-line,2,2020-01-01\n3,c++,1,2020-01-01\n"
                            "4,no_std,1,2020-01-01\n5,no-std,2,2020-01-01\n"
                            "6,parser-implementations,1,2020-01-01\n7,unused,0,2020-01-01\n"
                            "8,a,1,2020-01-01\n9,b,1,2020-01-01\n10,caf\u00e9,1,2020-01-01\n"
                            "11,d,1,2020-01-01\n12,e,1,2020-01-01\n13,f,1,2020-01-01\n"
                            "14,g,1,2020-01-01\n15,h,1,2020-01-01\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n2,1\n3,1\n1,2\n2,2\n1,3\n1,4\n1,5\n"
                                   "2,5\n1,6\n1,8\n1,9\n1,10\n1,11\n1,12\n1,13\n1,14\n1,15\n"),
    BUILT_TABLE("categories", "id,category,slug,description,crates_cnt,created_at\n"
                              "1,JSON,json,\"\",1,2020-01-01\n2,Web,web,\"\",1,2020-01-01\n"
                              "3,Web::Server,web::server,\"\",2,2020-01-01\n"
                              "4,Parser implementations,parser-implementations,\"\",1,2020-01-01\n"
                              "5,Empty,empty,\"\",0,2020-01-01\n"),
    BUILT_TABLE("crates_categories", "crate_id,category_id\n1,1\n2,2\n2,3\n3,3\n1,4\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

/* "k:json=3 c:json=1": kind, id and count of each. */
static const char *hints_of(struct built_index *built, const struct search_query *query)
{
    static struct search_result result;
    static char hints[512];
    struct error error = {.message = ""};
    size_t at = 0;
    if (search_run(built->reader, query, &result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
    hints[0] = '\0';
    for (uint32_t i = 0; i < result.n_hints; i++)
        at += (size_t)snprintf(hints + at, sizeof hints - at, "%s%c:%.*s=%u", i > 0 ? " " : "",
                               result.hints[i].kind == SEARCH_HINT_KEYWORD ? 'k' : 'c',
                               (int)result.hints[i].id_length, result.hints[i].id,
                               result.hints[i].n_crates);
    return hints;
}

static void expect(void **state, const char *text, const char *hints)
{
    for (int sort = SEARCH_SORT_RELEVANCE; sort <= SEARCH_SORT_ALPHABETICAL; sort++) {
        const struct search_query query = {
            .text = {text, strlen(text)}, .sort = (enum search_sort)sort, .limit = 10};
        assert_string_equal(hints_of(*state, &query), hints);
    }
}

static void words_are_keywords_and_categories(void **state)
{
    expect(state, "json", "c:json=1 k:json=3");
    expect(state, "JSON things", "c:json=1 k:json=3");
    expect(state, "things", "");
    expect(state, "jso", "");
    expect(state, "", "");
    expect(state, "unused empty", "");
}

/* All words together come first; what they are called has a `-` where they have a space. */
static void the_whole_query_is_one(void **state)
{
    expect(state, "command line", "k:command-line=2");
    expect(state, "Command Line", "k:command-line=2");
    expect(state, "command_line", "k:command-line=2");
    expect(state, "command-line", "k:command-line=2");
    expect(state, "parser implementations",
           "c:parser-implementations=1 k:parser-implementations=1");
    expect(state, "command line json", "c:json=1 k:json=3");
}

/* Of keywords that differ by `-` and `_` the one that more crates have; of a category, the crates
   below it count, each where it stands, as in the list of categories. */
static void what_is_counted(void **state)
{
    expect(state, "no_std", "k:no-std=2");
    expect(state, "web", "c:web=3");
    expect(state, "web::server", "c:web::server=2 c:web=3");
}

static void symbols_and_accents_are_kept(void **state)
{
    expect(state, "c++", "k:c++=1");
    expect(state, "c++ json", "k:c++=1 c:json=1 k:json=3");
    expect(state, "caf\u00e9", "k:caf\u00e9=1");
}

static void what_is_filtered_already_is_left_out(void **state)
{
    const struct search_string json = {"json", 4};
    struct search_query query = {.text = {"json", 4}, .limit = 10};
    query.keywords = &json;
    query.n_keywords = 1;
    assert_string_equal(hints_of(*state, &query), "c:json=1");
    query.category = json;
    assert_string_equal(hints_of(*state, &query), "");
    query.n_keywords = 0;
    assert_string_equal(hints_of(*state, &query), "k:json=3");
}

static void there_are_a_handful(void **state)
{
    expect(state, "json b d e f g h", "c:json=1 k:json=3 k:b=1 k:d=1 k:e=1 k:f=1");
}

static int write_hints(void *result, struct encoder *encoder)
{
    search_hints_encode(result, encoder);
    return 0;
}

static void both_encodings_say_the_same(void **state)
{
    static struct search_result result;
    struct error error = {.message = ""};
    const struct search_query query = {.text = {"json command-line", 17}, .limit = 10};
    struct built_index *built = *state;
    assert_int_equal(search_run(built->reader, &query, &result, &error), SEARCH_OK);
    json_t *hints = decode_both(write_hints, &result);
    json_t *expected = json_loads("[{\"kind\": \"category\", \"id\": \"json\", \"crates\": 1},"
                                  " {\"kind\": \"keyword\", \"id\": \"json\", \"crates\": 3}]",
                                  0, NULL);
    assert_true(json_equal(hints, expected));
    json_decref(expected);
    json_decref(hints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_keywords_and_categories),
        cmocka_unit_test(the_whole_query_is_one),
        cmocka_unit_test(what_is_counted),
        cmocka_unit_test(symbols_and_accents_are_kept),
        cmocka_unit_test(what_is_filtered_already_is_left_out),
        cmocka_unit_test(there_are_a_handful),
        cmocka_unit_test(both_encodings_say_the_same),
    };
    return cmocka_run_group_tests_name("query_hints", tests, open_index, built_index_tear_down);
}
