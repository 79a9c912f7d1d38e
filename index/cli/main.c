/* cratedex-index: from a dump to an index file, and a look into one.

   main finds the command, runs it and ends the program. Results go to standard output through one
   buffer; whether they arrived there (a full disk, a reader that went away) is only known once it
   is flushed, so main does that last and lets a failure decide the exit status. Nor is a result one
   where a file was cut under the command's hands (mapped_fault.h). */
#include "index/base/mapped_fault.h"
#include "index/cli/cli.h"
#include "index/cli/terminal.h"

#include <cratedex/command_line.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Options in place of a command: the same ones that every command takes. */
static int run_option(int argc, char **argv)
{
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return command_help.run(argc - 1, argv + 1);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return cli_print_version();
    static const char *const names[] = {"--help", "--version"};
    struct nearest_name nearest;
    char hint[NEAREST_NAME_HINT_SIZE];
    nearest_name_begin(&nearest, word);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        nearest_name_offer(&nearest, names[i]);
    cli_fail("unknown option: %s%s (see: cratedex-index help)", word,
             nearest_name_hint(&nearest, "", hint));
    return EXIT_USAGE;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    struct error error;
    if (mapped_fault_survive(&error) != 0)
        return cli_fail("%s", error.message);
    int status = command->run(argc, argv);
    if (status == EXIT_OK && mapped_fault_count() > 0)
        return cli_fail("a file was cut, or could not be read, while it was read: what was printed "
                        "is not to be trusted");
    return status;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        cli_print_usage(stderr);
        return EXIT_USAGE;
    }
    if (argv[1][0] == '-')
        return run_option(argc, argv);
    const struct command *command = cli_find_command(argv[1]);
    return command != NULL ? run_command(command, argc - 1, argv + 1) : EXIT_USAGE;
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
