/* A build that adds the downloads which servers counted: to what they are added, and which are
   not. */
#include "tests/support/build_folders.h"
#include "tests/support/built_index.h"
#include "tests/support/sql.h"

#include <cratedex/download_counts.h>
#include <cratedex/index_file.h>
#include <cratedex/index_verify.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST "0000000000000001"
#define SECOND "0000000000000002"

/* Two crates. The second is ahead; the first has downloads that a later end of the 90 days leaves
   out. */
static const struct dump_file some_dump[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one,2026-01-01,2026-01-01,,,,\n"
                                         "2,two,2026-01-01,2026-01-01,,,,\n"),
    BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,100\n2,200\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n11,1,1.0.0,2026-01-01,f,60,2026-01-01\n"
                                             "12,1,1.1.0,2026-01-01,f,40,2026-01-01\n"
                                             "21,2,1.0.0,2026-01-01,f,200,2026-01-01\n"),
    BUILT_TABLE("version_downloads", "version_id,date,downloads\n11,2026-08-20,7\n"
                                     "11,2026-10-31,5\n21,2026-10-31,20\n"),
    BUILT_TABLE("metadata", "total_downloads\n300\n"),
    BUILT_END,
};

#define DAYS_OF_ALL "SELECT version_id, date, downloads FROM version_downloads"
static const char days_of_dump[] = "11|2026-08-20|7\n11|2026-10-31|5\n21|2026-10-31|20";

struct count {
    int64_t version_id;
    unsigned downloads;
};

/* Writes a file of counted downloads as a server does; `counts` is by ascending id. */
static void write_counts(const char *folder, const char *day, const char *fingerprint,
                         const struct count *counts, uint32_t n_counts)
{
    int64_t ids[8];
    struct error error;
    struct download_counts_key key = {.version_ids = ids, .n_versions = n_counts};
    memcpy(key.day, day, sizeof key.day);
    memcpy(key.fingerprint, fingerprint, sizeof key.fingerprint);
    for (uint32_t i = 0; i < n_counts; i++)
        ids[i] = counts[i].version_id;
    struct download_counts *file = download_counts_open(folder, &key, &error);
    if (file == NULL)
        fail_msg("%s", error.message);
    for (uint32_t i = 0; i < n_counts; i++)
        for (unsigned j = 0; j < counts[i].downloads; j++)
            download_counts_add(file, i);
    download_counts_close(file);
}

static int build(struct build_folders *folders, const struct dump_file *files,
                 const char *const *paths, size_t n_paths, struct error *error)
{
    char *dump = dump_write_folder(folders->dumps, "dump", files);
    struct build_options options = {.dump_path = dump,
                                    .out_path = folders->out,
                                    .download_paths = paths,
                                    .n_download_paths = n_paths};
    int result = index_build(&options, &folders->report, error);
    folder_remove(dump);
    free(dump);
    return result;
}

/* Builds with all files of `counts`, a folder. */
static void build_with(struct build_folders *folders, const char *counts)
{
    struct error error;
    const char *const paths[] = {counts};
    if (build(folders, some_dump, paths, 1, &error) != 0)
        fail_msg("%s", error.message);
}

/* What the report says. */
static void expect_added(const struct build_folders *folders, unsigned n_added, unsigned n_files,
                         unsigned n_skipped)
{
    assert_true(folders->report.downloads.were_given);
    assert_int_equal(folders->report.downloads.n_added, n_added);
    assert_int_equal(folders->report.downloads.n_files, n_files);
    assert_int_equal(folders->report.downloads.n_skipped, n_skipped);
}

static void expect_day(const struct build_folders *folders, const char *day)
{
    struct error error;
    struct index *index = index_open(folders->out, &error);
    assert_non_null(index);
    assert_string_equal(index_downloads_day(index), day);
    index_close(index);
}

static void adds_to_every_sum(void **state)
{
    struct build_folders *folders = *state;
    char counts[FOLDER_PATH_SIZE];
    folder_make(counts);
    write_counts(counts, "2026-11-01", FIRST, (struct count[]){{11, 3}, {12, 0}, {21, 1}}, 3);
    write_counts(counts, "2026-11-02", FIRST, (struct count[]){{11, 0}, {12, 30}, {21, 0}}, 3);
    build_with(folders, counts);
    assert_int_equal(folders->report.n_warnings, 0);
    sql_expect(folders->out, DAYS_OF_ALL,
               "11|2026-08-20|7\n11|2026-10-31|5\n11|2026-11-01|3\n12|2026-11-02|30\n"
               "21|2026-10-31|20\n21|2026-11-01|1");
    sql_expect(folders->out, "SELECT id, downloads FROM versions", "11|63\n12|70\n21|201");
    sql_expect(folders->out, "SELECT name, downloads, recent_downloads FROM crates ORDER BY name",
               "one|133|45\ntwo|201|21");
    sql_expect(folders->out, "SELECT json_extract(json, '$.num_downloads') FROM pages", "334");
    sql_expect(folders->out,
               "SELECT json_extract(json, '$.downloads') FROM documents"
               " JOIN crates USING(rank) WHERE name = 'one'",
               "133");
    sql_expect(folders->out, "SELECT value FROM meta WHERE key = 'downloads_day'", "2026-11-02");
    expect_day(folders, "2026-11-02");
    expect_added(folders, 34, 2, 0);
    struct error error = {.message = ""};
    if (index_verify(folders->out, NULL, NULL, &error) != 0)
        fail_msg("%s", error.message);
    folder_remove(counts);
}

/* What was counted moves a crate up: the rank is by popularity. */
static void changes_the_order(void **state)
{
    struct build_folders *folders = *state;
    struct error error;
    char counts[FOLDER_PATH_SIZE];
    assert_int_equal(build(folders, some_dump, NULL, 0, &error), 0);
    assert_false(folders->report.downloads.were_given);
    sql_expect(folders->out, "SELECT name FROM crates ORDER BY rank", "two\none");
    expect_day(folders, "2026-11-01");
    sql_expect(folders->out, "SELECT * FROM meta WHERE key = 'downloads_day'", "");
    folder_make(counts);
    write_counts(counts, "2026-11-01", FIRST, (struct count[]){{12, 10}}, 1);
    build_with(folders, counts);
    sql_expect(folders->out, "SELECT name FROM crates ORDER BY rank", "one\ntwo");
    folder_remove(counts);
}

/* The 90 days end with the last counted one: the row of 20 August has left them. */
static void moves_the_ninety_days(void **state)
{
    struct build_folders *folders = *state;
    char counts[FOLDER_PATH_SIZE];
    folder_make(counts);
    write_counts(counts, "2026-11-17", FIRST, (struct count[]){{12, 1}}, 1);
    build_with(folders, counts);
    sql_expect(folders->out, "SELECT recent_downloads FROM crates WHERE name = 'one'", "13");
    write_counts(counts, "2026-11-18", FIRST, (struct count[]){{12, 1}}, 1);
    build_with(folders, counts);
    sql_expect(folders->out, "SELECT recent_downloads FROM crates WHERE name = 'one'", "7");
    folder_remove(counts);
}

/* A day that the dump has is not counted twice. */
static void skips_days_that_the_dump_has(void **state)
{
    struct build_folders *folders = *state;
    char counts[FOLDER_PATH_SIZE];
    char expected[1024];
    folder_make(counts);
    write_counts(counts, "2026-10-30", FIRST, (struct count[]){{11, 3}}, 1);
    write_counts(counts, "2026-10-31", FIRST, (struct count[]){{11, 3}}, 1);
    build_with(folders, counts);
    sql_expect(folders->out, DAYS_OF_ALL, days_of_dump);
    sql_expect(folders->out, "SELECT downloads FROM crates WHERE name = 'one'", "100");
    const struct build_warning *warning =
        built_index_warning(&folders->report, "counted downloads of a day that the dump has");
    assert_int_equal(warning->n_rows, 2);
    expect_added(folders, 0, 0, 2);
    snprintf(expected, sizeof expected,
             "%s/2026-10-30-" FIRST ".downloads: the dump has all up to 2026-10-31", counts);
    assert_string_equal(warning->example, expected);
    expect_day(folders, "2026-11-01");
    folder_remove(counts);
}

/* Without rows of days, the dump has all up to the day before its own. */
static void dates_a_dump_without_days(void **state)
{
    struct build_folders *folders = *state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS ",downloads\n1,one,2026-01-01,2026-01-01,,,,,100\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n11,1,1.0.0,2026-01-01,f,60,2026-01-01\n"),
        BUILT_END,
    };
    char counts[FOLDER_PATH_SIZE];
    struct error error;
    folder_make(counts);
    const char *const paths[] = {counts};
    write_counts(counts, "2026-10-31", FIRST, (struct count[]){{11, 3}}, 1);
    write_counts(counts, "2026-11-01", FIRST, (struct count[]){{11, 4}}, 1);
    assert_int_equal(build(folders, files, paths, 1, &error), 0);
    sql_expect(folders->out, DAYS_OF_ALL, "11|2026-11-01|4");
    sql_expect(folders->out, "SELECT downloads, recent_downloads FROM crates", "104|4");
    folder_remove(counts);
}

/* Files of several servers, or of several indexes of one, add up; the same one counts once. */
static void adds_files_up_and_none_twice(void **state)
{
    struct build_folders *folders = *state;
    char counts[FOLDER_PATH_SIZE];
    char file[FOLDER_PATH_SIZE];
    char other[FOLDER_PATH_SIZE];
    struct error error;
    folder_make(counts);
    write_counts(counts, "2026-11-01", FIRST, (struct count[]){{11, 3}, {21, 1}}, 2);
    write_counts(counts, "2026-11-01", SECOND, (struct count[]){{11, 4}}, 1);
    file_write(folder_join(other, counts, "README"), "not ours", 8);
    folder_join(file, counts, "2026-11-01-" FIRST ".downloads");
    const char *const paths[] = {file, counts, file};
    if (build(folders, some_dump, paths, 3, &error) != 0)
        fail_msg("%s", error.message);
    sql_expect(folders->out, DAYS_OF_ALL " WHERE date = '2026-11-01'",
               "11|2026-11-01|7\n21|2026-11-01|1");
    assert_int_equal(
        built_index_warning(&folders->report, "file of counted downloads that was")->n_rows, 2);
    folder_remove(counts);
}

/* A version that was deleted since, or is newer than the dump. */
static void reports_unknown_versions(void **state)
{
    struct build_folders *folders = *state;
    char counts[FOLDER_PATH_SIZE];
    char expected[1024];
    folder_make(counts);
    write_counts(counts, "2026-11-01", FIRST, (struct count[]){{10, 5}, {11, 2}, {13, 0}, {99, 6}},
                 4);
    build_with(folders, counts);
    sql_expect(folders->out, DAYS_OF_ALL " WHERE date = '2026-11-01'", "11|2026-11-01|2");
    sql_expect(folders->out, "SELECT json_extract(json, '$.num_downloads') FROM pages", "302");
    const struct build_warning *warning =
        built_index_warning(&folders->report, "counted downloads of an unknown version");
    assert_int_equal(warning->n_rows, 2);
    snprintf(expected, sizeof expected, "%s/2026-11-01-" FIRST ".downloads: version 10", counts);
    assert_string_equal(warning->example, expected);
    folder_remove(counts);
}

/* Nothing is built from a file that cannot be trusted. */
static void refuses_damaged_files(void **state)
{
    struct build_folders *folders = *state;
    char path[FOLDER_PATH_SIZE];
    char counts[FOLDER_PATH_SIZE];
    char expected[1024];
    struct error error;
    const char *const paths[] = {path};
    folder_make(counts);
    folder_join(path, counts, "2026-11-01-" FIRST ".downloads");
    assert_int_equal(build(folders, some_dump, paths, 1, &error), -1);
    snprintf(expected, sizeof expected, "%s: No such file or directory", path);
    assert_string_equal(error.message, expected);

    file_write(path, "short", 5);
    assert_int_equal(build(folders, some_dump, paths, 1, &error), -1);
    snprintf(expected, sizeof expected, "%s is not a file of counted downloads", path);
    assert_string_equal(error.message, expected);
    remove(path);

    write_counts(counts, "2026-11-01", FIRST, (struct count[]){{11, 3}}, 1);
    size_t size;
    char *bytes = file_read(path, &size);
    bytes[4096 + 7] = 1; /* the counter's last byte */
    file_write(path, bytes, size);
    free(bytes);
    assert_int_equal(build(folders, some_dump, paths, 1, &error), -1);
    snprintf(expected, sizeof expected,
             "%s is damaged: it counts 72057594037927939 downloads of version 11", path);
    assert_string_equal(error.message, expected);
    assert_int_equal(folder_count(folders->folder), 0);
    folder_remove(counts);
}

/* A wrong clock writes a day far ahead: it would end the 90 days, and all others would be old. */
static void skips_days_that_have_not_come(void **state)
{
    struct build_folders *folders = *state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one,2026-01-01,2026-01-01,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n11,1,1.0.0,2026-01-01,f,9,2026-01-01\n"),
        BUILT_TABLE("version_downloads", "version_id,date,downloads\n11,2026-10-31,5\n"
                                         "11,2026-11-02,3\n11,2026-11-03,1\n11,9998-01-01,1\n"),
        BUILT_END,
    };
    char counts[FOLDER_PATH_SIZE];
    struct error error;
    folder_make(counts);
    const char *const paths[] = {counts};
    write_counts(counts, "9998-01-01", FIRST, (struct count[]){{11, 4}}, 1);
    if (build(folders, files, paths, 1, &error) != 0)
        fail_msg("%s", error.message);
    /* The day after the dump's own is one that has begun somewhere. */
    sql_expect(folders->out, DAYS_OF_ALL, "11|2026-10-31|5\n11|2026-11-02|3");
    sql_expect(folders->out, "SELECT recent_downloads FROM crates", "5");
    expect_added(folders, 0, 0, 1);
    const struct build_warning *warning =
        built_index_warning(&folders->report, "downloads of a day that has not come, skipped");
    assert_int_equal(warning->n_rows, 2);
    built_index_warning(&folders->report, "counted downloads of a day that has not come, skipped");
    folder_remove(counts);
}

/* Sums end where 64 bits end. */
static void stops_at_the_largest_sum(void **state)
{
    struct build_folders *folders = *state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one,2026-01-01,2026-01-01,,,,\n"),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,9223372036854775806\n"),
        BUILT_TABLE("versions",
                    VERSIONS_COLUMNS "\n11,1,1.0.0,2026-01-01,f,9223372036854775807,2026-01-01\n"),
        BUILT_TABLE("metadata", "total_downloads\n9223372036854775807\n"),
        BUILT_END,
    };
    char counts[FOLDER_PATH_SIZE];
    struct error error;
    folder_make(counts);
    const char *const paths[] = {counts};
    write_counts(counts, "2026-11-01", FIRST, (struct count[]){{11, 4}}, 1);
    if (build(folders, files, paths, 1, &error) != 0)
        fail_msg("%s", error.message);
    sql_expect(folders->out, "SELECT downloads, typeof(downloads) FROM versions",
               "9223372036854775807|integer");
    sql_expect(folders->out, "SELECT downloads, typeof(downloads) FROM crates",
               "9223372036854775807|integer");
    sql_expect(folders->out, "SELECT json_extract(json, '$.num_downloads') FROM pages",
               "9223372036854775807");
    folder_remove(counts);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, build_folders_make, build_folders_remove)
    const struct CMUnitTest tests[] = {
        TEST(adds_to_every_sum),         TEST(changes_the_order),
        TEST(moves_the_ninety_days),     TEST(skips_days_that_the_dump_has),
        TEST(dates_a_dump_without_days), TEST(adds_files_up_and_none_twice),
        TEST(reports_unknown_versions),  TEST(refuses_damaged_files),
        TEST(stops_at_the_largest_sum),  TEST(skips_days_that_have_not_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
