/* Recent downloads that sum to none, and none at all: every list and page tells them apart. */
#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"
#include "tests/support/sql.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>
#include <cratedex/search.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DAY "2026-10-30"
#define CRATE(id, name) id "," name "," DAY "," DAY ",A crate,,,\n"
#define VERSION(id) id "," id ",1.0.0," DAY ",f,0," DAY "\n"

/* By id, so that ties and the missing would stand otherwise if only the sum counted. `below` is a
   sum that no registry has, and is one nevertheless. */
static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n" CRATE("1", "zero-old") CRATE("2", "below")
                              CRATE("3", "zero-new") CRATE("4", "most") CRATE("5", "none-old")
                                  CRATE("6", "none-new") CRATE("7", "without-versions")),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n" VERSION("1") VERSION("2") VERSION("3")
                                VERSION("4") VERSION("5") VERSION("6")),
    BUILT_TABLE("version_downloads",
                "version_id,date,downloads\n"
                "1," DAY ",0\n"
                "2," DAY ",-9223372036854775808\n2,2026-10-29,-9223372036854775808\n"
                "3," DAY ",5\n3,2026-10-29,-5\n"
                "4," DAY ",9\n"
                "5,2026-08-03,7\n" /* the 91st day does not count */
                "6,2026-11-02,7\n" /* nor does the day after the dump */),
    BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,any,7," DAY "\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n2,1\n3,1\n4,1\n5,1\n6,1\n7,1\n"),
    BUILT_TABLE("categories", "id,category,slug,description,crates_cnt,created_at\n"
                              "1,Any,any,\"\",7," DAY "\n"),
    BUILT_TABLE("crates_categories", "crate_id,category_id\n1,1\n2,1\n3,1\n4,1\n5,1\n6,1\n7,1\n"),
    BUILT_END,
};

#define IN_ORDER "most zero-new zero-old below without-versions none-new none-old"

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

static const struct search_string any_keyword = {"any", 3};
static const struct search_query queries[] = {
    {.sort = SEARCH_SORT_RECENT_DOWNLOADS},
    {.sort = SEARCH_SORT_RECENT_DOWNLOADS, .text = {"crate", 5}},
    {.sort = SEARCH_SORT_RECENT_DOWNLOADS, .category = {"any", 3}},
    {.sort = SEARCH_SORT_RECENT_DOWNLOADS, .keywords = &any_keyword, .n_keywords = 1},
};
#define N_QUERIES (sizeof queries / sizeof *queries)

/* Appends the names of a page, a space between. Returns how many they are. */
static uint32_t append_page(const struct built_index *built, const struct search_query *query,
                            struct search_result *result, char *text, size_t size)
{
    struct error error = {.message = ""};
    if (search_run(built->reader, query, result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
    for (uint32_t i = 0; i < result->n_hits; i++) {
        struct index_crate crate;
        size_t length = strlen(text);
        index_crate(built->index, result->hits[i].rank, &crate);
        snprintf(text + length, size - length, "%s%.*s", length == 0 ? "" : " ",
                 (int)crate.name_length, crate.name);
    }
    return result->n_hits;
}

static void missing_ones_come_last(void **state)
{
    for (size_t i = 0; i < N_QUERIES; i++) {
        static struct search_result result;
        char text[256] = "";
        struct search_query query = queries[i];
        query.limit = SEARCH_MAX_LIMIT;
        assert_int_equal(append_page(*state, &query, &result, text, sizeof text), 7);
        assert_string_equal(text, IN_ORDER);
    }
}

/* One crate a page, by the key of the last one and by number. */
static void pages_follow_each_other(void **state)
{
    for (size_t i = 0; i < N_QUERIES; i++) {
        static struct search_result result;
        char by_key[256] = "";
        char by_number[256] = "";
        char key[SEARCH_MAX_SEEK_KEY] = "";
        for (uint32_t page = 0; page < 7; page++) {
            struct search_query query = queries[i];
            query.limit = 1;
            query.offset = page;
            append_page(*state, &query, &result, by_number, sizeof by_number);
            query.offset = 0;
            if (page > 0)
                query.after = (struct search_string){key, strlen(key)};
            append_page(*state, &query, &result, by_key, sizeof by_key);
            memcpy(key, result.seek_key, sizeof key);
        }
        assert_string_equal(by_key, IN_ORDER);
        assert_string_equal(by_number, IN_ORDER);
    }
}

static int write_summary(void *context, struct encoder *encoder)
{
    return index_reader_encode_page(context, "summary", encoder, NULL);
}

static void the_summary_has_those_with_any(void **state)
{
    const struct built_index *built = *state;
    char text[256] = "";
    json_t *summary = decode_both(write_summary, built->reader);
    size_t i;
    const json_t *crate;
    json_array_foreach(json_object_get(summary, "most_recently_downloaded"), i, crate)
    {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", length == 0 ? "" : " ",
                 json_string_value(json_object_get(crate, "name")));
    }
    assert_string_equal(text, "most zero-new zero-old below");
    json_decref(summary);
}

struct crate_of {
    const struct built_index *built;
    const char *name;
};

static int write_page(void *context, struct encoder *encoder)
{
    const struct crate_of *of = context;
    uint32_t rank = index_find_crate(of->built->index, of->name, strlen(of->name));
    return index_reader_encode_crate_page(of->built->reader, rank, CRATE_DOWNLOADS, encoder, NULL);
}

static int write_listed(void *context, struct encoder *encoder)
{
    const struct crate_of *of = context;
    uint32_t rank = index_find_crate(of->built->index, of->name, strlen(of->name));
    return index_reader_encode_crate(of->built->reader, rank, false, encoder, NULL);
}

/* A crate's own page says null; lists say 0, as crates.io's do. */
static void pages_and_lists_say_what_there_is(void **state)
{
    static const struct {
        const char *name;
        int64_t downloads;
        bool is_missing;
    } cases[] = {{"most", 9, false},     {"zero-new", 0, false},
                 {"zero-old", 0, false}, {"below", INT64_MIN + 1, false},
                 {"none-old", 0, true},  {"without-versions", 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct crate_of of = {*state, cases[i].name};
        json_t *page = decode_both(write_page, &of);
        const json_t *on_page = json_object_get(json_object_get(page, "crate"), "recent_downloads");
        json_t *listed = decode_both(write_listed, &of);
        const json_t *in_list = json_object_get(listed, "recent_downloads");
        assert_int_equal(json_is_null(on_page), cases[i].is_missing);
        assert_true(json_integer_value(on_page) == cases[i].downloads);
        assert_true(json_is_integer(in_list) && json_integer_value(in_list) == cases[i].downloads);
        json_decref(page);
        json_decref(listed);
        struct index_crate crate;
        index_crate(of.built->index, index_find_crate(of.built->index, of.name, strlen(of.name)),
                    &crate);
        assert_true(crate.recent_downloads == cases[i].downloads);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_ones_come_last),
        cmocka_unit_test(pages_follow_each_other),
        cmocka_unit_test(the_summary_has_those_with_any),
        cmocka_unit_test(pages_and_lists_say_what_there_is),
    };
    return cmocka_run_group_tests_name("recent_downloads", tests, open_index,
                                       built_index_tear_down);
}
