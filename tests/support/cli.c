/* Runs of cratedex-index, and what every failure of it must look like. */
#include "tests/support/cli.h"

#include "tests/support/small_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void cli_run(struct program_run *run, const char *const *arguments)
{
    struct program_options options = {.arguments = arguments};
    program_run(&options, run);
}

void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

size_t count_lines(const char *text)
{
    size_t n_lines = 0;
    for (; *text != '\0'; text++)
        n_lines += *text == '\n';
    return n_lines;
}

void assert_message(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || strchr(text, '\n') != text + length - 1)
        fail_msg("not one line:\n%s", text);
    if (strncmp(text, PROGRAM ": ", strlen(PROGRAM ": ")) != 0)
        fail_msg("not a message of the program: %s", text);
}

void assert_failed(const struct program_run *run, int status)
{
    if (run->status != status || run->was_killed)
        fail_msg("status %d, and:\n%s%s", run->status, run->out, run->error_out);
    assert_message(run->error_out);
    assert_string_equal(run->out, "");
}

int cli_make_index(void **state)
{
    struct cli_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    char dump[FOLDER_PATH_SIZE];
    struct program_run run;
    folder_make(fixture->folder);
    folder_join(fixture->index, fixture->folder, "small.cdx");
    folder_make(dump);
    small_dump_write(dump, 0);
    cli_run(&run, ARGUMENTS("build", dump, "-o", fixture->index, "--quiet"));
    if (run.status != 0)
        print_message("%s", run.error_out);
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "");
    assert_string_equal(run.error_out, "");
    program_run_free(&run);
    folder_remove(dump);
    *state = fixture;
    return 0;
}

int cli_remove_index(void **state)
{
    struct cli_fixture *fixture = *state;
    folder_remove(fixture->folder);
    free(fixture);
    return 0;
}
