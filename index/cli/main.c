/* cratedex-index: from a dump to an index file, and a look into one.

   main finds the command, runs it and ends the program. Results go to standard output through one
   buffer; whether they arrived there (a full disk, a reader that went away) is only known once it
   is flushed, so main does that last and lets a failure decide the exit status. */
#include "index/cli/cli.h"
#include "index/cli/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_build, &command_info, &command_verify, &command_query, &command_suggest,
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static void print_usage(FILE *out)
{
    fputs("Usage: cratedex-index COMMAND [ARGUMENT…]\n\n"
          "Builds the index file of a package registry from its database dump, and reads it.\n\n"
          "Commands:\n",
          out);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    fputs("  help     Explain a command\n\n"
          "Options:\n"
          "  -h, --help      this text\n"
          "  -V, --version   the version of the program\n\n"
          "Exit status: 0 done; 1 it failed, and one line on standard error says why;\n"
          "2 the command line is wrong; 128 and the signal's number when a signal ended a build.\n",
          out);
}

static int unknown_command(const char *name)
{
    cli_fail("unknown command: %s (see: cratedex-index help)", name);
    return EXIT_USAGE;
}

static int run_help(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stdout);
        return EXIT_OK;
    }
    const struct command *command = find_command(argv[1]);
    return command != NULL ? cli_print_help(command) : unknown_command(argv[1]);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return run_help(argc - 1, argv + 1);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        puts("cratedex-index " CRATEDEX_VERSION);
        return EXIT_OK;
    }
    if (word[0] == '-') {
        cli_fail("unknown option: %s (see: cratedex-index help)", word);
        return EXIT_USAGE;
    }
    const struct command *command = find_command(word);
    return command != NULL ? command->run(argc - 1, argv + 1) : unknown_command(word);
}

int main(int argc, char **argv)
{
    terminal_set_locale();
    int status = run(argc, argv);

    errno = 0;
    int failed_before = ferror(stdout);
    if (fclose(stdout) == 0 && !failed_before)
        return status;
    int failure =
        cli_fail("cannot write to standard output: %s", errno != 0 ? strerror(errno) : "it failed");
    return status != EXIT_OK ? status : failure;
}
