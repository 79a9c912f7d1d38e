/* What a build computes of every crate: downloads, dependents, popularity and rank, and which of
   its versions stand for it. */
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"
#include "tests/support/sql.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The formulas restated in SQL over the file's own tables. */
static void ranks_of_the_sample_follow_the_formula(void **state)
{
    (void)state;
    struct built_index built;
    built_index_make(&built, SAMPLE_DUMP);
    sql_expect(built.path,
               "SELECT c.name, c.recent_downloads, sum(d.downloads) FROM crates c"
               " JOIN versions v ON v.crate_id = c.id JOIN version_downloads d"
               " ON d.version_id = v.id AND d.date BETWEEN date('2026-11-01', '-89 days')"
               " AND '2026-11-01' GROUP BY c.id HAVING sum(d.downloads) <> c.recent_downloads",
               "");
    sql_expect(built.path,
               "SELECT c.name FROM crates c WHERE c.recent_downloads <> 0 AND NOT EXISTS (SELECT *"
               " FROM versions v JOIN version_downloads d ON d.version_id = v.id"
               " WHERE v.crate_id = c.id)",
               "");
    sql_expect(built.path, "SELECT count(*) > 300 FROM crates WHERE recent_downloads > 0", "1");
    sql_expect(built.path,
               "SELECT c.name, c.dependents FROM crates c WHERE c.dependents <> (SELECT"
               " count(DISTINCT v.crate_id) FROM dependencies d JOIN versions v"
               " ON v.id = d.version_id WHERE d.crate_id = c.id AND v.crate_id <> c.id)",
               "");
    sql_expect(built.path, "SELECT max(dependents) > 50 FROM crates", "1");
    /* Every discount is on some crate of the sample. */
    sql_expect(built.path,
               "SELECT max(yanked), max(description LIKE '%deprecated%' OR description LIKE"
               " '%unmaintained%' OR description LIKE '%placeholder%' OR description LIKE"
               " '%no longer maintained%'), min(updated_at) < '2022-11-01' FROM crates",
               "1|1|1");
    sql_expect(
        built.path,
        "WITH top AS (SELECT max(ln(1 + dependents)) AS dependents,"
        " max(ln(1 + recent_downloads)) AS downloads FROM crates),"
        " raw AS (SELECT name, popularity, (2 * ln(1 + c.dependents) / top.dependents"
        " + ln(1 + coalesce(recent_downloads, 0)) / top.downloads) * iif(yanked, 0.5, 1)"
        " * iif(description LIKE '%deprecated%' OR description LIKE '%renamed to%'"
        " OR description LIKE '%moved to%' OR description LIKE '%placeholder%'"
        " OR description LIKE '%reserved name%' OR description LIKE '%no longer maintained%'"
        " OR description LIKE '%unmaintained%' OR description LIKE '%superseded by%', 0.5, 1)"
        " * iif(updated_at < '2022-11-01T02:00', 0.9, 1) AS value FROM crates c, top)"
        " SELECT name, popularity FROM raw"
        " WHERE abs(popularity - value / (SELECT max(value) FROM raw)) > 1e-12",
        "");
    sql_expect(built.path,
               "SELECT name FROM (SELECT name, rank AS given, row_number() OVER"
               " (ORDER BY popularity DESC, id) AS expected FROM crates) WHERE given <> expected",
               "");
    sql_expect(built.path, "SELECT popularity FROM crates WHERE rank = 1", "1.0");
    sql_expect(built.path, "SELECT name FROM crates WHERE downloads < recent_downloads", "");
    /* What an open index says is what the file says. */
    char *rows = sql_text(built.path, "SELECT name, downloads, coalesce(recent_downloads, 0)"
                                      " FROM crates ORDER BY rank");
    const char *at = rows;
    for (uint32_t rank = 1; rank <= index_n_crates(built.index); rank++) {
        struct index_crate crate;
        char row[512];
        index_crate(built.index, rank, &crate);
        int length = snprintf(row, sizeof row, "%.*s|%lld|%lld", (int)crate.name_length, crate.name,
                              (long long)crate.downloads, (long long)crate.recent_downloads);
        assert_memory_equal(at, row, (size_t)length);
        at += length + 1;
    }
    free(rows);
    built_index_remove(&built);
}

#define DAY "2020-01-01"
#define CRATE(id, name) id "," name "," DAY "," DAY ",,,,\n"
#define VERSION(id, crate_id) id "," crate_id ",1.0.0," DAY ",f,0," DAY "\n"

/* The 90 days end with the dump's own day, whatever its hour. */
static void recent_downloads_are_those_of_90_days(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-10-31T22:59:59-01:00"), /* 23:59:59 in UTC */
        BUILT_TABLE("crates", CRATES_COLUMNS "\n" CRATE("1", "edge") CRATE("2", "none")),
        BUILT_TABLE("versions",
                    VERSIONS_COLUMNS "\n" VERSION("10", "1") VERSION("11", "1") VERSION("20", "2")),
        BUILT_TABLE("version_downloads", "version_id,date,downloads\n"
                                         "10,2026-11-01,100000\n" /* after the dump */
                                         "10,2026-10-31,1\n"
                                         "11,2026-10-31,2\n"
                                         "10,2026-09-15,4\n"
                                         "10,2026-08-03,8\n"   /* the 90th day */
                                         "10,2026-08-02,160\n" /* the day before */
                                         "20,2026-08-02,320\n"
                                         "20,2025-10-31,640\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path, "SELECT name, recent_downloads FROM crates ORDER BY id",
               "edge|15\nnone|NULL");
    built_index_remove(&built);
}

static void downloads_are_never_below_recent_ones(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n" CRATE("1", "low") CRATE("2", "high")
                                  CRATE("3", "absent") CRATE("4", "no-row")),
        BUILT_TABLE("versions",
                    VERSIONS_COLUMNS "\n" VERSION("10", "1") VERSION("20", "2") VERSION("40", "4")),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,5\n2,5000\n3,7\n"),
        BUILT_TABLE("version_downloads", "version_id,date,downloads\n10,2026-10-01,70\n"
                                         "20,2026-10-01,70\n40,2026-10-01,9\n"),
        BUILT_END,
    };
    struct built_index built;
    struct index_crate crate;
    built_index_from_files(&built, files);
    sql_expect(built.path, "SELECT name, downloads, recent_downloads FROM crates ORDER BY id",
               "low|70|70\nhigh|5000|70\nabsent|7|NULL\nno-row|9|9");
    index_crate(built.index, 1, &crate);
    assert_memory_equal(crate.name, "low", 3); /* the lower id of the equal ones */
    assert_int_equal(crate.downloads, 70);
    built_index_remove(&built);
}

/* A crate counts once however often it depends; not on itself; dependents weigh twice. */
static void dependents_are_counted_once(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n" CRATE("1", "used") CRATE("2", "user")
                                  CRATE("3", "other") CRATE("4", "downloaded")),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n" VERSION("10", "1") VERSION("20", "2")
                                    VERSION("21", "2") VERSION("30", "3") VERSION("40", "4")),
        BUILT_TABLE("dependencies",
                    "id,version_id,crate_id,req,kind,optional,default_features,features,target\n"
                    "1,20,1,*,0,f,t,{},\n2,21,1,*,0,f,t,{},\n3,21,1,*,2,f,t,{},x\n"
                    "4,30,1,*,1,t,f,{},\n5,10,1,*,2,f,t,{},\n6,30,2,*,0,f,t,{},\n"),
        BUILT_TABLE("version_downloads", "version_id,date,downloads\n40,2026-10-01,1000\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path,
               "SELECT rank, name, dependents, round(popularity, 6) FROM crates ORDER BY rank",
               "1|used|2|1.0\n2|user|1|0.63093\n3|downloaded|0|0.5\n4|other|0|0.0");
    built_index_remove(&built);
}

/* Versions that are hard to compare, a crate a line. */
static void tricky_versions_are_compared_right(void **state)
{
    (void)state;
    static const struct {
        const char *versions; /* num@day, with a ! in front where it is yanked */
        const char *expected; /* max, max stable, newest */
    } cases[] = {
        {"1.0.0-rc.2@1 1.0.0-rc.10@2 1.0.0-alpha.beta@3", "1.0.0-rc.10|NULL|1.0.0-alpha.beta"},
        {"1.0.0-1@2 1.0.0-a@1 0.9.0@3", "1.0.0-a|0.9.0|0.9.0"},
        {"1.0.0+z@1 1.0.0@2", "1.0.0+z|1.0.0+z|1.0.0"},
        {"1.0.0+09@1 1.0.0+9@1 1.0.0+10@1", "1.0.0+10|1.0.0+10|1.0.0+10"},
        {"1.0.0-a+z@1 1.0.0-b@1", "1.0.0-b|NULL|1.0.0-b"},
        {"18446744073709551615.0.0@1 9.0.0@2",
         "18446744073709551615.0.0|18446744073709551615.0.0|9.0.0"},
        {"18446744073709551616.0.0@2 1.0.0@1", "1.0.0|1.0.0|1.0.0"},
        {"0.0.0@1", "0.0.0|0.0.0|0.0.0"},
        {"0.0.0-0@1", "0.0.0-0|NULL|0.0.0-0"},
        {"!3.0.0@3 2.0.0-rc@2 1.9.9@1", "2.0.0-rc|1.9.9|2.0.0-rc"},
        {"!3.0.0@3 !2.0.0@2", "NULL|NULL|NULL"},
        {"01.0.0@3 v2.0.0@2", "NULL|NULL|NULL"},
        {"1.0.0-99999999999999999999@1 1.0.0-100000000000000000000@1",
         "1.0.0-100000000000000000000|NULL|1.0.0-100000000000000000000"},
    };
    enum { N_CASES = sizeof cases / sizeof *cases };
    char crates[4096] = CRATES_COLUMNS "\n";
    char versions[8192] = VERSIONS_COLUMNS "\n";
    char expected[4096] = "";
    unsigned id = 1;
    for (unsigned i = 0; i < N_CASES; i++) {
        char texts[256];
        size_t at = strlen(crates);
        snprintf(crates + at, sizeof crates - at, "%u,crate-%02u," DAY "," DAY ",,,,\n", i + 1, i);
        at = strlen(expected);
        snprintf(expected + at, sizeof expected - at, "%s%s", i > 0 ? "\n" : "", cases[i].expected);
        snprintf(texts, sizeof texts, "%s", cases[i].versions);
        for (char *text = strtok(texts, " "); text != NULL; text = strtok(NULL, " ")) {
            char *day = strchr(text, '@');
            bool is_yanked = text[0] == '!';
            *day++ = '\0';
            at = strlen(versions);
            snprintf(versions + at, sizeof versions - at, "%u,%u,%s,2020-01-0%s,%s,0," DAY "\n",
                     id++, i + 1, text + is_yanked, day, is_yanked ? "t" : "f");
        }
    }
    const struct dump_file files[] = {BUILT_TIME("2026-11-01T02:00:00Z"),
                                      BUILT_TABLE("crates", crates),
                                      BUILT_TABLE("versions", versions), BUILT_END};
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path,
               "SELECT max_version, max_stable_version, newest_version FROM crates ORDER BY name",
               expected);
    built_index_remove(&built);
}

#define NUM(id, crate_id, num, day, yanked)                                                        \
    id "," crate_id "," num "," day "," yanked ",0," DAY "\n"

static const struct dump_file versions_files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates",
                CRATES_COLUMNS "\n" CRATE("1", "plain") CRATE("2", "yanked-top")
                    CRATE("3", "all-yanked") CRATE("4", "pre-only") CRATE("5", "build-metadata")
                        CRATE("6", "old-line") CRATE("7", "versionless") CRATE("8", "not-semver")
                            CRATE("9", "same-day") CRATE("10", "pre-above")),
    BUILT_TABLE(
        "versions", VERSIONS_COLUMNS "\n"
        /* numbers compare as numbers */
        NUM("11", "1", "1.9.0", "2020-01-01", "f") NUM("12", "1", "1.10.0", "2020-01-02", "f") NUM(
            "13", "1", "1.2.0", "2020-01-01", "f") NUM("21", "2", "1.0.0", "2020-01-01", "f")
            NUM("22", "2", "2.0.0", "2020-01-02", "t") NUM("31", "3", "0.1.0", "2020-01-01", "t")
                NUM("32", "3", "0.2.0", "2020-01-02", "t")
                    NUM("33", "3", "0.3.0-pre", "2020-01-03", "t") NUM("41", "4", "1.0.0-alpha.2",
                                                                       "2020-01-02", "f")
                        NUM("42", "4", "1.0.0-alpha.10", "2020-01-01", "f") NUM("51", "5", "1.0.0",
                                                                                "2020-01-03", "f")
                            NUM("52", "5", "1.0.0+9", "2020-01-02", "f") NUM("53", "5", "1.0.0+10",
                                                                             "2020-01-01", "f")
                                NUM("61", "6", "2.0.0", "2020-01-01", "f") NUM("62", "6", "1.0.1",
                                                                               "2020-06-01", "f")
                                    NUM("81", "8", "1.0", "2020-01-02", "f")
                                        NUM("82", "8", "0.0.1", "2020-01-01", "f")
                                            NUM("83", "8", "banana", "2020-01-01", "f")
                                                NUM("91", "9", "1.0.0", "2020-01-01", "f")
                                                    NUM("92", "9", "0.9.0", "2020-01-01", "f")
                                                        NUM("101", "10", "1.0.0", "2020-01-01", "f")
                                                            NUM("102", "10", "2.0.0-rc.1",
                                                                "2020-01-02", "f")),
    BUILT_END,
};

/* name, default, max, max stable, newest, versions, yanked */
#define VERSIONS_SQL                                                                               \
    "SELECT name, default_version, max_version, max_stable_version, newest_version, num_versions," \
    " yanked FROM crates ORDER BY id"

static void versions_without_default_versions(void **state)
{
    (void)state;
    struct built_index built;
    built_index_from_files(&built, versions_files);
    sql_expect(built.path, VERSIONS_SQL,
               "plain|1.10.0|1.10.0|1.10.0|1.10.0|3|0\n"
               "yanked-top|1.0.0|1.0.0|1.0.0|1.0.0|2|0\n"
               "all-yanked|0.3.0-pre|NULL|NULL|NULL|3|1\n"
               "pre-only|1.0.0-alpha.10|1.0.0-alpha.10|NULL|1.0.0-alpha.2|2|0\n"
               "build-metadata|1.0.0+10|1.0.0+10|1.0.0+10|1.0.0|3|0\n"
               "old-line|2.0.0|2.0.0|2.0.0|1.0.1|2|0\n"
               "versionless|NULL|NULL|NULL|NULL|0|0\n"
               "not-semver|0.0.1|0.0.1|0.0.1|0.0.1|3|0\n"
               "same-day|1.0.0|1.0.0|1.0.0|1.0.0|2|0\n"
               "pre-above|1.0.0|2.0.0-rc.1|1.0.0|2.0.0-rc.1|2|0");
    const struct build_warning *warning =
        built_index_warning(&built.report, "version number that is not SemVer");
    assert_int_equal(warning->n_rows, 2);
    assert_non_null(strstr(warning->example, "1.0"));
    built_index_remove(&built);
}

/* What default_versions.csv says goes, even where it is not the highest; who is not in it keeps the
   rule. A row that points nowhere is skipped. */
static void default_versions_decide(void **state)
{
    (void)state;
    struct dump_file files[8];
    size_t n = 0;
    for (; versions_files[n].path != NULL; n++)
        files[n] = versions_files[n];
    files[n++] = (struct dump_file)BUILT_TABLE(
        "default_versions", "crate_id,num_versions,version_id\n1,3,13\n2,2,22\n6,2,999\n99,1,11\n");
    files[n] = (struct dump_file)BUILT_END;
    struct built_index built;
    built_index_from_files(&built, files);
    sql_expect(built.path,
               "SELECT name, default_version FROM crates WHERE id IN (1, 2, 4, 6) ORDER BY id",
               "plain|1.2.0\nyanked-top|2.0.0\npre-only|1.0.0-alpha.10\nold-line|2.0.0");
    assert_int_equal(
        built_index_warning(&built.report, "default version of an unknown crate")->n_rows, 1);
    assert_int_equal(built_index_warning(&built.report, "default version that is unknown")->n_rows,
                     1);
    built_index_remove(&built);
}

/* Every pair of names is looked at. */
static void a_family_is_what_begins_with_a_name_and_a_separator(void **state)
{
    (void)state;
    struct built_index built;
    built_index_make(&built, SAMPLE_DUMP);
    const struct crate_columns *columns = &built.index->columns;
    unsigned n_with_family = 0;
    for (uint32_t i = 0; i < columns->n_crates; i++) {
        const char *name = columns->canonical_names + columns->name_offsets[i];
        uint32_t length = columns->name_offsets[i + 1] - columns->name_offsets[i];
        unsigned n = 0;
        for (uint32_t j = 0; j < columns->n_crates; j++) {
            const char *other = columns->canonical_names + columns->name_offsets[j];
            uint32_t other_length = columns->name_offsets[j + 1] - columns->name_offsets[j];
            n += other_length > length && memcmp(name, other, length) == 0 && other[length] == '_';
        }
        assert_true(fabsf(columns->signals[i].family - log1pf((float)n)) < 1e-6F);
        n_with_family += n > 0;
    }
    assert_true(n_with_family > 5);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_of_the_sample_follow_the_formula),
        cmocka_unit_test(a_family_is_what_begins_with_a_name_and_a_separator),
        cmocka_unit_test(recent_downloads_are_those_of_90_days),
        cmocka_unit_test(downloads_are_never_below_recent_ones),
        cmocka_unit_test(dependents_are_counted_once),
        cmocka_unit_test(tricky_versions_are_compared_right),
        cmocka_unit_test(versions_without_default_versions),
        cmocka_unit_test(default_versions_decide),
    };
    return cmocka_run_group_tests_name("build_rank", tests, NULL, NULL);
}
