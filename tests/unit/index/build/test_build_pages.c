/* The homepage's lists: ten of each, in order, the same in both encodings. */
#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"
#include "tests/support/sql.h"

#include <cratedex/crate_fragment.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int write_summary(void *context, struct encoder *encoder)
{
    return index_reader_encode_page(context, "summary", encoder, NULL);
}

static const char *const pages[] = {
    "num_downloads",
    "num_crates",
    "new_crates",
    "most_downloaded",
    "most_recently_downloaded",
    "just_updated",
    "popular_keywords",
    "popular_categories",
};

/* The names or slugs of a list, one a line. */
static char *list_of(const json_t *summary, const char *list, const char *member)
{
    char *text = calloc(1, 4096);
    const json_t *items = json_object_get(summary, list);
    assert_non_null(text);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(items, i), member));
        assert_non_null(name);
        strncat(text, i > 0 ? "\n" : "", 2);
        strncat(text, name, 4000 - strlen(text));
    }
    return text;
}

static void expect_list(const char *path, const json_t *summary, const char *list,
                        const char *member, const char *query)
{
    char *text = list_of(summary, list, member);
    char *expected = sql_text(path, query);
    assert_string_equal(text, expected);
    free(text);
    free(expected);
}

static void summary_of_the_sample(void **state)
{
    (void)state;
    struct built_index sample;
    struct built_index *built = &sample;
    built_index_make(built, SAMPLE_DUMP);
    json_t *summary = decode_both(write_summary, built->reader);
    size_t n = 0;
    const char *key;
    json_t *value;
    json_object_foreach(summary, key, value)
    {
        assert_true(n < sizeof pages / sizeof *pages);
        assert_string_equal(key, pages[n]);
        if (n >= 2)
            assert_int_equal(json_array_size(value), 10);
        n++;
    }
    assert_int_equal(n, sizeof pages / sizeof *pages);
    assert_int_equal(json_integer_value(json_object_get(summary, "num_crates")),
                     index_n_crates(built->index));
    assert_true(json_integer_value(json_object_get(summary, "num_downloads")) == 83383064513);
    expect_list(built->path, summary, "new_crates", "name",
                "SELECT name FROM crates ORDER BY rtrim(created_at, 'Z') DESC, id DESC LIMIT 10");
    expect_list(built->path, summary, "most_downloaded", "name",
                "SELECT name FROM crates ORDER BY downloads DESC, id DESC LIMIT 10");
    expect_list(built->path, summary, "most_recently_downloaded", "name",
                "SELECT name FROM crates ORDER BY recent_downloads DESC NULLS LAST, id DESC"
                " LIMIT 10");
    expect_list(built->path, summary, "just_updated", "name",
                "SELECT name FROM crates WHERE updated_at <> created_at"
                " ORDER BY rtrim(updated_at, 'Z') DESC, id DESC LIMIT 10");
    expect_list(built->path, summary, "popular_keywords", "keyword",
                "SELECT keyword FROM keywords ORDER BY crates_cnt DESC, keyword LIMIT 10");
    expect_list(built->path, summary, "popular_categories", "slug",
                "SELECT top.slug FROM categories top JOIN categories part ON part.slug = top.slug"
                " OR part.slug LIKE top.slug || '::%' WHERE top.slug NOT LIKE '%::%'"
                " GROUP BY top.id ORDER BY sum(part.crates_cnt) DESC, top.slug LIMIT 10");
    const json_t *first = json_array_get(json_object_get(summary, "most_downloaded"), 0);
    assert_int_equal(json_object_size(first), 23);
    json_decref(summary);
    built_index_remove(built);
}

/* Twelve crates, so that ten are chosen. Times within one second, with and without a fraction; the
   last two were never updated; a subcategory lifts its parent. */
static void lists_are_in_order(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS
                    "\n1,a,2020-01-01 00:00:05+00,2021-01-01 00:00:07.25+00,,,,\n"
                    "2,b,2020-01-01 00:00:05.000001+00,2021-01-01 00:00:07+00,,,,\n"
                    "3,c,2020-01-01 00:00:05.5+00,2021-01-01 00:00:07.250001+00,,,,\n"
                    "4,d,2020-01-01 00:00:04.999999+00,2021-01-01 00:00:06.9+00,,,,\n"
                    "5,e,2020-01-01 00:00:05+00,2021-01-01 00:00:07.25+00,,,,\n"
                    "6,f,2020-01-01 00:00:06+00,2021-01-01 00:00:08+00,,,,\n"
                    "7,g,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "8,h,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "9,i,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "10,j,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "11,k,2022-01-01 00:00:00+00,2022-01-01 00:00:00+00,,,,\n"
                    "12,l,2022-01-01 00:00:00.1+00,2022-01-01 00:00:00.1+00,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,5\n2,50\n3,50\n4,7\n"),
        BUILT_TABLE("categories", "id,category,slug,description,crates_cnt,created_at\n"
                                  "1,One,one,\"\",5,2020-01-01\n2,Two,two,\"\",1,2020-01-01\n"
                                  "3,Part,two::part,\"\",3,2020-01-01\n"
                                  "4,Deep,two::part::deep,\"\",2,2020-01-01\n"
                                  "5,Twofold,twofold,\"\",4,2020-01-01\n"),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,z,3,2020-01-01\n"
                                "2,y,3,2020-01-01\n3,x,9,2020-01-01\n"),
        BUILT_END,
    };
    static const struct {
        const char *list;
        const char *member;
        const char *expected;
    } lists[] = {
        {"new_crates", "name", "l\nk\nf\nc\nb\ne\na\nd\nj\ni"},
        {"most_downloaded", "name", "c\nb\nd\na\nl\nk\nj\ni\nh\ng"},
        {"just_updated", "name", "f\nc\ne\na\nb\nd\nj\ni\nh\ng"},
        {"popular_keywords", "keyword", "x\ny\nz"},
        {"popular_categories", "slug", "two\none\ntwofold"},
    };
    struct built_index built;
    built_index_from_files(&built, files);
    json_t *summary = decode_both(write_summary, built.reader);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char *text = list_of(summary, lists[i].list, lists[i].member);
        assert_string_equal(text, lists[i].expected);
        free(text);
    }
    /* Without metadata.csv the crates' downloads are added up. */
    assert_int_equal(json_integer_value(json_object_get(summary, "num_downloads")), 112);
    const json_t *two = json_array_get(json_object_get(summary, "popular_categories"), 0);
    char *text = json_dumps(two, JSON_COMPACT);
    assert_string_equal(text, "{\"id\":\"two\",\"category\":\"Two\",\"slug\":\"two\","
                              "\"description\":\"\",\"created_at\":\"2020-01-01T00:00:00Z\","
                              "\"crates_cnt\":6}");
    free(text);
    text =
        json_dumps(json_array_get(json_object_get(summary, "popular_keywords"), 0), JSON_COMPACT);
    assert_string_equal(text, "{\"id\":\"x\",\"keyword\":\"x\",\"created_at\":"
                              "\"2020-01-01T00:00:00Z\",\"crates_cnt\":9}");
    free(text);
    json_decref(summary);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summary_of_the_sample),
        cmocka_unit_test(lists_are_in_order),
    };
    return cmocka_run_group_tests_name("build_pages", tests, NULL, NULL);
}
