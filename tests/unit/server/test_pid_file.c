/* A PID file belongs to its server as long as that runs, and to nobody from then on. */
#include "server/pid_file.h"

#include "tests/support/folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *pid_path(char path[FOLDER_PATH_SIZE], void **state)
{
    return folder_join(path, *state, "server.pid");
}

static void expect_number(const char *path, long expected)
{
    size_t size;
    char line[32];
    char *text = file_read(path, &size);
    snprintf(line, sizeof line, "%ld\n", expected);
    assert_string_equal(text, line);
    free(text);
}

static void says_the_number_as_long_as_it_is_there(void **state)
{
    char path[FOLDER_PATH_SIZE];
    struct error error;
    struct pid_file *file = pid_file_create(pid_path(path, state), &error);
    assert_non_null(file);
    expect_number(path, getpid());
    assert_int_equal(folder_count(*state), 1);
    pid_file_remove(file);
    assert_int_equal(folder_count(*state), 0);
}

static void refuses_that_of_a_server_that_runs(void **state)
{
    char path[FOLDER_PATH_SIZE];
    char said[64];
    struct error error;
    struct pid_file *file = pid_file_create(pid_path(path, state), &error);
    assert_non_null(file);
    snprintf(said, sizeof said, "a server that runs, process %ld:", (long)getpid());
    assert_int_equal(pid_file_check(path, &error), -1);
    assert_non_null(strstr(error.message, said));
    assert_null(pid_file_create(path, &error));
    assert_non_null(strstr(error.message, said));
    expect_number(path, getpid());
    pid_file_remove(file);
    assert_int_equal(pid_file_check(path, &error), 0);
}

/* Killed, a server leaves its file behind; its number may be another's by now, such as ours. */
static void replaces_what_was_left_behind(void **state)
{
    char path[FOLDER_PATH_SIZE];
    int status;
    struct error error;
    pid_path(path, state);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (pid_file_create(path, &error) != NULL)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    expect_number(path, pid);
    char text[32];
    snprintf(text, sizeof text, "%ld\n", (long)getppid());
    file_write(path, text, strlen(text));
    struct pid_file *file = pid_file_create(path, &error);
    assert_non_null(file);
    expect_number(path, getpid());
    pid_file_remove(file);
}

static void removes_no_file_but_its_own(void **state)
{
    char path[FOLDER_PATH_SIZE];
    struct error error;
    struct pid_file *file = pid_file_create(pid_path(path, state), &error);
    assert_non_null(file);
    assert_int_equal(unlink(path), 0);
    file_write(path, "1\n", 2);
    pid_file_remove(file);
    expect_number(path, 1);
    unlink(path);
}

static void says_why_it_cannot_be(void **state)
{
    char path[FOLDER_PATH_SIZE];
    char below[2 * FOLDER_PATH_SIZE];
    struct error error;
    pid_path(path, state);
    snprintf(below, sizeof below, "%s/server.pid", path);
    assert_null(pid_file_create(below, &error));
    assert_non_null(strstr(error.message, "cannot write the PID file"));
    assert_non_null(strstr(error.message, "No such file or directory"));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_null(pid_file_create(path, &error));
    assert_non_null(strstr(error.message, "is no ordinary file"));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(pid_file_create(path, &error));
    assert_non_null(strstr(error.message, "is no ordinary file"));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(says_the_number_as_long_as_it_is_there, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(refuses_that_of_a_server_that_runs, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(replaces_what_was_left_behind, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(removes_no_file_but_its_own, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(says_why_it_cannot_be, folder_setup, folder_teardown),
    };
    return cmocka_run_group_tests_name("pid file", tests, NULL, NULL);
}
