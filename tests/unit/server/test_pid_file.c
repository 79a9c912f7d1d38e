/* A PID file belongs to its server as long as that runs, and to nobody from then on. */
#include "server/pid_file.h"

#include "tests/support/folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define N_RACES 50
#define N_RACERS 6

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

static void expect_refused(const char *path, const char *said)
{
    struct error error = {0};
    assert_null(pid_file_create(path, &error));
    if (strstr(error.message, said) == NULL)
        fail_msg("\"%s\" is not in: %s", said, error.message);
}

static void expect_text(const char *path, const char *expected)
{
    size_t size;
    char *text = file_read(path, &size);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(text, expected, size);
    free(text);
}

/* Such as the index, or somebody's notes; at the path, and where it would be written first. */
static void leaves_what_is_no_pid_file_alone(void **state)
{
    static const char *const texts[] = {
        "notes\n",
        "12",
        "12 \n",
        "12\n13\n",
        "\n",
        "-1\n",
        "1234567890123456789012345678901234567890\n",
    };
    static const char *const ends[] = {"", PID_FILE_BESIDE};
    char path[FOLDER_PATH_SIZE];
    char other[2 * FOLDER_PATH_SIZE];
    struct error error;
    pid_path(path, state);
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        snprintf(other, sizeof other, "%s%s", path, ends[k]);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            file_write(other, texts[i], strlen(texts[i]));
            assert_int_equal(pid_file_check(other, &error), -1);
            expect_refused(path, "is no PID file");
            expect_text(other, texts[i]);
        }
        assert_int_equal(folder_count(*state), 1);
        file_write(other, "", 0);
        struct pid_file *file = pid_file_create(path, &error);
        assert_non_null(file);
        expect_number(path, getpid());
        pid_file_remove(file);
        assert_int_equal(folder_count(*state), 0);
    }
}

/* Which has locked the file that it writes, and written its number. */
static void says_that_another_is_starting(void **state)
{
    char path[FOLDER_PATH_SIZE];
    char beside[2 * FOLDER_PATH_SIZE];
    snprintf(beside, sizeof beside, "%s" PID_FILE_BESIDE, pid_path(path, state));
    file_write(beside, "12\n", 3);
    int descriptor = open(beside, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(descriptor, LOCK_EX), 0);
    expect_refused(path, "another server is starting with the PID file");
    expect_number(beside, 12);
    close(descriptor);
}

/* Its status says whether it got the file; if so it ends behind the others. */
static void run_one_of_many(const char *path, const int go[2], const int all_done[2])
{
    char byte;
    struct error error;
    close(go[1]);
    close(all_done[1]);
    if (read(go[0], &byte, 1) != 0)
        _exit(3);
    if (pid_file_create(path, &error) == NULL)
        _exit(strstr(error.message, "another server is starting") != NULL ||
                      strstr(error.message, "a server that runs") != NULL
                  ? 1
                  : 2);
    _exit(read(all_done[0], &byte, 1) == 0 ? 0 : 3);
}

/* Starts them and lets them go at once. One alone gets the file, and ends last. */
static void race(const char *path, int n)
{
    int go[2];
    int all_done[2];
    int status;
    pid_t winner = 0;
    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(all_done), 0);
    for (int i = 0; i < n; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            run_one_of_many(path, go, all_done);
    }
    close(go[1]);
    for (int i = 0; i < n; i++) {
        if (i == n - 1)
            close(all_done[1]);
        pid_t pid = wait(&status);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), i < n - 1 ? 1 : 0);
        winner = pid;
    }
    expect_number(path, winner); /* which has left it behind */
    close(go[0]);
    close(all_done[0]);
}

static void is_one_servers_of_many_that_start_at_once(void **state)
{
    char path[FOLDER_PATH_SIZE];
    pid_path(path, state);
    for (int i = 0; i < N_RACES; i++)
        race(path, N_RACERS);
    assert_int_equal(folder_count(*state), 1);
}

static void says_why_it_cannot_be(void **state)
{
    char path[FOLDER_PATH_SIZE];
    char below[2 * FOLDER_PATH_SIZE];
    pid_path(path, state);
    snprintf(below, sizeof below, "%s/server.pid", path);
    expect_refused(below, "cannot write the PID file");
    expect_refused(below, "No such file or directory");
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refused(path, "is no ordinary file");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(path, "is no ordinary file");
    unlink(path);
    assert_int_equal(folder_count(*state), 0);
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
        cmocka_unit_test_setup_teardown(leaves_what_is_no_pid_file_alone, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(says_that_another_is_starting, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(is_one_servers_of_many_that_start_at_once, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(says_why_it_cannot_be, folder_setup, folder_teardown),
    };
    return cmocka_run_group_tests_name("pid file", tests, NULL, NULL);
}
