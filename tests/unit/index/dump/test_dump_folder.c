/* Unpacked folders as dumps: which folder may be named, what in it is data, and what is refused. */
#include "index/dump/dump.h"

#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/support/dump_files.h"
#include "tests/support/folder.h"

#include <cmocka.h>

static void test_folders(void **state)
{
    char *parent = dump_write_folder(*state, "folders", dump_typical);
    char dated[FOLDER_PATH_SIZE], data[FOLDER_PATH_SIZE], link[FOLDER_PATH_SIZE];
    folder_join(dated, parent, "2020-11-27-020000");
    folder_join(data, dated, "data");
    /* Sorted by path, and relative to the folder that was named. */
    dump_expect(parent, DUMP_LINE("2020-11-27-020000/data/categories.csv", "table categories",
                                  "id\n") DUMP_LINE("2020-11-27-020000/data/crates.csv",
                                                    "table crates", "id,name\n1,serde\n")
                            DUMP_LINE("2020-11-27-020000/data/empty.csv", "table empty", "")
                                DUMP_LINE("2020-11-27-020000/metadata.json", "metadata", "{}"));
    dump_expect(dated, DUMP_LINE("data/categories.csv", "table categories", "id\n")
                           DUMP_LINE("data/crates.csv", "table crates", "id,name\n1,serde\n")
                               DUMP_LINE("data/empty.csv", "table empty", "")
                                   DUMP_LINE("metadata.json", "metadata", "{}")
                                       DUMP_LINE("schema.csv", "table schema", "x"));
    dump_expect(data, DUMP_LINE("categories.csv", "table categories", "id\n")
                          DUMP_LINE("crates.csv", "table crates", "id,name\n1,serde\n")
                              DUMP_LINE("empty.csv", "table empty", ""));
    /* The folder itself may be a link; a link beside the dated folder is not another dump; hidden
       and deeper folders are none at all. */
    folder_join(link, *state, "link");
    assert_int_equal(symlink(data, link), 0);
    dump_expect(link, DUMP_LINE("categories.csv", "table categories", "id\n")
                          DUMP_LINE("crates.csv", "table crates", "id,name\n1,serde\n")
                              DUMP_LINE("empty.csv", "table empty", ""));
    folder_join(link, parent, "latest");
    assert_int_equal(symlink("2020-11-27-020000", link), 0);
    static const struct dump_file others[] = {
        {.path = ".git/data/crates.csv", .content = "x"},
        {.path = ".crates.csv", .content = "x"},
        {.path = "a/b/data/crates.csv", .content = "x"},
        {.path = "a/data/data/crates.csv", .content = "x"},
        {.path = "a/data/metadata.json", .content = "x"},
        {.path = "a/metadata.json", .content = "{}"},
        {.path = "a/x/metadata.json", .content = "x"},
        {.path = NULL},
    };
    char *other = dump_write_folder(parent, "other", others);
    dump_expect(other, DUMP_LINE("a/metadata.json", "metadata", "{}"));
    free(other);
    free(parent);
}

static void test_empty_folder(void **state)
{
    static const struct dump_file none[] = {{.path = NULL}};
    char *path = dump_write_folder(*state, "empty", none);
    dump_expect(path, "");
    free(path);
}

static void test_refused_in_folders(void **state)
{
    static const struct dump_file good[] = {{.path = "data/crates.csv", .content = "id\n"},
                                            {.path = NULL}};
    char *path = dump_write_folder(*state, "bad", good);
    char file[FOLDER_PATH_SIZE];
    folder_join(file, path, "data/users.csv");
    assert_int_equal(symlink("crates.csv", file), 0);
    dump_expect_error(path, 0, "data/users.csv is refused: it is a symbolic link");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkfifo(file, 0666), 0);
    dump_expect_error(path, 0, "data/users.csv is refused: it is no regular file");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkdir(file, 0777), 0);
    dump_expect_error(path, 0, "data/users.csv is refused: it is no regular file");
    assert_int_equal(rmdir(file), 0);
    folder_join(file, path, "data/a\nb.csv");
    file_write(file, "", 0);
    dump_expect_error(path, 0,
                      "the member \"data/a\\nb.csv\" is refused: its name has a control character");
    assert_int_equal(unlink(file), 0);

    /* What changes between the walk and the reading. */
    folder_join(file, path, "data/crates.csv");
    struct error error;
    struct dump_member member;
    struct dump *dump = dump_open(path, 0, &error);
    assert_non_null(dump);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(dump_next(dump, &member, &error), -1);
    assert_non_null(strstr(error.message, ": data/crates.csv: No such file or directory"));
    dump_close(dump);
    file_write(file, "", 0);
    dump = dump_open(path, 0, &error);
    assert_non_null(dump);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkfifo(file, 0666), 0);
    assert_int_equal(dump_next(dump, &member, &error), -1);
    assert_non_null(strstr(error.message, ": data/crates.csv is refused: it is no regular file"));
    dump_close(dump);
    assert_int_equal(unlink(file), 0);
    file_write(file, "", 0);
    dump = dump_open(path, 0, &error);
    assert_non_null(dump);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(symlink("/etc/passwd", file), 0);
    assert_int_equal(dump_next(dump, &member, &error), -1);
    dump_close(dump);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_empty_folder),
        cmocka_unit_test(test_refused_in_folders),
    };
    return cmocka_run_group_tests_name("dump_folder", tests, dump_make_folder, dump_remove_folder);
}
