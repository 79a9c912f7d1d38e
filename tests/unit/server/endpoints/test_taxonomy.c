/* Keywords and categories out of an index. */
#include <cratedex/taxonomy.h>

#include "index/segment/open_reader.h"
#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"
#include "tests/support/named_lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct dump_file dump[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one,2020-01-01,2020-01-01,,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0,2020-01-01,f,0,2020-01-01\n"),
    BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n"
                            "1,web,2,2020-01-01\n2,async,5,2021-02-03 04:05:06.7+00\n"
                            "3,_x,5,2020-01-01\n4,ünicode,0,2020-01-01\n"),
    BUILT_TABLE("categories", "id,category,slug,crates_cnt,description,created_at\n"
                              "1,macOS,mac,3,Apples.,2020-01-01\n"
                              "2,Science,science,1,Knowing.,2020-01-01\n"
                              "3,Science::Bio,science::bio,2,Life.,2020-01-01\n"
                              "4,Science::Bio::Genes,science::bio::genes,4,Genes.,2020-01-01\n"
                              "5,Science::astro,science::astro,8,Stars.,2020-01-01\n"
                              "6,Science fiction,science-fiction,100,No.,2020-01-01\n"
                              "7,Web,web,15,Sites.,2020-01-01\n"),
    BUILT_END,
};

static int open_dump(void **state)
{
    return built_index_set_up(state, dump);
}

typedef int encode_page(struct index_reader *reader, enum taxonomy_order order, uint32_t limit,
                        uint64_t offset, struct encoder *encoder, struct error *error);

struct page {
    struct index_reader *reader;
    encode_page *encode;
    enum taxonomy_order order;
    uint32_t limit;
    uint64_t offset;
};

static int write_page(void *context, struct encoder *encoder)
{
    const struct page *page = context;
    struct error error;
    return page->encode(page->reader, page->order, page->limit, page->offset, encoder, &error);
}

/* The ids of a list and the numbers of crates, as "id:3 id:4". */
static void expect_counts(const json_t *list, const char *expected)
{
    char text[512] = "";
    size_t length = 0;
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s:%d", i > 0 ? " " : "",
                                   json_string_value(json_object_get(item, "id")),
                                   (int)json_integer_value(json_object_get(item, "crates_cnt")));
        assert_true(length < sizeof text);
    }
    assert_string_equal(text, expected);
}

static void expect_page(void **state, encode_page *encode, enum taxonomy_order order,
                        uint32_t limit, uint64_t offset, const char *expected)
{
    const struct built_index *built = *state;
    struct page page = {built->reader, encode, order, limit, offset};
    json_t *list = decode_both(write_page, &page);
    assert_true(json_is_array(list));
    expect_counts(list, expected);
    json_decref(list);
}

static void pages_keywords(void **state)
{
    expect_page(state, keywords_encode, TAXONOMY_ALPHABETICAL, 10, 0,
                "_x:5 async:5 web:2 \xc3\xbcnicode:0");
    expect_page(state, keywords_encode, TAXONOMY_CRATES, 10, 0,
                "_x:5 async:5 web:2 \xc3\xbcnicode:0");
    expect_page(state, keywords_encode, TAXONOMY_ALPHABETICAL, 2, 1, "async:5 web:2");
    expect_page(state, keywords_encode, TAXONOMY_CRATES, 2, 3, "\xc3\xbcnicode:0");
    expect_page(state, keywords_encode, TAXONOMY_CRATES, 100, 4, "");
    expect_page(state, keywords_encode, TAXONOMY_CRATES, 100, 429496729500, "");
    const struct built_index *built = *state;
    int64_t n = 0;
    struct error error;
    assert_int_equal(keywords_count(built->reader, &n, &error), 0);
    assert_int_equal(n, 4);
}

/* Without regard to case, and with all that is below; what only begins alike is not below. */
static void pages_categories(void **state)
{
    expect_page(state, categories_encode, TAXONOMY_ALPHABETICAL, 10, 0,
                "mac:3 science:15 science-fiction:100 web:15");
    expect_page(state, categories_encode, TAXONOMY_CRATES, 10, 0,
                "science-fiction:100 science:15 web:15 mac:3");
    expect_page(state, categories_encode, TAXONOMY_CRATES, 2, 1, "science:15 web:15");
    expect_page(state, categories_encode, TAXONOMY_ALPHABETICAL, 10, 4, "");
    const struct built_index *built = *state;
    int64_t n = 0;
    struct error error;
    assert_int_equal(categories_count(built->reader, &n, &error), 0);
    assert_int_equal(n, 4);
}

static void expect_none(void **state, named_lookup *encode, const char *name)
{
    const struct built_index *built = *state;
    named_lookup_none(built->reader, encode, name);
}

static void finds_a_keyword(void **state)
{
    const struct built_index *built = *state;
    json_is_spelled(named_lookup_found(built->reader, keyword_encode, "async"),
                    "{\"id\":\"async\",\"keyword\":\"async\",\"created_at\":"
                    "\"2021-02-03T04:05:06.700Z\",\"crates_cnt\":5}");
    expect_none(state, keyword_encode, "asyn");
    expect_none(state, keyword_encode, "");
}

static void finds_a_category_among_others(void **state)
{
    static const struct {
        const char *slug;
        int crates;
        const char *below;
        const char *above;
    } cases[] = {
        {"science", 1, "science::astro:8 science::bio:6", ""},
        {"science::bio", 2, "science::bio::genes:4", "science:15"},
        {"science::bio::genes", 4, "", "science:15 science::bio:6"},
        {"web", 15, "", ""},
    };
    const struct built_index *built = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *category = named_lookup_found(built->reader, category_encode, cases[i].slug);
        assert_int_equal(json_object_size(category), 8);
        assert_string_equal(json_string_value(json_object_get(category, "slug")), cases[i].slug);
        assert_int_equal(json_integer_value(json_object_get(category, "crates_cnt")),
                         cases[i].crates);
        expect_counts(json_object_get(category, "subcategories"), cases[i].below);
        expect_counts(json_object_get(category, "parent_categories"), cases[i].above);
        json_decref(category);
    }
    expect_none(state, category_encode, "scienc");
    expect_none(state, category_encode, "science::");
    expect_none(state, category_encode, "%");
}

static int write_slugs(void *context, struct encoder *encoder)
{
    struct error error;
    return category_slugs_encode(context, encoder, &error);
}

static void lists_all_slugs(void **state)
{
    const struct built_index *built = *state;
    json_t *slugs = decode_both(write_slugs, built->reader);
    assert_int_equal(json_array_size(slugs), 7);
    json_is_spelled(json_incref(json_array_get(slugs, 0)),
                    "{\"id\":\"mac\",\"slug\":\"mac\",\"description\":\"Apples.\"}");
    for (size_t i = 1; i < 7; i++)
        assert_true(strcmp(json_string_value(json_object_get(json_array_get(slugs, i - 1), "id")),
                           json_string_value(json_object_get(json_array_get(slugs, i), "id"))) < 0);
    json_decref(slugs);
}

/* Runs last: the statements of all tests before. Categories are few; keywords are read in order. */
static void sorts_no_keywords(void **state)
{
    const struct index_reader *reader = ((const struct built_index *)*state)->reader;
    unsigned n_looked_at = 0;
    for (uint32_t i = 0; i < reader->n_statements; i++) {
        const char *text = reader->statements[i].text;
        if (strstr(text, "FROM keywords ORDER BY") == NULL)
            continue;
        n_looked_at++;
        if (sqlite3_stmt_status(reader->statements[i].statement, SQLITE_STMTSTATUS_SORT, 0) != 0)
            fail_msg("a sort: %s", text);
    }
    assert_int_equal(n_looked_at, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_keywords),  cmocka_unit_test(pages_categories),
        cmocka_unit_test(finds_a_keyword), cmocka_unit_test(finds_a_category_among_others),
        cmocka_unit_test(lists_all_slugs), cmocka_unit_test(sorts_no_keywords),
    };
    return cmocka_run_group_tests_name("taxonomy", tests, open_dump, built_index_tear_down);
}
