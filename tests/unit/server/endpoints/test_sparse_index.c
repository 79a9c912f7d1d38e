/* What cargo reads about a crate: the lines byte for byte, their order, where a file lies, and that
   damage is found. */
#include <cratedex/index_reader.h>
#include <cratedex/index_verify.h>
#include <cratedex/sparse_index.h>
#include <stdbool.h>

#include "tests/support/built_index.h"
#include "tests/support/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

#define VERSION_MEMBERS VERSIONS_COLUMNS ",features,links,rust_version,tar_sha256"
#define DEPENDENCY_MEMBERS                                                                         \
    "id,version_id,crate_id,req,kind,optional,default_features,features,target,explicit_name"

/* The text of a crate; the caller frees. */
static char *read_text(struct built_index *built, const char *crate, int64_t *last_modified)
{
    struct error error = {.message = ""};
    msgpack_sbuffer out;
    uint32_t rank = index_find_crate(built->index, crate, strlen(crate));
    assert_int_not_equal(rank, 0);
    msgpack_sbuffer_init(&out);
    assert_int_equal(msgpack_sbuffer_write(&out, "before", 6), 0);
    if (sparse_index_read(built->reader, rank, &out, last_modified, &error) != 1)
        fail_msg("%s: %s", crate, error.message);
    assert_memory_equal(out.data, "before", 6);
    char *text = strndup(out.data + 6, out.size - 6);
    assert_non_null(text);
    msgpack_sbuffer_destroy(&out);
    return text;
}

static void expect_text(struct built_index *built, const char *crate, const char *expected)
{
    int64_t last_modified;
    char *text = read_text(built, crate, &last_modified);
    assert_string_equal(text, expected);
    free(text);
}

static const char crates_table[] =
    CRATES_COLUMNS "\n1,Plain,2015-01-01,2026-01-01,,,,\n2,dep-one,2015-01-01,2015-01-01,,,,\n"
                   "3,dep_two,2015-01-01,2015-01-01,,,,\n4,rich,2015-01-01,2015-01-01,,,,\n"
                   "5,empty,2015-01-01,2015-01-01,,,,\n6,later,2015-01-01,2015-01-01,,,,\n"
                   "7,strange,2015-01-01,2015-01-01,,,,\n";

/* Published on one day: the fraction of a second decides, then the id. The text of version 11 has
   neither checksum nor features. */
static const char versions_table[] = VERSION_MEMBERS
    "\n12,1,0.2.0,2016-01-01 10:00:05.5+00,t,7,2024-02-03 04:05:06.789+00,{},,,\\x00ff\n"
    "11,1,0.1.0,2016-01-01 10:00:05+00,f,7,2016-01-01 10:00:05+00,,,,\n"
    "14,1,0.1.1,2016-01-01 10:00:05.25+00,f,7,2016-01-01 10:00:05+00,{},,,\\x02\n"
    "13,1,0.1.2,2016-01-01 10:00:05.25+00,f,7,2016-01-01 10:00:05+00,{},,,\\x01\n"
    "41,4,1.0.0-rc.1+build,2021-06-07 08:09:10.111213+00,f,7,2021-06-07 08:09:10+00,"
    "\"{\"\"zeta\"\": [], \"\"a\"\": [\"\"zeta\"\", \"\"dep-one/std\"\"], \"\"a-b\"\": [], "
    "\"\"B\"\": []}\",native,1.56,\\x03\n"
    "61,6,1.0.0,2035-01-01 00:00:00+00,f,7,2035-01-01 00:00:00+00,{},,,\\x04\n"
    "71,7,1.0.0,2020-01-01 00:00:00+00,f,7,2020-01-01 00:00:00+00,\"{\"\"x\"\": 1}\",,,\\x05\n"
    "72,7,1.0.1,2020-01-02 00:00:00+00,f,7,2020-01-01 00:00:00+00,\"[]\",,,\\x06\n"
    "73,7,1.0.2,2020-01-03 00:00:00+00,f,7,2020-01-01 00:00:00+00,\"{\"\"x\"\": [2]}\",,,\\x07\n";

static const char dependencies_table[] = DEPENDENCY_MEMBERS
    "\n1,41,3,^2,2,f,t,{},,\n2,41,3,^2,1,f,t,{},,\n3,41,3,^2,0,t,f,\"{b,a}\",,\n"
    "4,41,2,\">=1, <2\",0,f,t,{},\"cfg(target_os = \"\"windows\"\")\",\n"
    "5,41,2,\">=1, <2\",0,f,t,{},,\n6,41,3,*,0,f,t,\"{\"\"\"\"}\",,alias\n"
    "7,41,2,*,0,f,t,\"{x,y}\",,alias\n8,41,2,*,0,f,t,{x},,alias\n9,41,2,*,0,f,t,{},,zz\n";

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", crates_table),
    BUILT_TABLE("versions", versions_table),
    BUILT_TABLE("dependencies", dependencies_table),
    BUILT_END,
};

#define PUBLISHED "\"pubtime\":\"2016-01-01T10:00:05Z\"}\n"

static void lines_are_those_of_the_registry(void **state)
{
    (void)state;
    struct built_index built;
    built_index_from_files(&built, files);
    expect_text(&built, "plain",
                "{\"name\":\"Plain\",\"vers\":\"0.1.0\",\"deps\":[],\"cksum\":\"\","
                "\"features\":{},\"yanked\":false," PUBLISHED
                "{\"name\":\"Plain\",\"vers\":\"0.1.2\",\"deps\":[],\"cksum\":\"01\","
                "\"features\":{},\"yanked\":false," PUBLISHED
                "{\"name\":\"Plain\",\"vers\":\"0.1.1\",\"deps\":[],\"cksum\":\"02\","
                "\"features\":{},\"yanked\":false," PUBLISHED
                "{\"name\":\"Plain\",\"vers\":\"0.2.0\",\"deps\":[],\"cksum\":\"00ff\","
                "\"features\":{},\"yanked\":true," PUBLISHED);
    /* Every dependency differs from the one before in what counts next. */
    expect_text(
        &built, "rich",
        "{\"name\":\"rich\",\"vers\":\"1.0.0-rc.1+build\",\"deps\":["
        "{\"name\":\"alias\",\"req\":\"*\",\"features\":[\"x\"],\"optional\":false,"
        "\"default_features\":true,\"target\":null,\"kind\":\"normal\",\"package\":\"dep-one\"},"
        "{\"name\":\"alias\",\"req\":\"*\",\"features\":[\"x\",\"y\"],\"optional\":false,"
        "\"default_features\":true,\"target\":null,\"kind\":\"normal\",\"package\":\"dep-one\"},"
        "{\"name\":\"alias\",\"req\":\"*\",\"features\":[\"\"],\"optional\":false,"
        "\"default_features\":true,\"target\":null,\"kind\":\"normal\",\"package\":\"dep_two\"},"
        "{\"name\":\"dep-one\",\"req\":\">=1, <2\",\"features\":[],\"optional\":false,"
        "\"default_features\":true,\"target\":null,\"kind\":\"normal\"},"
        "{\"name\":\"dep-one\",\"req\":\">=1, <2\",\"features\":[],\"optional\":false,"
        "\"default_features\":true,\"target\":\"cfg(target_os = \\\"windows\\\")\","
        "\"kind\":\"normal\"},"
        "{\"name\":\"dep_two\",\"req\":\"^2\",\"features\":[\"b\",\"a\"],\"optional\":true,"
        "\"default_features\":false,\"target\":null,\"kind\":\"normal\"},"
        "{\"name\":\"dep_two\",\"req\":\"^2\",\"features\":[],\"optional\":false,"
        "\"default_features\":true,\"target\":null,\"kind\":\"build\"},"
        "{\"name\":\"dep_two\",\"req\":\"^2\",\"features\":[],\"optional\":false,"
        "\"default_features\":true,\"target\":null,\"kind\":\"dev\"},"
        "{\"name\":\"zz\",\"req\":\"*\",\"features\":[],\"optional\":false,"
        "\"default_features\":true,\"target\":null,\"kind\":\"normal\",\"package\":\"dep-one\"}],"
        "\"cksum\":\"03\",\"features\":{\"B\":[],\"a\":[\"zeta\",\"dep-one/std\"],\"a-b\":[],"
        "\"zeta\":[]},\"yanked\":false,\"links\":\"native\",\"rust_version\":\"1.56\","
        "\"pubtime\":\"2021-06-07T08:09:10Z\"}\n");
    built_index_remove(&built);
}

static void features_that_are_none_are_left_out(void **state)
{
    (void)state;
    struct built_index built;
    built_index_from_files(&built, files);
    int64_t last_modified;
    char *text = read_text(&built, "strange", &last_modified);
    size_t n_empty = 0;
    for (const char *at = text; (at = strstr(at, "\"features\":{},")) != NULL; at++)
        n_empty++;
    assert_int_equal(n_empty, 3);
    free(text);
    assert_int_equal(built_index_warning(&built.report, "features that are no lists")->n_rows, 3);
    built_index_remove(&built);
}

static void the_newest_change_dates_a_text(void **state)
{
    (void)state;
    struct built_index built;
    struct error error;
    int64_t last_modified = 0;
    msgpack_sbuffer out;
    built_index_from_files(&built, files);
    free(read_text(&built, "Plain", &last_modified));
    assert_int_equal(last_modified, 1706933106); /* 2024-02-03T04:05:06Z */
    /* Not later than the dump. */
    free(read_text(&built, "later", &last_modified));
    assert_int_equal(last_modified, 1793498400); /* 2026-11-01T02:00:00Z */
    /* Without versions there is no text. */
    msgpack_sbuffer_init(&out);
    assert_int_equal(sparse_index_read(built.reader, index_find_crate(built.index, "empty", 5),
                                       &out, &last_modified, &error),
                     0);
    assert_int_equal(sparse_index_read(built.reader, 99, &out, &last_modified, &error), 0);
    assert_int_equal(out.size, 0);
    msgpack_sbuffer_destroy(&out);
    built_index_remove(&built);
}

/* One version whose features are given, quotes doubled; what must stand between `cksum` and
   `yanked`, and whether the line is of the second form. */
static void expect_features(const char *features, const char *expected, bool is_second)
{
    char versions[1024];
    char text[1024];
    snprintf(versions, sizeof versions,
             VERSION_MEMBERS "\n1,1,1.0.0,2020-01-01,f,1,2020-01-01,\"%s\",,,\n", features);
    const struct dump_file one[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,a,2020-01-01,2020-01-01,,,,\n"),
        BUILT_TABLE("versions", versions),
        BUILT_END,
    };
    snprintf(text, sizeof text,
             "{\"name\":\"a\",\"vers\":\"1.0.0\",\"deps\":[],\"cksum\":\"\",%s,\"yanked\":false,"
             "\"pubtime\":\"2020-01-01T00:00:00Z\"%s}\n",
             expected, is_second ? ",\"v\":2" : "");
    struct built_index built;
    built_index_from_files(&built, one);
    expect_text(&built, "a", text);
    built_index_remove(&built);
}

#define LIST(name, values) "\"\"" name "\"\": [" values "]"
#define VALUE(text) "\"\"" text "\"\""

static void extended_features_stand_apart(void **state)
{
    (void)state;
    expect_features("{" LIST("plain", VALUE("a/b")) ", " LIST("dep:x", VALUE("y")) "}",
                    "\"features\":{\"dep:x\":[\"y\"],\"plain\":[\"a/b\"]}", false);
    expect_features("{" LIST("one", VALUE("other") ", " VALUE("dep:x")) ", " LIST("other", "") "}",
                    "\"features\":{\"other\":[]},\"features2\":{\"one\":[\"other\",\"dep:x\"]}",
                    true);
    expect_features("{" LIST("weak", VALUE("x?/std")) "}",
                    "\"features\":{},\"features2\":{\"weak\":[\"x?/std\"]}", true);
    /* Those that enable an extended one follow it, however far away they are and in whatever
       order. */
    expect_features("{" LIST("a", VALUE("b")) ", " LIST("b", VALUE("c")) ", " LIST(
                        "c", VALUE("dep:x")) ", " LIST("d", VALUE("e")) ", " LIST("e", "") "}",
                    "\"features\":{\"d\":[\"e\"],\"e\":[]},"
                    "\"features2\":{\"a\":[\"b\"],\"b\":[\"c\"],\"c\":[\"dep:x\"]}",
                    true);
    expect_features("{" LIST("z", VALUE("dep:x")) ", " LIST("a", VALUE("z")) "}",
                    "\"features\":{},\"features2\":{\"a\":[\"z\"],\"z\":[\"dep:x\"]}", true);
    /* Escapes and what is not ASCII. */
    expect_features("{" LIST("\xc3\xa4\\\\", VALUE("\\\"\"")) "}",
                    "\"features\":{\"\xc3\xa4\\\\\":[\"\\\"\"]}", false);
}

static void paths_are_lower_case(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *path;
    } cases[] = {
        {"a", "1/a"},           {"A", "1/a"},
        {"Ab", "2/ab"},         {"abC", "3/a/abc"},
        {"abcd", "ab/cd/abcd"}, {"Inflector", "in/fl/inflector"},
        {"a-b_", "a-/b_/a-b_"}, {"serde_json", "se/rd/serde_json"},
    };
    char path[SPARSE_INDEX_PATH_SIZE];
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        size_t length = sparse_index_path(cases[i].name, strlen(cases[i].name), path);
        assert_string_equal(path, cases[i].path);
        assert_int_equal(length, strlen(path));
    }
    char longest[INDEX_MAX_NAME_BYTES];
    memset(longest, 'N', sizeof longest);
    assert_int_equal(sparse_index_path(longest, sizeof longest, path), SPARSE_INDEX_PATH_SIZE - 1);
}

static void damage_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *change;
        const char *fault;
        int read; /* what sparse_index_read gives */
    } cases[] = {
        {"UPDATE sparse_index SET zstd = substr(zstd, 1, length(zstd) - 1) WHERE rank = 1",
         "damaged", -1},
        {"UPDATE sparse_index SET zstd = substr(zstd, 1, 20) || x'00' || substr(zstd, 22)"
         " WHERE rank = 1",
         "damaged", -1},
        {"UPDATE sparse_index SET size = size + 1 WHERE rank = 1", "wrong size", -1},
        {"UPDATE sparse_index SET size = -1 WHERE rank = 1", "wrong size", -1},
        {"UPDATE sparse_index SET size = 1 << 40 WHERE rank = 1", "wrong size", -1},
        {"UPDATE sparse_index SET zstd = x'' WHERE rank = 1", "wrong size", -1},
        {"DELETE FROM sparse_index WHERE rank = 1", "does not fit", 0},
        {"UPDATE sparse_index SET (size, zstd) = (SELECT size, zstd FROM sparse_index other"
         " WHERE other.rank = 2) WHERE rank = 1",
         "does not fit", 1},
        {"INSERT INTO sparse_index VALUES(1000000, 0, 1, x'00')", "no crate", 1},
    };
    struct built_index built;
    struct error error = {.message = ""};
    char path[FOLDER_PATH_SIZE];
    size_t size;
    built_index_make(&built, SAMPLE_DUMP);
    assert_int_equal(index_verify(built.path, NULL, NULL, &error), 0);
    char *whole = file_read(built.path, &size);
    folder_join(path, built.folder, "changed.cdx");
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int64_t last_modified;
        msgpack_sbuffer out;
        file_write(path, whole, size);
        sql_change(path, cases[i].change);
        struct index *index = index_open(path, &error);
        assert_non_null(index);
        struct index_reader *reader = index_reader_open(index, &error);
        assert_non_null(reader);
        msgpack_sbuffer_init(&out);
        assert_int_equal(sparse_index_read(reader, 1, &out, &last_modified, &error), cases[i].read);
        assert_true(cases[i].read == 1 || out.size == 0);
        msgpack_sbuffer_destroy(&out);
        assert_int_equal(index_verify(path, NULL, NULL, &error), -1);
        if (strstr(error.message, cases[i].fault) == NULL)
            fail_msg("%s: %s", cases[i].change, error.message);
        index_reader_close(reader);
        index_close(index);
    }
    free(whole);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_those_of_the_registry),
        cmocka_unit_test(features_that_are_none_are_left_out),
        cmocka_unit_test(the_newest_change_dates_a_text),
        cmocka_unit_test(extended_features_stand_apart),
        cmocka_unit_test(paths_are_lower_case),
        cmocka_unit_test(damage_is_found),
    };
    return cmocka_run_group_tests_name("sparse_index", tests, NULL, NULL);
}
