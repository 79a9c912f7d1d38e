/* Temporary files: what a process that was killed left behind goes with the next one, and
   nothing else does. */
#define _GNU_SOURCE /* asprintf */
#include "index/base/temporary_file.h"

#include "tests/support/folder.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NAME "crates.cdx"

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static void create(struct temporary_file *file, const char *folder, const char *name)
{
    if (temporary_file_create(file, folder, name) != 0)
        fail_msg("%s", strerror(errno));
}

/* A process that makes a file and waits to be killed. Returns its id, and the file's path, which
   the caller frees. */
static pid_t start_writer(const char *folder, char **path)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct temporary_file file;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (temporary_file_create(&file, folder, NAME) != 0 ||
            write(ends[1], file.path, strlen(file.path)) < 0)
            _exit(1);
        close(ends[0]);
        close(ends[1]);
        for (;;)
            pause();
    }
    close(ends[1]);
    char text[2 * FOLDER_PATH_SIZE] = "";
    size_t length = 0;
    ssize_t n;
    while ((n = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)n;
    close(ends[0]);
    assert_true(length > 0);
    *path = strdup(text);
    return pid;
}

static void kill_writer(pid_t pid)
{
    int status;
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void what_a_killed_process_left_goes_with_the_next_one(void **state)
{
    const char *folder = *state;
    char *first;
    char *second;
    char *living;
    pid_t pid = start_writer(folder, &first);
    pid_t other = start_writer(folder, &second);
    /* Both live: neither file goes. */
    pid_t third = start_writer(folder, &living);
    assert_int_equal(folder_count(folder), 3);
    kill_writer(pid);
    kill_writer(other);
    assert_int_equal(folder_count(folder), 3);

    struct temporary_file file;
    create(&file, folder, NAME);
    assert_false(exists(first));
    assert_false(exists(second));
    assert_true(exists(living));
    assert_true(exists(file.path));
    temporary_file_close(&file);
    kill_writer(third);
    create(&file, folder, NAME);
    temporary_file_close(&file);
    assert_int_equal(folder_count(folder), 0);
    free(first);
    free(second);
    free(living);
}

/* Names that ours might have, on files that are not ours, and what one left behind is copied to. */
static void files_of_others_stay(void **state)
{
    const char *folder = *state;
    static const char *const names[] = {
        ".crates.cdx.backup", ".crates.cdx.Ab12Cd", /* unmarked: rsync's, or somebody's copy */
        ".crates.cdx.Ab12C",  ".crates.cdx.Ab12Cde", ".crates.cdx.Ab12-d",
        "crates.cdx.Ab12Cd",  ".others.cdx.Ab12Cd",  ".crates.cdxAb12Cd.x",
    };
    size_t n = sizeof names / sizeof names[0];
    char path[FOLDER_PATH_SIZE];
    for (size_t i = 0; i < n; i++) {
        file_write(folder_join(path, folder, names[i]), "x", 1);
        /* All but the first two are marked. */
        assert_int_equal(chmod(path, i < 2 ? 0600 : 01600), 0);
    }
    char target[FOLDER_PATH_SIZE];
    folder_join(target, folder, "target");
    file_write(target, "x", 1);
    assert_int_equal(chmod(target, 01600), 0);
    assert_int_equal(symlink(target, folder_join(path, folder, ".crates.cdx.symlnk")), 0);
    assert_int_equal(mkdir(folder_join(path, folder, ".crates.cdx.folder"), 01700), 0);
    assert_int_equal(mkfifo(folder_join(path, folder, ".crates.cdx.afifo1"), 01600), 0);
    size_t n_foreign = n + 4;
    if (geteuid() == 0) {
        file_write(folder_join(path, folder, ".crates.cdx.nobody"), "x", 1);
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_int_equal(chmod(path, 01600), 0);
        n_foreign++;
    }
    struct temporary_file file;
    create(&file, folder, NAME);
    assert_int_equal(folder_count(folder), n_foreign + 1);
    temporary_file_close(&file);
    assert_int_equal(folder_count(folder), n_foreign);
}

static void a_finished_file_is_as_any_other(void **state)
{
    const char *folder = *state;
    char path[FOLDER_PATH_SIZE];
    struct temporary_file file;
    struct stat status;
    create(&file, folder, NAME);
    assert_int_equal(stat(file.path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 01600);
    char *temporary = strdup(file.path);
    assert_int_equal(write(file.descriptor, "abc", 3), 3);
    assert_int_equal(temporary_file_replace(&file, folder_join(path, folder, NAME), 0640), 0);
    assert_false(exists(temporary));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(status.st_size, 3);
    temporary_file_close(&file);
    assert_int_equal(folder_count(folder), 1);
    free(temporary);
}

static void make(const char *folder, const char *path, const char *content,
                 int give_name(struct temporary_file *, const char *, mode_t))
{
    struct temporary_file file;
    create(&file, folder, NAME);
    assert_int_equal(write(file.descriptor, content, strlen(content)), strlen(content));
    assert_int_equal(give_name(&file, path, 0640), 0);
    temporary_file_close(&file);
}

static void expect_content(const char *path, const char *expected)
{
    size_t size;
    char *content = file_read(path, &size);
    assert_string_equal(content, expected);
    free(content);
}

/* A file that has the name is replaced, or stays; either way one remains. */
static void one_of_two_of_a_name_remains(void **state)
{
    const char *folder = *state;
    char path[FOLDER_PATH_SIZE];
    struct stat status;
    folder_join(path, folder, NAME);
    make(folder, path, "first", temporary_file_add);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    make(folder, path, "second", temporary_file_add);
    expect_content(path, "first");
    make(folder, path, "third", temporary_file_replace);
    expect_content(path, "third");
    assert_int_equal(folder_count(folder), 1);
}

/* A name that a folder has is an error of the one way, and nothing is left of the file. */
static void a_name_that_cannot_be_given_is_an_error(void **state)
{
    const char *folder = *state;
    char path[FOLDER_PATH_SIZE];
    struct temporary_file file;
    assert_int_equal(mkdir(folder_join(path, folder, NAME), 0700), 0);
    create(&file, folder, NAME);
    assert_int_equal(temporary_file_replace(&file, path, 0640), -1);
    assert_int_equal(errno, EISDIR);
    assert_non_null(file.path);
    temporary_file_close(&file);
    assert_int_equal(folder_count(folder), 1);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    char path[FOLDER_PATH_SIZE];
    struct temporary_file file;
    folder_join(path, *state, "missing");
    assert_int_equal(temporary_file_create(&file, path, NAME), -1);
    assert_int_equal(errno, ENOENT);
    assert_null(file.path);
    temporary_file_close(&file);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_a_killed_process_left_goes_with_the_next_one),
        IN_FOLDER(files_of_others_stay),
        IN_FOLDER(a_finished_file_is_as_any_other),
        IN_FOLDER(one_of_two_of_a_name_remains),
        IN_FOLDER(a_name_that_cannot_be_given_is_an_error),
        IN_FOLDER(a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests_name("temporary_file", tests, NULL, NULL);
}
