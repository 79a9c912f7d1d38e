/* A file is cut or overwritten while a command reads it: the command fails with a message. */
#include "tests/support/cli.h"
#include "tests/support/test_server.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Starts `verify --verbose` of a file, whose standard error goes to another; what it prints is to
   be read. */
static FILE *start_verify(const char *program, const char *path, const char *said, pid_t *pid)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *pid = fork();
    assert_true(*pid >= 0);
    if (*pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(program, program, "verify", "--verbose", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    assert_non_null(output);
    return output;
}

/* Cuts the file to a size when `verify` has printed that many lines. */
static void cut_while_verified(const char *folder, unsigned n_lines, size_t size)
{
    char program[1024];
    char path[FOLDER_PATH_SIZE];
    char said[FOLDER_PATH_SIZE];
    char line[1024];
    size_t whole;
    char *bytes = file_read(test_index(), &whole);
    file_write(folder_join(path, folder, "cut.cdx"), bytes, whole);
    free(bytes);
    pid_t pid;
    FILE *output = start_verify(test_build_path(program, PROGRAM), path,
                                folder_join(said, folder, "said"), &pid);
    for (unsigned i = 0; i < n_lines; i++)
        assert_non_null(fgets(line, sizeof line, output));
    assert_int_equal(truncate(path, (off_t)size), 0);
    while (fgets(line, sizeof line, output) != NULL)
        assert_null(strstr(line, ": ok"));
    fclose(output);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    bytes = file_read(said, &whole);
    assert_message(bytes);
    free(bytes);
}

static void fails_in_words(void **state)
{
    for (unsigned n_lines = 1; n_lines <= 10; n_lines += 3) {
        cut_while_verified(*state, n_lines, 0);
        cut_while_verified(*state, n_lines, 1000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fails_in_words, folder_setup, folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
