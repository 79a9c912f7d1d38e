/* What a build skips or mends it counts, with an example of each kind. */
#include "tests/support/built_index.h"
#include "tests/support/sql.h"

#include <cratedex/index_verify.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DAY "2020-01-01"
#define CRATE(id, name) id "," name "," DAY "," DAY ",,,,\n"
#define VERSION(id, crate_id) id "," crate_id ",1.0.0," DAY ",f,0," DAY "\n"

#define TIME BUILT_TIME("2026-11-01T02:00:00Z")
#define CRATES(rows) BUILT_TABLE("crates", CRATES_COLUMNS "\n" rows)
#define VERSIONS(rows) BUILT_TABLE("versions", VERSIONS_COLUMNS "\n" rows)
#define GOOD_CRATES CRATES(CRATE("1", "a") CRATE("2", "b"))
#define GOOD_VERSIONS VERSIONS(VERSION("1", "1"))
#define TABLE(name, text) BUILT_TABLE(name, text)

static void invalid_utf8_is_mended(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        TIME,
        CRATES("1,a," DAY "," DAY ",caf\xe9 \xff\xfe,http://h/\xc3,,\n"
               "2,b," DAY "," DAY ",\u00E9,,,\n"
               "3,\xf0\x9f\xa6," DAY "," DAY ",,,,\n"),
        GOOD_VERSIONS,
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path, "SELECT name, description, homepage FROM crates ORDER BY id",
               "a|caf\uFFFD \uFFFD\uFFFD|http://h/\uFFFD\nb|\u00E9|NULL\n\uFFFD|NULL|NULL");
    const struct build_warning *warning =
        built_index_warning(&built.report, "field with invalid UTF-8");
    assert_int_equal(warning->n_rows, 3);
    assert_non_null(strstr(warning->example, "data/crates.csv: row 2, column description"));
    built_index_remove(&built);
}

static void rows_that_point_nowhere_are_skipped(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        TIME,
        GOOD_CRATES,
        VERSIONS(VERSION("1", "1") VERSION("7", "99") VERSION("8", "98")),
        TABLE("dependencies",
              "id,version_id,crate_id,req,kind,optional,default_features,features,target\n"
              "1,1,2,*,0,f,t,{},\n2,7,2,*,0,f,t,{},\n3,55,2,*,0,f,t,{},\n4,1,97,*,0,f,t,{},\n"),
        TABLE("version_downloads", "version_id,date,downloads\n1," DAY ",5\n7," DAY ",5\n"),
        TABLE("crate_downloads", "crate_id,downloads\n1,5\n96,5\n"),
        TABLE("default_versions", "crate_id,version_id\n1,1\n95,1\n2,7\n"),
        TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,web,1," DAY "\n"),
        TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n94,1\n1,93\n"),
        TABLE("categories",
              "id,category,slug,description,crates_cnt,created_at\n1,W,w,W,1," DAY "\n"),
        TABLE("crates_categories", "crate_id,category_id\n1,1\n92,1\n1,91\n"),
        TABLE("crate_owners", "crate_id,owner_id,owner_kind\n1,1,0\n90,1,0\n"),
        BUILT_END,
    };
    static const struct {
        const char *reason;
        uint64_t n_rows;
        const char *example;
        const char *rest; /* how many rows stay */
    } skipped[] = {
        {"version of an unknown crate, skipped", 2, "versions.csv: crate_id 9", "versions|1"},
        {"dependency of an unknown version, skipped", 2, "dependencies.csv: version_id",
         "dependencies|1"},
        {"dependency on an unknown crate, skipped", 1, "dependencies.csv: crate_id 97",
         "dependencies|1"},
        {"downloads of an unknown version, skipped", 1, "version_downloads.csv: version_id 7",
         "version_downloads|1"},
        {"downloads of an unknown crate, skipped", 1, "crate_downloads.csv: crate_id 96", NULL},
        {"default version of an unknown crate, skipped", 1, "default_versions.csv: crate_id 95",
         NULL},
        {"default version that is unknown, skipped", 1, "default_versions.csv: version_id 7", NULL},
        {"keyword of an unknown crate, skipped", 1, "crates_keywords.csv: crate_id 94",
         "crates_keywords|1"},
        {"unknown keyword, skipped", 1, "crates_keywords.csv: keyword_id 93", "crates_keywords|1"},
        {"category of an unknown crate, skipped", 1, "crates_categories.csv: crate_id 92",
         "crates_categories|1"},
        {"unknown category, skipped", 1, "crates_categories.csv: category_id 91",
         "crates_categories|1"},
        {"owner of an unknown crate, skipped", 1, "crate_owners.csv: crate_id 90",
         "crate_owners|1"},
    };
    struct built_index built;
    built_index_from_files(&built, files);
    assert_int_equal(built.report.n_warnings, sizeof skipped / sizeof *skipped);
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++) {
        const struct build_warning *warning = built_index_warning(&built.report, skipped[i].reason);
        assert_string_equal(warning->reason, skipped[i].reason);
        assert_int_equal(warning->n_rows, skipped[i].n_rows);
        assert_non_null(strstr(warning->example, skipped[i].example));
        if (skipped[i].rest == NULL)
            continue;
        char query[96];
        size_t length = strcspn(skipped[i].rest, "|");
        snprintf(query, sizeof query, "SELECT count(*) FROM %.*s", (int)length, skipped[i].rest);
        sql_expect(built.path, query, skipped[i].rest + length + 1);
    }
    struct error error = {.message = ""};
    if (index_verify(built.path, NULL, NULL, &error) != 0)
        fail_msg("%s", error.message);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_utf8_is_mended),
        cmocka_unit_test(rows_that_point_nowhere_are_skipped),
    };
    return cmocka_run_group_tests_name("build_warnings", tests, NULL, NULL);
}
