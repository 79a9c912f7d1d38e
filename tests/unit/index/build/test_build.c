/* From a dump to a file: every table arrives, every kind of dump gives the same file, and the same
   dump gives the same bytes. Ranks, versions and documents have tests of their own beside this
   one. */
#include "tests/support/built_index.h"
#include "tests/support/index_parts.h"
#include "tests/support/sql.h"

#include <cratedex/index_format.h>
#include <cratedex/index_verify.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DATED "2026-11-01-020000"
#define MAX_FILES 32

/* The sample's members in memory, in the order of the folder. */
struct sample {
    struct dump_file files[MAX_FILES];
    size_t n_files;
};

static void read_member(struct sample *sample, const char *name)
{
    char path[FOLDER_PATH_SIZE];
    char member[FOLDER_PATH_SIZE];
    size_t size;
    assert_true(sample->n_files + 1 < MAX_FILES);
    folder_join(member, DATED, name);
    folder_join(path, SAMPLE_DUMP, member);
    char *content = file_read(path, &size);
    assert_int_equal(strlen(content), size);
    char *copy = strdup(member);
    assert_non_null(copy);
    sample->files[sample->n_files++] = (struct dump_file){.path = copy, .content = content};
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct dump_file *)left)->path, ((const struct dump_file *)right)->path);
}

static int read_sample(void **state)
{
    static struct sample sample;
    DIR *folder = opendir(SAMPLE_DUMP "/" DATED "/data");
    assert_non_null(folder);
    read_member(&sample, "metadata.json");
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[FOLDER_PATH_SIZE];
        if (strstr(entry->d_name, ".csv") != NULL)
            read_member(&sample, folder_join(name, "data", entry->d_name));
    }
    closedir(folder);
    qsort(sample.files, sample.n_files, sizeof *sample.files, by_path);
    sample.files[sample.n_files] = (struct dump_file)BUILT_END;
    *state = &sample;
    return 0;
}

static int free_sample(void **state)
{
    struct sample *sample = *state;
    for (size_t i = 0; i < sample->n_files; i++) {
        free((void *)sample->files[i].path);
        free((void *)sample->files[i].content);
    }
    return 0;
}

static void expect_same_bytes(const char *left_path, const char *right_path)
{
    size_t left_size;
    size_t right_size;
    char *left = file_read(left_path, &left_size);
    char *right = file_read(right_path, &right_size);
    assert_int_equal(left_size, right_size);
    assert_true(memcmp(left, right, left_size) == 0);
    free(left);
    free(right);
}

static void a_folder_and_every_archive_give_the_same_bytes(void **state)
{
    static const char *const kinds[] = {"tar.gz", "zip", "tar.zst"};
    const struct sample *sample = *state;
    struct built_index folder;
    built_index_make(&folder, SAMPLE_DUMP);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct built_index archive;
        char path[FOLDER_PATH_SIZE];
        folder_make(path);
        char *dump = dump_write_archive(path, kinds[i], sample->files);
        built_index_make(&archive, dump);
        expect_same_bytes(folder.path, archive.path);
        assert_string_equal(index_fingerprint(folder.index), index_fingerprint(archive.index));
        built_index_remove(&archive);
        free(dump);
        folder_remove(path);
    }
    built_index_remove(&folder);
}

static void the_same_dump_gives_the_same_bytes(void **state)
{
    (void)state;
    struct built_index first;
    struct built_index second;
    built_index_make(&first, SAMPLE_DUMP "/" DATED);
    built_index_make(&second, SAMPLE_DUMP "/" DATED);
    expect_same_bytes(first.path, second.path);
    assert_int_equal(folder_count(first.folder), 1);
    built_index_remove(&first);
    built_index_remove(&second);
}

static const char *const file_tables[] = {
    "crates",   "documents",       "pages",      "versions",          "dependencies",
    "keywords", "crates_keywords", "categories", "crates_categories", "version_downloads",
    "users",    "teams",           "meta",       "crate_owners",
};

/* Tables and metadata.json from the last to the first: nothing is looked up while reading. */
static void any_order_of_tables_gives_the_same_content(void **state)
{
    const struct sample *sample = *state;
    struct dump_file reversed[MAX_FILES];
    for (size_t i = 0; i < sample->n_files; i++)
        reversed[i] = sample->files[sample->n_files - 1 - i];
    reversed[sample->n_files] = (struct dump_file)BUILT_END;
    struct built_index forward;
    struct built_index backward;
    char path[FOLDER_PATH_SIZE];
    folder_make(path);
    char *dump = dump_write_archive(path, "tar", reversed);
    built_index_make(&forward, SAMPLE_DUMP);
    built_index_make(&backward, dump);
    for (size_t i = 0; i < N_FILE_PARTS; i++) {
        size_t forward_size;
        size_t backward_size;
        char *forward_part = part_read(forward.path, file_parts[i], &forward_size);
        char *backward_part = part_read(backward.path, file_parts[i], &backward_size);
        assert_int_equal(forward_size, backward_size);
        assert_memory_equal(forward_part, backward_part, forward_size);
        free(forward_part);
        free(backward_part);
    }
    for (size_t i = 0; i < sizeof file_tables / sizeof *file_tables; i++) {
        char query[64];
        snprintf(query, sizeof query, "SELECT * FROM %s ORDER BY 1, 2, 3", file_tables[i]);
        if (strcmp(file_tables[i], "meta") == 0 || strstr(file_tables[i], "crates_") != NULL)
            snprintf(query, sizeof query, "SELECT * FROM %s ORDER BY 1, 2", file_tables[i]);
        char *expected = sql_text(forward.path, query);
        sql_expect(backward.path, query, expected);
        free(expected);
    }
    built_index_remove(&forward);
    built_index_remove(&backward);
    free(dump);
    folder_remove(path);
}

/* The rows of data in a table of the sample, counted by its quotes: a record ends with a newline
   outside of them. */
static size_t count_records(const struct sample *sample, const char *table)
{
    char path[FOLDER_PATH_SIZE];
    snprintf(path, sizeof path, DATED "/data/%s.csv", table);
    for (size_t i = 0; i < sample->n_files; i++) {
        if (strcmp(sample->files[i].path, path) != 0)
            continue;
        size_t n_records = 0;
        unsigned n_quotes = 0;
        for (const char *c = sample->files[i].content; *c != '\0'; c++) {
            n_quotes += *c == '"';
            n_records += *c == '\n' && n_quotes % 2 == 0;
        }
        return n_records - 1;
    }
    fail_msg("the sample has no %s", path);
    return 0;
}

static void every_row_of_the_sample_arrives(void **state)
{
    static const struct {
        const char *table;
        const char *file;
    } tables[] = {
        {"crates", "crates"},
        {"documents", "crates"},
        {"crates_fts", "crates"},
        {"versions", "versions"},
        {"dependencies", "dependencies"},
        {"version_downloads", "version_downloads"},
        {"keywords", "keywords"},
        {"crates_keywords", "crates_keywords"},
        {"categories", "categories"},
        {"crates_categories", "crates_categories"},
        {"users", "users"},
        {"teams", "teams"},
        {"crate_owners", "crate_owners"},
    };
    struct built_index built;
    built_index_make(&built, SAMPLE_DUMP);
    assert_int_equal(built.report.n_warnings, 0);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char query[64];
        char expected[32];
        snprintf(query, sizeof query, "SELECT count(*) FROM %s", tables[i].table);
        snprintf(expected, sizeof expected, "%zu", count_records(*state, tables[i].file));
        sql_expect(built.path, query, expected);
        assert_string_not_equal(expected, "0");
    }
    for (unsigned i = 0; i < built.report.n_tables; i++)
        assert_int_equal(built.report.tables[i].n_rows,
                         count_records(*state, built.report.tables[i].name));
    assert_int_equal(built.report.n_tables, 15);
    sql_expect(built.path, "SELECT value FROM meta WHERE key = 'dump_timestamp'",
               "2026-11-01T02:00:00Z");
    sql_expect(built.path,
               "SELECT count(*) FROM meta WHERE key IN ('crates', 'versions', 'dependencies',"
               " 'keywords', 'categories', 'users', 'teams', 'generator')",
               "8");
    sql_expect(built.path,
               "SELECT value = (SELECT count(*) FROM versions) FROM meta WHERE key = 'versions'",
               "1");
    built_index_remove(&built);
}

static void the_report_says_what_was_done(void **state)
{
    (void)state;
    struct built_index built;
    built_index_make(&built, SAMPLE_DUMP);
    const struct build_report *report = &built.report;
    double seconds = 0;
    assert_in_range(report->n_phases, 10, BUILD_MAX_PHASES);
    for (unsigned i = 0; i < report->n_phases; i++) {
        assert_true(strlen(report->phases[i].name) > 0);
        assert_true(report->phases[i].seconds >= 0);
        seconds += report->phases[i].seconds;
    }
    assert_true(report->seconds > 0 && report->seconds < seconds + 1e-6);
    assert_true(report->seconds > seconds - 1e-6);
    assert_true(report->peak_memory_bytes > 1 << 20);
    size_t size;
    free(file_read(built.path, &size));
    assert_int_equal(report->file_bytes, size);
    built_index_remove(&built);
}

/* Every column of every table, the columns in another order than the export's, unknown columns and
   tables among them. */
static const struct dump_file full[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates",
                "trustpub_only,future,updated_at,repository,readme,name,homepage,documentation,"
                "description,created_at,id\n"
                "t,x,2020-11-27 02:00:00.123456+00,https://r,\"# R\n\"\"q\"\"\",a-b,https://h,"
                "https://d,\"D, \u00E9\",2019-02-03 04:05:06+00,7\n"
                "f,,2020-11-28 01:30:00.5+00,,,c,,,\"\",2020-11-27 23:30:00-02,9\n"),
    BUILT_TABLE("versions",
                "bin_names,categories,crate_id,crate_size,created_at,description,documentation,"
                "downloads,edition,features,has_lib,homepage,id,keywords,license,links,num,"
                "num_no_build,published_by,repository,rust_version,tar_sha256,updated_at,yanked,"
                "yank_message\n"
                "\"{one,\"\"t w\"\"}\",{},7,12345,2020-01-01 00:00:00+00,D,https://d,11,2021,"
                "\"{\"\"a\"\": [\"\"dep:b\"\"]}\",t,https://h,70,\"{k,NULL,\"\"a,b\"\"}\",MIT,z,"
                "1.2.3+b,1.2.3,5,https://r,1.70,\\xABcd,2020-01-02 00:00:00+00,t,broken\n"
                ",,7,,2020-01-01 00:00:00+00,,,0,,,,,71,,,,2.0.0,2.0.0,,,,,2020-01-01 00:00:00+00,"
                "f,\n"),
    BUILT_TABLE("dependencies",
                "crate_id,default_features,explicit_name,features,id,kind,optional,req,target,"
                "version_id\n9,t,other,\"{x,y}\",1,2,f,\">=1, <3\",cfg(unix),70\n"
                "7,f,,{},2,0,t,*,,71\n"),
    BUILT_TABLE("version_downloads", "date,downloads,version_id\n2026-10-30,6,70\n2026-10-31,4,70\n"
                                     "2026-10-31,3,71\n"),
    BUILT_TABLE("keywords", "crates_cnt,created_at,id,keyword\n1,2020-01-01 00:00:00+00,3,web\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n9,3\n"),
    BUILT_TABLE("categories", "category,crates_cnt,created_at,description,id,path,slug\n"
                              "Web,1,2020-01-01 00:00:00+00,W.,4,root.web,web\n"),
    BUILT_TABLE("crates_categories", "category_id,crate_id\n4,7\n"),
    BUILT_TABLE("users", "created_at,gh_avatar,gh_id,gh_login,id,name,username\n"
                         "2020-01-01 00:00:00+00,https://a,21,One,1,\"O \u00DF\",Uno\n"
                         ",,,two,2,,\n"),
    BUILT_TABLE("teams", "avatar,github_id,id,login,name,org_id\n,11,1,github:o:t,T,12\n"),
    BUILT_TABLE("crate_owners", "crate_id,created_at,created_by,owner_id,owner_kind\n"
                                "7,2020-01-01 00:00:00+00,1,1,0\n9,2020-01-01 00:00:00+00,,1,1\n"),
    BUILT_TABLE("crate_downloads", "crate_id,downloads\n7,1000\n9,5\n"),
    BUILT_TABLE("default_versions", "crate_id,num_versions,version_id\n7,2,71\n"),
    BUILT_TABLE("metadata", "total_downloads\n4321\n"),
    BUILT_TABLE("reserved_crate_names", "name\nstd\n"),
    BUILT_TABLE("some_future_table", "not even,a CSV \"file\n"),
    {.path = DATED "/README.md", .content = "what\n"},
    BUILT_END,
};

static void every_column_arrives(void **state)
{
    (void)state;
    struct built_index built;
    built_index_from_files(&built, full);
    /* a-b was downloaded of late, c was not, but a-b depends on it. */
    sql_expect(
        built.path,
        "SELECT rank, id, name, description, homepage, documentation, repository, created_at,"
        " updated_at, downloads, recent_downloads, dependents, num_versions, yanked,"
        " default_version, max_version, max_stable_version, newest_version, trustpub_only"
        " FROM crates",
        "1|9|c||NULL|NULL|NULL|2020-11-28T01:30:00Z|2020-11-28T01:30:00.500Z|5|NULL|1|0|0|"
        "NULL|NULL|NULL|NULL|0\n"
        "2|7|a-b|D, \u00E9|https://h|https://d|https://r|2019-02-03T04:05:06Z|"
        "2020-11-27T02:00:00.123456Z|1000|13|0|2|0|2.0.0|2.0.0|2.0.0|2.0.0|1");
    sql_expect(built.path, "SELECT * FROM versions",
               "70|7|1.2.3+b|2020-01-01T00:00:00Z|2020-01-02T00:00:00Z|11|1|broken|MIT|12345|abcd|"
               "{\"a\": [\"dep:b\"]}|z|1.70|2021|1|[\"one\",\"t w\"]|5|D|https://d|https://h|"
               "https://r|[\"k\",null,\"a,b\"]|[]\n"
               "71|7|2.0.0|2020-01-01T00:00:00Z|2020-01-01T00:00:00Z|0|0|NULL|NULL|NULL|NULL|"
               "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL");
    sql_expect(built.path, "SELECT * FROM dependencies",
               "1|70|9|>=1, <3|2|0|1|[\"x\",\"y\"]|cfg(unix)|other\n"
               "2|71|7|*|0|1|0|[]|NULL|NULL");
    sql_expect(built.path, "SELECT * FROM version_downloads",
               "70|2026-10-30|6\n70|2026-10-31|4\n71|2026-10-31|3");
    sql_expect(built.path, "SELECT * FROM keywords", "3|web|1|2020-01-01T00:00:00Z");
    sql_expect(built.path, "SELECT * FROM crates_keywords", "3|1");
    sql_expect(built.path, "SELECT * FROM categories", "4|Web|web|W.|1|2020-01-01T00:00:00Z|1");
    sql_expect(built.path, "SELECT * FROM crates_categories", "4|2");
    sql_expect(built.path, "SELECT * FROM users",
               "1|Uno|One|O \u00DF|https://a|2020-01-01T00:00:00Z|0\n"
               "2|two|two|NULL|NULL|NULL|1");
    sql_expect(built.path, "SELECT * FROM teams", "1|github:o:t|T|NULL|11|12");
    sql_expect(built.path, "SELECT * FROM crate_owners",
               "1|1|1|2020-01-01T00:00:00Z\n0|1|2|2020-01-01T00:00:00Z");
    sql_expect(built.path, "SELECT rowid FROM crates_fts WHERE crates_fts MATCH 'readme: q'", "2");
    sql_expect(built.path, "SELECT rowid FROM crates_fts WHERE crates_fts MATCH 'keywords: web'",
               "1");
    sql_expect(built.path, "PRAGMA application_id", "1128552497");
    char format[16];
    snprintf(format, sizeof format, "%d", INDEX_FORMAT_VERSION);
    sql_expect(built.path, "PRAGMA user_version", format);
    assert_int_equal(built.report.n_warnings, 0);
    struct error error = {.message = ""};
    if (index_verify(built.path, NULL, NULL, &error) != 0)
        fail_msg("%s", error.message);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_and_every_archive_give_the_same_bytes),
        cmocka_unit_test(the_same_dump_gives_the_same_bytes),
        cmocka_unit_test(any_order_of_tables_gives_the_same_content),
        cmocka_unit_test(every_row_of_the_sample_arrives),
        cmocka_unit_test(the_report_says_what_was_done),
        cmocka_unit_test(every_column_arrives),
    };
    return cmocka_run_group_tests_name("build", tests, read_sample, free_sample);
}
