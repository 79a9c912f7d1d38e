/* Everything that can be wrong with a dump: the error is one line that names the file, the row and
   the column where there is one; what stood at OUT stays; nothing is left beside it. What can be
   mended or skipped instead is in test_build_warnings.c; what can be wrong with OUT, in
   test_build_file.c. */
#include "tests/support/build_folders.h"
#include "tests/support/built_index.h"

#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char old_content[] = "what was there before";

/* Builds twice, with and without something at OUT, and expects both to fail alike. `says` are parts
   of the message, up to a NULL. */
static void expect_failure(struct build_folders *fixture, struct build_options options,
                           const char *const *says)
{
    options.out_path = fixture->out;
    for (int is_there = 0; is_there < 2; is_there++) {
        struct error error = {.message = ""};
        if (is_there)
            file_write(fixture->out, old_content, strlen(old_content));
        if (index_build(&options, &fixture->report, &error) != -1)
            fail_msg("the build of %s does not fail; \"%s\" was to be said", options.dump_path,
                     says[0]);
        if (strlen(error.message) == 0 || strpbrk(error.message, "\n\r\033") != NULL)
            fail_msg("the error is no line: %s", error.message);
        for (const char *const *part = says; *part != NULL; part++) {
            if (strstr(error.message, *part) == NULL)
                fail_msg("\"%s\" does not say \"%s\"", error.message, *part);
        }
        assert_int_equal(folder_count(fixture->folder), is_there);
    }
    size_t size;
    char *content = file_read(fixture->out, &size);
    assert_int_equal(size, strlen(old_content));
    assert_memory_equal(content, old_content, size);
    free(content);
    assert_int_equal(remove(fixture->out), 0);
}

static void expect_bad_dump(struct build_folders *fixture, const struct dump_file *files,
                            const char *const *says)
{
    char *dump = dump_write_folder(fixture->dumps, "dump", files);
    expect_failure(fixture, (struct build_options){.dump_path = dump}, says);
    folder_remove(dump);
    free(dump);
}

#define DAY "2020-01-01"
#define CRATE(id, name) id "," name "," DAY "," DAY ",,,,\n"
#define VERSION(id, crate_id) id "," crate_id ",1.0.0," DAY ",f,0," DAY "\n"

#define TIME BUILT_TIME("2026-11-01T02:00:00Z")
#define CRATES(rows) BUILT_TABLE("crates", CRATES_COLUMNS "\n" rows)
#define VERSIONS(rows) BUILT_TABLE("versions", VERSIONS_COLUMNS "\n" rows)
#define GOOD_CRATES CRATES(CRATE("1", "a") CRATE("2", "b"))
#define GOOD_VERSIONS VERSIONS(VERSION("1", "1"))
#define TABLE(name, text) BUILT_TABLE(name, text)

/* A dump, and parts of what is said of it. */
struct bad_dump {
    struct dump_file files[6];
    const char *says[4];
};

static const struct bad_dump bad_dumps[] = {
    /* Tables and columns that are missing. */
    {{TIME, GOOD_VERSIONS}, {"data/crates.csv", "is it a crates.io database dump?"}},
    {{TIME, GOOD_CRATES}, {"data/versions.csv", "is it a crates.io database dump?"}},
    {{TIME, TABLE("crates", "id,name,created_at,description,homepage,documentation,repository\n"),
      GOOD_VERSIONS},
     {"crates.csv", "updated_at"}},
    {{TIME, GOOD_CRATES, TABLE("versions", "id,crate_id,num,created_at,updated_at,downloads\n")},
     {"versions.csv", "yanked"}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS, TABLE("keywords", "keyword\n")}, {"keywords.csv", "id"}},
    {{TIME, TABLE("crates", ""), GOOD_VERSIONS}, {"data/crates.csv", "empty"}},
    {{TIME, TABLE("crates", "id," CRATES_COLUMNS "\n"), GOOD_VERSIONS}, {"crates.csv", "id"}},
    /* Rows of a wrong shape. */
    {{TIME, CRATES(CRATE("1", "a") "2,b\n"), GOOD_VERSIONS}, {"data/crates.csv: row 3"}},
    {{TIME, CRATES("1,a," DAY "," DAY ",,,,,more\n"), GOOD_VERSIONS}, {"crates.csv: row 2"}},
    {{TIME, CRATES(CRATE("1", "a") "2,\"b," DAY "\n3,c\n"), GOOD_VERSIONS},
     {"data/crates.csv", "row 3", "quote"}},
    {{TIME, CRATES("1,a\"b," DAY "," DAY ",,,,\n"), GOOD_VERSIONS}, {"crates.csv: row 2", "quote"}},
    /* Values that do not parse. */
    {{TIME, CRATES(CRATE("1", "a") CRATE("two", "b")), GOOD_VERSIONS},
     {"data/crates.csv: row 3, column id", "two"}},
    {{TIME, CRATES(CRATE("9223372036854775808", "a")), GOOD_VERSIONS},
     {"crates.csv: row 2, column id", "9223372036854775808"}},
    {{TIME, CRATES(CRATE("", "a")), GOOD_VERSIONS}, {"row 2, column id", "missing"}},
    {{TIME, CRATES("1,a,yesterday," DAY ",,,,\n"), GOOD_VERSIONS},
     {"row 2, column created_at", "yesterday"}},
    {{TIME, CRATES("1,a," DAY ",2020-02-30 00:00:00+00,,,,\n"), GOOD_VERSIONS},
     {"row 2, column updated_at", "2020-02-30"}},
    {{TIME, CRATES(CRATE("1", "\"\"")), GOOD_VERSIONS}, {"row 2, column name", "1 to 255 bytes"}},
    {{TIME, GOOD_CRATES, VERSIONS("1,1,1.0.0," DAY ",true,0," DAY "\n")},
     {"versions.csv: row 2, column yanked", "true"}},
    {{TIME, GOOD_CRATES, VERSIONS("1,1,," DAY ",f,0," DAY "\n")}, {"row 2, column num", "missing"}},
    {{TIME, GOOD_CRATES,
      TABLE("versions", VERSIONS_COLUMNS ",tar_sha256\n1,1,1.0.0," DAY ",f,0," DAY ",\\x0g\n")},
     {"versions.csv: row 2, column tar_sha256", "not hexadecimal"}},
    {{TIME, GOOD_CRATES,
      TABLE("versions", VERSIONS_COLUMNS ",checksum\n1,1,1.0.0," DAY ",f,0," DAY ",abc\n")},
     {"versions.csv: row 2, column checksum", "not hexadecimal"}},
    {{TIME, GOOD_CRATES,
      TABLE("versions", VERSIONS_COLUMNS ",keywords\n1,1,1.0.0," DAY ",f,0," DAY ",{a\n")},
     {"versions.csv: row 2, column keywords", "{a"}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS,
      TABLE("version_downloads", "version_id,date,downloads\n1,2026-10-31 00:00:00,5\n")},
     {"version_downloads.csv: row 2, column date", "not a date"}},
    /* The same thing twice: the key that repeats an earlier row's is blamed. */
    {{TIME, CRATES(CRATE("1", "a") CRATE("1", "b")), GOOD_VERSIONS},
     {"data/crates.csv: row 3, column id: occurs twice in the table: \"1\""}},
    {{TIME, CRATES(CRATE("1", "a") CRATE("2", "a")), GOOD_VERSIONS},
     {"data/crates.csv: row 3, column name: occurs twice in the table: \"a\""}},
    {{TIME, GOOD_CRATES, VERSIONS(VERSION("1", "1") VERSION("1", "2"))},
     {"data/versions.csv: row 3, column id: occurs twice"}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS,
      TABLE("keywords",
            "id,keyword,crates_cnt,created_at\n1,x,1," DAY "\n2,y,1," DAY "\n3,x,1," DAY "\n")},
     {"keywords.csv: row 4, column keyword: occurs twice in the table: \"x\""}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS,
      TABLE("categories", "id,category,slug,description,crates_cnt,created_at\n"
                          "1,X,x,y,1," DAY "\n2,X,x,y,1," DAY "\n")},
     {"categories.csv: row 3, column slug: occurs twice in the table: \"x\""}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS, TABLE("teams", "login,id\na,1\nb,1\n")},
     {"teams.csv: row 3, column id: occurs twice"}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS,
      TABLE("version_downloads", "version_id,date,downloads\n1," DAY ",5\n1," DAY ",6\n")},
     {"version_downloads.csv: row 3, columns version_id and date: occur twice in the table: "
      "\"1\", \"" DAY "\""}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS, TABLE("crate_downloads", "crate_id,downloads\n1,5\n1,5\n")},
     {"crate_downloads.csv: row 3, column crate_id: occurs twice"}},
    {{TIME, GOOD_CRATES, GOOD_VERSIONS,
      TABLE("crate_owners", "crate_id,owner_id,owner_kind\n1,5,0\n1,5,1\n1,5,0\n")},
     {"crate_owners.csv: row 4, columns crate_id, owner_kind and owner_id: occur twice",
      "\"1\", \"0\", \"5\""}},
    {{TIME,
      GOOD_CRATES,
      GOOD_VERSIONS,
      {.path = "2020-01-01/data/crates.csv", .content = CRATES_COLUMNS "\n"}},
     {"2026-11-01-020000/data/crates.csv", "2020-01-01/data/crates.csv"}},
    /* metadata.json. */
    {{{.path = "d/metadata.json", .content = "{\"timestamp\": "}, GOOD_CRATES, GOOD_VERSIONS},
     {"metadata.json: line 1"}},
    {{{.path = "d/metadata.json", .content = ""}, GOOD_CRATES, GOOD_VERSIONS}, {"metadata.json"}},
    {{{.path = "d/metadata.json", .content = "[]"}, GOOD_CRATES, GOOD_VERSIONS},
     {"metadata.json", "\"timestamp\""}},
    {{{.path = "d/metadata.json", .content = "{\"timestamp\": 12}"}, GOOD_CRATES, GOOD_VERSIONS},
     {"metadata.json", "\"timestamp\""}},
    {{BUILT_TIME("2026-13-01T00:00:00Z"), GOOD_CRATES, GOOD_VERSIONS},
     {"metadata.json", "\"timestamp\""}},
};

static void bad_tables(void **state)
{
    for (size_t i = 0; i < sizeof bad_dumps / sizeof *bad_dumps; i++)
        expect_bad_dump(*state, bad_dumps[i].files, bad_dumps[i].says);
}

/* What no string of C holds: a NUL byte, a name and metadata that are too long. */
static void bad_bytes(void **state)
{
    struct build_folders *fixture = *state;
    static const struct dump_file files[] = {TIME, GOOD_CRATES, GOOD_VERSIONS, BUILT_END};
    char path[FOLDER_PATH_SIZE];
    char *dump = dump_write_folder(fixture->dumps, "dump", files);
    static const char with_nul[] = CRATES_COLUMNS "\n1,a," DAY "," DAY ",\"x\0y\",,,\n";
    file_write(folder_join(path, dump, "2026-11-01-020000/data/crates.csv"), with_nul,
               sizeof with_nul - 1);
    expect_failure(fixture, (struct build_options){.dump_path = dump},
                   (const char *const[]){"data/crates.csv: row 2", "NUL", NULL});
    char long_name[1024];
    int length =
        snprintf(long_name, sizeof long_name, CRATES_COLUMNS "\n1,%0256d," DAY "," DAY ",,,,\n", 0);
    file_write(path, long_name, (size_t)length);
    expect_failure(fixture, (struct build_options){.dump_path = dump},
                   (const char *const[]){"crates.csv: row 2, column name", "255", NULL});
    file_write(path, CRATES_COLUMNS "\n", strlen(CRATES_COLUMNS "\n"));
    char *metadata = calloc(1, 100000);
    assert_non_null(metadata);
    memset(metadata, ' ', 99999);
    file_write(folder_join(path, dump, "2026-11-01-020000/metadata.json"), metadata, 99999);
    expect_failure(fixture, (struct build_options){.dump_path = dump},
                   (const char *const[]){"metadata.json is larger than", NULL});
    free(metadata);
    folder_remove(dump);
    free(dump);
}

static void no_dump(void **state)
{
    struct build_folders *fixture = *state;
    char path[FOLDER_PATH_SIZE];
    folder_join(path, fixture->dumps, "missing.tar.gz");
    expect_failure(fixture, (struct build_options){.dump_path = path},
                   (const char *const[]){path, "No such file", NULL});
    folder_join(path, fixture->dumps, "text.tar.gz");
    file_write(path, "This is no archive.\n", 20);
    expect_failure(fixture, (struct build_options){.dump_path = path},
                   (const char *const[]){path, NULL});
    file_write(path, "", 0);
    expect_failure(fixture, (struct build_options){.dump_path = path},
                   (const char *const[]){path, NULL});
    folder_join(path, fixture->dumps, "empty");
    assert_int_equal(mkdir(path, 0755), 0);
    expect_failure(fixture, (struct build_options){.dump_path = path},
                   (const char *const[]){path, "data/crates.csv", NULL});
    folder_remove(path);
}

static const struct dump_file good_dump[] = {
    TIME,
    GOOD_CRATES,
    GOOD_VERSIONS,
    TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,web,1," DAY "\n"),
    TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n"),
    BUILT_END,
};

static void archives_that_are_cut_short(void **state)
{
    struct build_folders *fixture = *state;
    static const char *const kinds[] = {"tar.gz", "zip", "tar"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t size;
        char *dump = dump_write_archive(fixture->dumps, kinds[i], good_dump);
        char *bytes = file_read(dump, &size);
        for (size_t cut = 0; cut < size; cut += 1 + size / 23) {
            file_write(dump, bytes, cut);
            expect_failure(fixture, (struct build_options){.dump_path = dump},
                           (const char *const[]){dump, NULL});
        }
        free(bytes);
        free(dump);
    }
}

/* A limit on what is unpacked, whatever the size of the archive. */
static void archive_bombs(void **state)
{
    struct build_folders *fixture = *state;
    enum { BOMB_BYTES = 8 << 20 };
    char *description = malloc(BOMB_BYTES + 1);
    char *crates = malloc(BOMB_BYTES + 1024);
    assert_true(description != NULL && crates != NULL);
    memset(description, 'a', BOMB_BYTES);
    description[BOMB_BYTES] = '\0';
    snprintf(crates, BOMB_BYTES + 1024, CRATES_COLUMNS "\n1,a," DAY "," DAY ",%s,,,\n",
             description);
    const struct dump_file files[] = {TIME, BUILT_TABLE("crates", crates), GOOD_VERSIONS,
                                      BUILT_END};
    static const char *const kinds[] = {"tar.gz", "zip"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t size;
        char *dump = dump_write_archive(fixture->dumps, kinds[i], files);
        free(file_read(dump, &size));
        assert_in_range(size, 1, 100000);
        expect_failure(fixture,
                       (struct build_options){.dump_path = dump, .max_dump_bytes = 1 << 20},
                       (const char *const[]){dump, "1048576", NULL});
        struct build_options options = {
            .dump_path = dump, .out_path = fixture->out, .max_dump_bytes = 2 * BOMB_BYTES};
        assert_int_equal(index_build(&options, &fixture->report, NULL), 0);
        assert_int_equal(remove(fixture->out), 0);
        free(dump);
    }
    free(description);
    free(crates);
}

static void names_that_lead_elsewhere(void **state)
{
    struct build_folders *fixture = *state;
    static const struct dump_file tricks[] = {
        {.path = "../data/crates.csv", .content = CRATES_COLUMNS "\n"},
        {.path = "a/../../data/crates.csv", .content = CRATES_COLUMNS "\n"},
        {.path = "/data/crates.csv", .content = CRATES_COLUMNS "\n"},
        {.path = "d/data/crates.csv", .kind = AE_IFLNK, .link = "/etc/passwd"},
        {.path = "d/data/crates.csv", .kind = AE_IFREG, .link = "d/metadata.json"},
        {.path = "d/data/pipe.csv", .kind = AE_IFIFO},
        {.path = "d/data/crates\n.csv", .content = CRATES_COLUMNS "\n"},
    };
    for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++) {
        const struct dump_file files[] = {TIME, GOOD_VERSIONS, tricks[i], BUILT_END};
        char *dump = dump_write_archive(fixture->dumps, "tar.gz", files);
        expect_failure(fixture, (struct build_options){.dump_path = dump},
                       (const char *const[]){dump, NULL});
        free(dump);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bad_tables, build_folders_make, build_folders_remove),
        cmocka_unit_test_setup_teardown(bad_bytes, build_folders_make, build_folders_remove),
        cmocka_unit_test_setup_teardown(no_dump, build_folders_make, build_folders_remove),
        cmocka_unit_test_setup_teardown(archives_that_are_cut_short, build_folders_make,
                                        build_folders_remove),
        cmocka_unit_test_setup_teardown(archive_bombs, build_folders_make, build_folders_remove),
        cmocka_unit_test_setup_teardown(names_that_lead_elsewhere, build_folders_make,
                                        build_folders_remove),
    };
    return cmocka_run_group_tests_name("build_bad_input", tests, NULL, NULL);
}
