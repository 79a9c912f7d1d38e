/* --help of both programs and of every command: it fits a terminal of 80 columns, ends with two
   examples, and the examples work. They are run by a shell, in the order of the commands, in a
   folder that has the sample dump under the name that they use. */
#include "tests/support/cli.h"
#include "tests/support/help_text.h"
#include "tests/support/test_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SERVER "cratedex-server"
#define MAX_HELPS 16

struct helps {
    char folder[FOLDER_PATH_SIZE];
    char commands[MAX_HELPS][16]; /* "" is none: the program itself */
    size_t n_commands;
};

/* The standard output of a command line that must succeed; the caller frees. */
static char *output_of(const char *const *arguments)
{
    struct program_options options = {.arguments = arguments};
    struct program_run run;
    program_run(&options, &run);
    if (run.status != 0 || run.error_length != 0)
        fail_msg("%s %s: %s", arguments[0], arguments[1], run.error_out);
    char *out = strdup(run.out);
    program_run_free(&run);
    return out;
}

static char *help_of(const char *command, const char *option)
{
    return command[0] == '\0' ? output_of(ARGUMENTS(option))
                              : output_of(ARGUMENTS(command, option));
}

/* The commands are those that the program lists. */
static int read_commands(void **state)
{
    struct helps *helps = calloc(1, sizeof *helps);
    char data[FOLDER_PATH_SIZE];
    folder_make(helps->folder);
    char *root = realpath("data", NULL);
    assert_non_null(root);
    assert_int_equal(symlink(root, folder_join(data, helps->folder, "data")), 0);
    free(root);
    helps->n_commands = 1;
    char *text = output_of(ARGUMENTS("--help"));
    const char *line = strstr(text, "Commands:\n");
    assert_non_null(line);
    for (line = strchr(line, '\n') + 1; strncmp(line, "  ", 2) == 0;
         line = strchr(line, '\n') + 1) {
        assert_true(helps->n_commands < MAX_HELPS);
        assert_int_equal(sscanf(line, " %15s", helps->commands[helps->n_commands++]), 1);
    }
    free(text);
    assert_true(helps->n_commands > 5);
    *state = helps;
    return 0;
}

static int remove_folder(void **state)
{
    struct helps *helps = *state;
    folder_remove(helps->folder);
    free(helps);
    return 0;
}

static void every_help_fits_and_ends_with_two_examples(void **state)
{
    const struct helps *helps = *state;
    char examples[HELP_N_EXAMPLES][HELP_EXAMPLE_SIZE];
    for (size_t i = 0; i < helps->n_commands; i++) {
        char *text = help_of(helps->commands[i], "--help");
        help_assert_fits(text);
        help_read_examples(text, PROGRAM, examples);
        assert_non_null(strstr(examples[0], helps->commands[i]));
        assert_non_null(strstr(examples[1], helps->commands[i]));
        free(text);
    }
    char *text = output_of((const char *const[]){SERVER, "--help", NULL});
    help_assert_fits(text);
    help_read_examples(text, SERVER, examples);
    free(text);
}

static void letters_say_what_the_words_say(void **state)
{
    const struct helps *helps = *state;
    for (size_t i = 0; i < helps->n_commands; i++) {
        char *by_word = help_of(helps->commands[i], "--help");
        char *by_letter = help_of(helps->commands[i], "-h");
        assert_string_equal(by_word, by_letter);
        free(by_word);
        free(by_letter);
        static const char *const options[] = {"-V", "--version"};
        for (size_t j = 0; j < 2; j++) {
            char *version = help_of(helps->commands[i], options[j]);
            assert_string_equal(version, PROGRAM " " CRATEDEX_VERSION "\n");
            free(version);
        }
    }
    static const char *const pairs[][2] = {{"--help", "-h"}, {"--version", "-V"}};
    for (size_t i = 0; i < 2; i++) {
        char *by_word = output_of((const char *const[]){SERVER, pairs[i][0], NULL});
        char *by_letter = output_of((const char *const[]){SERVER, pairs[i][1], NULL});
        assert_string_equal(by_word, by_letter);
        free(by_word);
        free(by_letter);
    }
}

/* Runs an example as a shell in the folder does, where the programs are on the path. `more` is put
   behind it; the process gets `signal_number` once it has printed something, 0: none. */
static void run_example(const struct helps *helps, const char *example, const char *more,
                        int signal_number)
{
    char build[1024];
    char *path = realpath(test_build_path(build, "."), NULL);
    assert_non_null(path);
    char script[8192];
    snprintf(script, sizeof script, "cd '%s' && PATH=\"%s:$PATH\" && exec %s %s", helps->folder,
             path, example, more);
    free(path);
    struct program_options options = {
        .arguments = (const char *const[]){"/bin/sh", "-c", script, NULL},
        .terminal_columns = signal_number != 0 ? HELP_MAX_COLUMNS : 0,
        .signal_number = signal_number,
    };
    struct program_run run;
    program_run(&options, &run);
    if (run.status != 0)
        fail_msg("%s: status %d: %s%s", example, run.status, run.out, run.error_out);
    if (strstr(example, "--quiet") == NULL && run.out_length == 0)
        fail_msg("%s prints nothing", example);
    program_run_free(&run);
}

static void every_example_works(void **state)
{
    const struct helps *helps = *state;
    char examples[HELP_N_EXAMPLES][HELP_EXAMPLE_SIZE];
    for (size_t i = 0; i < helps->n_commands; i++) {
        char *text = help_of(helps->commands[i], "--help");
        help_read_examples(text, PROGRAM, examples);
        for (size_t j = 0; j < 2; j++)
            run_example(helps, examples[j], "", 0);
        free(text);
    }
    /* On a port that is free, and ended as soon as it says where it listens. */
    char *text = output_of((const char *const[]){SERVER, "--help", NULL});
    help_read_examples(text, SERVER, examples);
    for (size_t j = 0; j < 2; j++)
        run_example(helps, examples[j], "--listen 127.0.0.1:0", SIGTERM);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_help_fits_and_ends_with_two_examples),
        cmocka_unit_test(letters_say_what_the_words_say),
        cmocka_unit_test(every_example_works),
    };
    return cmocka_run_group_tests_name("help", tests, read_commands, remove_folder);
}
