/* Dumps: archives of every kind written by libarchive into a temporary folder, folders, and what is
   refused in them. Damage to archives is the business of test_dump_damage.c. */
#include "index/dump/dump.h"

#include "index/dump/dump_name.h"
#include "tests/support/dump_files.h"
#include "tests/support/folder.h"

#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- Archives ---- */

static const char typical_listing[] = DUMP_LINE("2020-11-27-020000/metadata.json", "metadata", "{}")
    DUMP_LINE("2020-11-27-020000/data/crates.csv", "table crates", "id,name\n1,serde\n")
        DUMP_LINE("2020-11-27-020000/data/empty.csv", "table empty", "")
            DUMP_LINE("2020-11-27-020000/data/categories.csv", "table categories", "id\n");

static void test_every_kind(void **state)
{
    const char *folder = *state;
    for (size_t i = 0; i < N_ARCHIVE_KINDS; i++) {
        char *path = dump_write_archive(folder, archive_kinds[i], dump_typical);
        dump_expect(path, typical_listing);
        unlink(path);
        free(path);
    }
}

static void test_member_names(void **state)
{
    static const struct dump_file files[] = {
        {.path = "./metadata.json", .content = "{}"},
        {.path = "./data/./a.csv", .content = "1"},
        {.path = "data//b.csv", .content = "2"},
        {.path = "some/where/deep/data/c.csv", .content = "3"},
        {.path = "d.csv", .content = "4"},
        {.path = "x/e.csv", .content = "no"},
        {.path = "data/.csv", .content = "no"},
        {.path = "data/f.csv.gz", .content = "no"},
        {.path = "database/g.csv", .content = "no"},
        {.path = "data/h.CSV", .content = "no"},
        {.path = "data/metadata.json", .content = "no"},
        {.path = "a/b/metadata.json", .content = "no"},
        {.path = "..a/b..c/...", .content = "no"},
        {.path = "\xC3\xA4/data/\xC3\xB6.csv", .content = "5"},
        {.path = NULL},
    };
    static const char listing[] = DUMP_LINE("./metadata.json", "metadata", "{}")
        DUMP_LINE("./data/./a.csv", "table a", "1") DUMP_LINE("data//b.csv", "table b", "2")
            DUMP_LINE("some/where/deep/data/c.csv", "table c", "3")
                DUMP_LINE("d.csv", "table d", "4")
                    DUMP_LINE("\xC3\xA4/data/\xC3\xB6.csv", "table \xC3\xB6", "5");
    static const char *const kinds[] = {"tar.gz", "gnutar.gz", "pax.gz"};
    for (size_t i = 0; i < 3; i++) {
        char *path = dump_write_archive(*state, kinds[i], files);
        dump_expect(path, listing);
        free(path);
    }
}

static void test_refused_names(void **state)
{
    static const struct {
        const char *path;
        const char *error;
    } examples[] = {
        {"/data/crates.csv", "the member \"/data/crates.csv\" is refused: its name is absolute"},
        {"/etc/passwd", "the member \"/etc/passwd\" is refused: its name is absolute"},
        {"../data/x.csv", "the member \"../data/x.csv\" is refused: its name contains \"..\""},
        {"a/../data/x.csv", "the member \"a/../data/x.csv\" is refused: its name contains \"..\""},
        {"a/..", "the member \"a/..\" is refused: its name contains \"..\""},
        {"data/a\nb.csv",
         "the member \"data/a\\nb.csv\" is refused: its name has a control character"},
        {"a\x1b[2J", "the member \"a\\x1b[2J\" is refused: its name has a control character"},
    };
    static const char *const kinds[] = {"tar.gz", "zip"};
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        for (size_t j = 0; j < 2; j++) {
            const struct dump_file files[] = {{.path = "data/crates.csv", .content = "id\n"},
                                              {.path = examples[i].path, .content = "x"},
                                              {.path = NULL}};
            char *path = dump_write_archive(*state, kinds[j], files);
            dump_expect_error(path, 0, examples[i].error);
            free(path);
        }
    }
}

static void test_refused_kinds(void **state)
{
    static const struct {
        struct dump_file file;
        const char *error;
    } examples[] = {
        {{.path = "data/a.csv", .kind = AE_IFLNK, .link = "/etc/passwd"},
         "the member \"data/a.csv\" is refused: it is a symbolic link"},
        {{.path = "b", .kind = AE_IFLNK, .link = "c"},
         "the member \"b\" is refused: it is a symbolic link"},
        {{.path = "data/a.csv", .link = "data/crates.csv"},
         "the member \"data/a.csv\" is refused: it is a hard link"},
        {{.path = "data/a.csv", .kind = AE_IFIFO},
         "the member \"data/a.csv\" is refused: it is a device or another special file"},
        {{.path = "data/a.csv", .kind = AE_IFCHR},
         "the member \"data/a.csv\" is refused: it is a device or another special file"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct dump_file files[] = {
            {.path = "data/crates.csv", .content = "id\n"}, examples[i].file, {.path = NULL}};
        char *path = dump_write_archive(*state, "tar.gz", files);
        dump_expect_error(path, 0, examples[i].error);
        free(path);
    }
    const struct dump_file zipped[] = {examples[0].file, {.path = NULL}};
    char *path = dump_write_archive(*state, "zip", zipped);
    dump_expect_error(path, 0, examples[0].error);
    free(path);
}

/* A table has no holes; one would be a cheap way to a large file. */
static void test_sparse(void **state)
{
    char *content = calloc(1, 100001);
    assert_non_null(content);
    memset(content, 'x', 100000);
    struct dump_file files[] = {{.path = "data/a.csv", .content = content}, {.path = NULL}};
    files[0].hole = 65536;
    files[0].hole_at = 512;
    char *path = dump_write_archive(*state, "pax.gz", files);
    dump_expect_error(path, 0, "data/a.csv is a sparse file, which no table is");
    free(path);
    files[0].hole = 100000 - 512;
    path = dump_write_archive(*state, "pax.gz", files);
    dump_expect_error(path, 0, "data/a.csv has 512 bytes where the archive says 100000");
    free(path);
    free(content);
}

static void test_same_table_twice(void **state)
{
    static const struct dump_file tables[] = {
        {.path = "2020-11-27/data/crates.csv", .content = "id\n"},
        {.path = "2020-11-28/data/crates.csv", .content = "id\n"},
        {.path = NULL}};
    static const struct dump_file metadata[] = {{.path = "2020-11-27/metadata.json", .content = ""},
                                                {.path = "metadata.json", .content = ""},
                                                {.path = NULL}};
    static const char twice[] = "holds the same file twice, as %s and as %s: a dump is the folder "
                                "of one date";
    char expected[256];
    snprintf(expected, sizeof expected, twice, tables[0].path, tables[1].path);
    static const char *const kinds[] = {"tar.gz", "zip"};
    for (size_t i = 0; i < 2; i++) {
        char *path = dump_write_archive(*state, kinds[i], tables);
        dump_expect_error(path, 0, expected);
        free(path);
    }
    char *path = dump_write_folder(*state, "twice", tables);
    dump_expect_error(path, 0, expected);
    free(path);
    path = dump_write_archive(*state, "tar.gz", metadata);
    snprintf(expected, sizeof expected, twice, metadata[0].path, metadata[1].path);
    dump_expect_error(path, 0, expected);
    free(path);
}

static void test_too_many_tables(void **state)
{
    struct dump_file *files = calloc(DUMP_MAX_TABLES + 2, sizeof *files);
    assert_non_null(files);
    for (size_t i = 0; i <= DUMP_MAX_TABLES; i++) {
        char name[32];
        snprintf(name, sizeof name, "data/t%zu.csv", i);
        files[i] = (struct dump_file){.path = strdup(name), .content = ""};
        assert_non_null(files[i].path);
    }
    char *path = dump_write_archive(*state, "tar.gz", files);
    dump_expect_error(path, 0, "holds more than 1000 tables");
    free(path);
    for (size_t i = 0; i <= DUMP_MAX_TABLES; i++)
        free((char *)files[i].path);
    free(files);
}

/* ---- The bound on unpacked bytes ---- */

static void test_bound(void **state)
{
    static const size_t size = 3000000;
    char *zeros = calloc(1, size + 1);
    assert_non_null(zeros);
    memset(zeros, 'x', size);
    const struct dump_file table[] = {{.path = "data/crates.csv", .content = zeros},
                                      {.path = NULL}};
    const struct dump_file skipped[] = {{.path = "data/a.csv", .content = "id\n"},
                                        {.path = "big", .content = zeros},
                                        {.path = NULL}};
    static const char message[] =
        "unpacks to more than 2999999 bytes; raise --max-dump-bytes if that is right";
    for (size_t i = 0; i < N_ARCHIVE_KINDS; i++) {
        char *path = dump_write_archive(*state, archive_kinds[i], table);
        dump_expect_error(path, size - 1, message);
        char *listing = dump_list(path, size + 10240); /* a tar's blocks */
        assert_null(strchr(listing, '!'));
        assert_int_equal(strlen(listing),
                         size + strlen(DUMP_LINE("data/crates.csv", "table crates", "")));
        free(listing);
        free(path);
    }
    /* A member that is no data counts where it must be unpacked to be passed. */
    char *path = dump_write_archive(*state, "tar.gz", skipped);
    dump_expect_error(path, size - 1, message);
    free(path);
    path = dump_write_archive(*state, "zip", skipped);
    char *listing = dump_list(path, 3);
    assert_string_equal(listing, DUMP_LINE("data/a.csv", "table a", "id\n"));
    free(listing);
    dump_expect_error(path, 2,
                      "unpacks to more than 2 bytes; raise --max-dump-bytes if that is right");
    free(path);
    path = dump_write_folder(*state, "bound", table);
    dump_expect_error(path, size - 1, message);
    listing = dump_list(path, size);
    assert_null(strchr(listing, '!'));
    free(listing);
    free(path);
    free(zeros);
}

/* ---- Progress, and members that are not read to their end ---- */

static void test_progress_and_skipping(void **state)
{
    static char content[1000001];
    unsigned random = 1;
    for (size_t i = 0; i < sizeof content - 1; i++) {
        random = random * 1664525 + 1013904223;
        content[i] = (char)('a' + (random >> 24) % 26);
    }
    const struct dump_file files[] = {{.path = "data/a.csv", .content = content},
                                      {.path = "data/b.csv", .content = content},
                                      {.path = "data/c.csv", .content = content},
                                      {.path = NULL}};
    static const char *const kinds[] = {"tar.gz", "tar.zst", "tar", "zip", "folder"};
    for (size_t i = 0; i < 5; i++) {
        char *path = i == 4 ? dump_write_folder(*state, "progress", files)
                            : dump_write_archive(*state, kinds[i], files);
        struct error error;
        struct dump *dump = dump_open(path, 0, &error);
        struct dump_member member;
        assert_non_null(dump);
        uint64_t total = dump_bytes_total(dump);
        struct stat status;
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(total, i == 4 ? 3000000 : (uint64_t)status.st_size);
        uint64_t done = dump_bytes_done(dump);
        const void *bytes;
        size_t size;
        assert_int_equal(dump_read(dump, &bytes, &size, &error), 0); /* no member yet */
        for (int j = 0; j < 3; j++) {
            assert_int_equal(dump_next(dump, &member, &error), 1);
            assert_string_equal(member.path, files[j].path);
            if (j == 1)
                continue;
            assert_int_equal(dump_read(dump, &bytes, &size, &error), 1);
            assert_memory_equal(bytes, content, size);
            if (j == 0)
                continue;
            size_t n_read = size;
            while (dump_read(dump, &bytes, &size, &error) == 1) {
                assert_memory_equal(bytes, content + n_read, size);
                n_read += size;
                assert_true(dump_bytes_done(dump) >= done);
                done = dump_bytes_done(dump);
                assert_true(done <= total);
            }
            assert_int_equal(n_read, sizeof content - 1);
            assert_int_equal(dump_read(dump, &bytes, &size, &error), 0);
        }
        assert_int_equal(dump_next(dump, &member, &error), 0);
        assert_int_equal(dump_read(dump, &bytes, &size, &error), 0);
        if (i < 3)
            assert_int_equal(dump_bytes_done(dump), total);
        assert_true(done > (i == 4 ? 0 : total / 2));
        dump_close(dump);
        free(path);
    }
    dump_close(NULL);
}

static void test_no_dump(void **state)
{
    char path[FOLDER_PATH_SIZE];
    folder_join(path, *state, "missing.tar.gz");
    dump_expect_error(path, 0, "No such file or directory");
    dump_expect_error("/dev/null", 0, "is neither a file nor a folder");
    folder_join(path, *state, "text");
    file_write(path, "id,name\n1,serde\n", 16);
    dump_expect_error(path, 0, "is no tar or zip archive, or it is cut short");
    file_write(path, "", 0);
    dump_expect_error(path, 0, "the file is empty");
    file_write(path, "PK\3\4 but no zip", 15);
    dump_expect_error(
        path, 0, "the archive is cut short: the directory at the end of a zip file is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_member_names),
        cmocka_unit_test(test_refused_names),
        cmocka_unit_test(test_refused_kinds),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_same_table_twice),
        cmocka_unit_test(test_too_many_tables),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_progress_and_skipping),
        cmocka_unit_test(test_no_dump),
    };
    return cmocka_run_group_tests_name("dump", tests, dump_make_folder, dump_remove_folder);
}
