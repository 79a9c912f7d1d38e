/* Dumps of all ages and sizes: columns and tables that older exports lack, an export of nothing, a
   README of 10 MB, values at the edges. */
#include "tests/support/built_index.h"
#include "tests/support/sql.h"

#include <cratedex/index_verify.h>
#include <cratedex/search.h>
#include <cratedex/suggest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY "2020-01-01"

static void verify(const struct built_index *built)
{
    struct error error = {.message = ""};
    if (index_verify(built->path, NULL, NULL, &error) != 0)
        fail_msg("%s", error.message);
}

/* As in 2020: downloads in crates.csv, checksum instead of tar_sha256, no keywords, edition or
   default versions, metadata.json with a fraction. */
static void the_columns_of_old_dumps(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2020-11-27T02:00:06.123456+00:00"),
        BUILT_TABLE("crates", "id,name,updated_at,created_at,downloads,description,homepage,"
                              "documentation,readme,repository,textsearchable_index_col\n"
                              "1,old,2020-01-02,2020-01-01,4711,D,,,,,'old':1\n"),
        BUILT_TABLE("versions",
                    "id,crate_id,num,updated_at,created_at,downloads,features,yanked,"
                    "license,crate_size,published_by,checksum,links\n"
                    "5,1,0.1.0,2020-01-02,2020-01-01,9,{},f,MIT,,,"
                    "AB00000000000000000000000000000000000000000000000000000000000001,z\n"
                    "6,1,0.2.0,2020-01-02,2020-01-01,9,{},f,MIT,,,,\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path, "SELECT name, downloads, default_version, trustpub_only FROM crates",
               "old|4711|0.2.0|0");
    sql_expect(built.path, "SELECT checksum, links FROM versions",
               "ab00000000000000000000000000000000000000000000000000000000000001|z\nNULL|NULL");
    assert_string_equal(index_dump_timestamp(built.index), "2020-11-27T02:00:06.123456Z");
    assert_int_equal(built.report.n_warnings, 0);
    verify(&built);
    built_index_remove(&built);
}

/* Where both are there, crate_downloads.csv and tar_sha256 go. */
static void new_columns_go_before_old_ones(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS ",downloads\n1,a," DAY "," DAY ",,,,,10\n"
                                             "2,b," DAY "," DAY ",,,,,20\n"
                                             "3,c," DAY "," DAY ",,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS ",checksum,tar_sha256\n"
                                                 "1,1,1.0.0," DAY ",f,0," DAY ",aa,\\xBB\n"),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,1000\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path, "SELECT name, downloads FROM crates ORDER BY id", "a|1000\nb|20\nc|0");
    sql_expect(built.path, "SELECT checksum FROM versions", "bb");
    built_index_remove(&built);
}

/* Tables with a header and no rows: a valid index of nothing. */
static void an_empty_dump(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n"),
        BUILT_END,
    };
    static struct search_result result;
    struct suggestion suggestions[5];
    struct built_index built;
    built_index_from_files(&built, files);
    assert_int_equal(index_n_crates(built.index), 0);
    for (int sort = 0; sort < 6; sort++) {
        static const char *const texts[] = {"", "serde", "a", "the"};
        for (size_t i = 0; i < 4; i++) {
            struct search_query query = {.text = {texts[i], strlen(texts[i])},
                                         .letter = {"s", 1},
                                         .leave_out_yanked = i % 2 == 0,
                                         .sort = (enum search_sort)sort,
                                         .limit = 10};
            assert_int_equal(search_run(built.reader, &query, &result, NULL), SEARCH_OK);
            assert_int_equal(result.n_hits, 0);
            assert_int_equal(result.total, 0);
            assert_string_equal(result.seek_key, "");
        }
    }
    assert_int_equal(suggest(built.index, "s", 1, suggestions, 5), 0);
    assert_int_equal(suggest(built.index, "", 0, suggestions, 5), 0);
    sql_expect(built.path, "SELECT json FROM pages",
               "{\"num_downloads\":0,\"num_crates\":0,\"new_crates\":[],\"most_downloaded\":[],"
               "\"most_recently_downloaded\":[],\"just_updated\":[],\"popular_keywords\":[],"
               "\"popular_categories\":[]}");
    verify(&built);
    built_index_remove(&built);
}

/* Without metadata.json the last update dates the dump, and with it the 90 days. */
static void no_metadata(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,a,2020-01-01,2026-10-31 23:00:00+00,,,,\n"
                                             "2,b,2020-01-01,2026-10-31 23:00:00.25+00,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0," DAY ",f,0," DAY "\n"),
        BUILT_TABLE("version_downloads",
                    "version_id,date,downloads\n1,2026-10-31,1\n1,2026-11-01,8\n1,2026-08-02,16\n"),
        BUILT_END,
    };
    static const struct dump_file nothing[] = {
        BUILT_TABLE("crates", CRATES_COLUMNS "\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    assert_string_equal(index_dump_timestamp(built.index), "2026-10-31T23:00:00.250Z");
    sql_expect(built.path, "SELECT recent_downloads FROM crates WHERE id = 1", "1");
    assert_string_equal(built_index_warning(&built.report, "no metadata.json")->example,
                        "2026-10-31T23:00:00.250Z");
    built_index_remove(&built);
    built_index_from_files(&built, nothing);
    assert_string_equal(index_dump_timestamp(built.index), "1970-01-01T00:00:00Z");
    built_index_remove(&built);
}

/* The README's last word is found, and no part of the file is out of proportion. */
static void a_readme_of_10_megabytes(void **state)
{
    (void)state;
    enum { README_BYTES = 10 << 20 };
    size_t capacity = README_BYTES + 1024;
    char *crates = malloc(capacity);
    assert_non_null(crates);
    size_t length =
        (size_t)snprintf(crates, capacity, CRATES_COLUMNS ",readme\n1,big," DAY "," DAY ",,,,,\"");
    size_t end = length + README_BYTES;
    for (unsigned word = 0; length + 16 < end; word++)
        length +=
            (size_t)snprintf(crates + length, 17, word % 20 == 0 ? "w%u\n" : "w%u, ", word % 50000);
    snprintf(crates + length, capacity - length, "lastword\"\n2,small," DAY "," DAY ",,,,,\n");
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_END,
    };
    static struct search_result result;
    struct built_index built;
    built_index_from_files(&built, files);
    free(crates);
    struct search_query query = {.text = {"w49999 lastword", 15}, .limit = 10};
    assert_int_equal(search_run(built.reader, &query, &result, NULL), SEARCH_OK);
    assert_int_equal(result.n_hits, 1);
    assert_int_equal(result.hits[0].tier, SEARCH_TIER_README);
    assert_in_range(built.report.file_bytes, 1 << 16, 5 << 20);
    built_index_remove(&built);
}

/* Names at both ends of what is allowed, in letters, bytes and length. */
static void names_at_the_edges(void **state)
{
    (void)state;
    char longest[256];
    char crates[2048];
    memset(longest, 'n', sizeof longest - 1);
    longest[255] = '\0';
    snprintf(crates, sizeof crates,
             CRATES_COLUMNS "\n1,%s," DAY "," DAY ",,,,\n2,x," DAY "," DAY ",,,,\n"
                            "3,---," DAY "," DAY ",,,,\n4,\"a\"\"b,\nc\"," DAY "," DAY ",,,,\n"
                            "5,\u540D\u524D," DAY "," DAY ",,,,\n",
             longest);
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_END,
    };
    static struct search_result result;
    struct built_index built;
    built_index_from_files(&built, files);
    static const char *const texts[] = {"x", "---", "a\"b,", "\u540D\u524D"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct search_query query = {.text = {texts[i], strlen(texts[i])}, .limit = 10};
        assert_int_equal(search_run(built.reader, &query, &result, NULL), SEARCH_OK);
        assert_int_equal(result.n_hits, 1);
    }
    struct search_query query = {.text = {longest, 255}, .limit = 10};
    assert_int_equal(search_run(built.reader, &query, &result, NULL), SEARCH_OK);
    assert_int_equal(result.n_hits, 1);
    assert_true(result.hits[0].exact);
    verify(&built);
    built_index_remove(&built);
}

/* Numbers that do not add up in 64 bits stay at the largest; negative ones count as they are. */
static void numbers_at_the_edges(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,most," DAY "," DAY ",,,,\n"
                                             "2,least," DAY "," DAY ",,,,\n"
                                             "-9223372036854775808,lowest," DAY "," DAY ",,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0," DAY ",f,0," DAY "\n"
                                                 "2,2,1.0.0," DAY ",f,0," DAY "\n"),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,9223372036854775807\n2,-5\n"),
        BUILT_TABLE("version_downloads", "version_id,date,downloads\n"
                                         "1,2026-10-30,9223372036854775807\n"
                                         "1,2026-10-31,9223372036854775807\n"
                                         "2,2026-10-31,-9223372036854775808\n"
                                         "2,2026-10-30,-9223372036854775808\n"),
        BUILT_TABLE("metadata", "total_downloads\n9223372036854775807\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path, "SELECT name, downloads, recent_downloads FROM crates ORDER BY rank",
               "most|9223372036854775807|9223372036854775807\n"
               "lowest|0|NULL\nleast|-5|-9223372036854775807");
    verify(&built);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_columns_of_old_dumps),
        cmocka_unit_test(new_columns_go_before_old_ones),
        cmocka_unit_test(an_empty_dump),
        cmocka_unit_test(no_metadata),
        cmocka_unit_test(a_readme_of_10_megabytes),
        cmocka_unit_test(names_at_the_edges),
        cmocka_unit_test(numbers_at_the_edges),
    };
    return cmocka_run_group_tests_name("build_dumps", tests, NULL, NULL);
}
