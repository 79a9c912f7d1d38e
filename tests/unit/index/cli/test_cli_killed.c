/* Builds that are killed: the next build of the same index removes what they left, but never
   what a living one writes. */
#include "tests/support/cli.h"
#include "tests/support/small_dump.h"
#include "tests/support/test_server.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Enough that a build is still running when its first output has been read. */
#define N_MANY 20000

struct fixture {
    char small[FOLDER_PATH_SIZE]; /* dumps */
    char large[FOLDER_PATH_SIZE];
    char folder[FOLDER_PATH_SIZE];
    char out[FOLDER_PATH_SIZE];
    char temporary[FOLDER_PATH_SIZE]; /* TMPDIR of the builds */
};

static int make_folders(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    folder_make(fixture->small);
    small_dump_write(fixture->small, 0);
    folder_make(fixture->large);
    small_dump_write(fixture->large, N_MANY);
    folder_make(fixture->folder);
    folder_join(fixture->out, fixture->folder, "out.cdx");
    folder_make(fixture->temporary);
    /* SQLite's own temporary files are to be seen, too. */
    assert_int_equal(setenv("TMPDIR", fixture->temporary, 1), 0);
    *state = fixture;
    return 0;
}

static int remove_folders(void **state)
{
    struct fixture *fixture = *state;
    unsetenv("TMPDIR");
    folder_remove(fixture->small);
    folder_remove(fixture->large);
    folder_remove(fixture->folder);
    folder_remove(fixture->temporary);
    free(fixture);
    return 0;
}

/* Starts a build of the large dump and stops it where its file is begun, which the first line of
   its progress tells. */
static pid_t start_and_stop(const struct fixture *fixture)
{
    char program[1024];
    test_build_path(program, PROGRAM);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        execl(program, program, "build", fixture->large, "-o", fixture->out, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    int status;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    /* The rest of its progress is lost: it must not end by SIGPIPE, which a build ignores. */
    close(ends[0]);
    return pid;
}

static void build_small(const struct fixture *fixture)
{
    struct program_run run;
    cli_run(&run, ARGUMENTS("build", fixture->small, "-o", fixture->out, "-q", "--allow-shrink"));
    if (run.status != 0)
        fail_msg("%s", run.error_out);
    program_run_free(&run);
}

static void the_next_build_removes_what_a_killed_one_left(void **state)
{
    const struct fixture *fixture = *state;
    for (int i = 0; i < 2; i++) {
        struct program_options options = {
            .arguments = ARGUMENTS("build", fixture->large, "-o", fixture->out),
            .signal_number = SIGKILL,
        };
        struct program_run run;
        program_run(&options, &run);
        assert_true(run.was_killed);
        program_run_free(&run);
        /* The second one removes what the first left, before it is killed, too. */
        assert_int_equal(folder_count(fixture->folder), 1);
    }
    build_small(fixture);
    assert_int_equal(folder_count(fixture->folder), 1);
    assert_int_equal(access(fixture->out, R_OK), 0);
    assert_int_equal(folder_count(fixture->temporary), 0);
}

static void the_file_of_a_living_build_stays(void **state)
{
    const struct fixture *fixture = *state;
    pid_t living = start_and_stop(fixture);
    build_small(fixture);
    assert_int_equal(folder_count(fixture->folder), 2);
    int status;
    assert_int_equal(kill(living, SIGCONT), 0);
    assert_int_equal(waitpid(living, &status, 0), living);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(folder_count(fixture->folder), 1);
    struct program_run run;
    cli_run(&run, ARGUMENTS("verify", fixture->out));
    assert_int_equal(run.status, 0);
    program_run_free(&run);

    /* And goes when that is killed. */
    living = start_and_stop(fixture);
    assert_int_equal(kill(living, SIGKILL), 0);
    assert_int_equal(waitpid(living, &status, 0), living);
    assert_int_equal(folder_count(fixture->folder), 2);
    build_small(fixture);
    assert_int_equal(folder_count(fixture->folder), 1);
}

#define IN_FOLDERS(test) cmocka_unit_test_setup_teardown(test, make_folders, remove_folders)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDERS(the_next_build_removes_what_a_killed_one_left),
        IN_FOLDERS(the_file_of_a_living_build_stays),
    };
    return cmocka_run_group_tests_name("cli killed", tests, NULL, NULL);
}
