/* What the tests of cratedex-index share. */
#ifndef CRATEDEX_TESTS_SUPPORT_CLI_H
#define CRATEDEX_TESTS_SUPPORT_CLI_H

#include "tests/support/folder.h"
#include "tests/support/program.h"

#include <stddef.h>

#define PROGRAM "cratedex-index"

/* The command line of a run, for program_options. */
#define ARGUMENTS(...) ((const char *const[]){PROGRAM, __VA_ARGS__, NULL})

/* A folder with an index of the small dump, for tests that only read it. */
struct cli_fixture {
    char folder[FOLDER_PATH_SIZE];
    char index[FOLDER_PATH_SIZE];
};

/* For cmocka's group: builds the index with the program, and removes it. */
int cli_make_index(void **state);
int cli_remove_index(void **state);

/* Runs the program with pipes. */
void cli_run(struct program_run *run, const char *const *arguments);

size_t count_lines(const char *text);

/* These fail the test and show the text. */
void assert_contains(const char *text, const char *part);
/* Exactly one line, which starts with the program's name. */
void assert_message(const char *text);
/* Nothing on standard output, one message on standard error, and this exit status. */
void assert_failed(const struct program_run *run, int status);

#endif
