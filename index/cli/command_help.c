/* `help`: what the program is for, and what each command is for. The table of the commands stands
   here, for it is this text and their names. */
#include "index/cli/cli.h"

#include <cratedex/command_line.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_build,   &command_info,   &command_verify, &command_query,
    &command_suggest, &command_decode, &command_help,
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

const struct command *cli_find_command(const char *name)
{
    struct nearest_name nearest;
    char hint[NEAREST_NAME_HINT_SIZE];
    nearest_name_begin(&nearest, name);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
        nearest_name_offer(&nearest, commands[i]->name);
    }
    cli_fail("unknown command: %s%s (see: cratedex-index help)", name,
             nearest_name_hint(&nearest, "", hint));
    return NULL;
}

void cli_print_usage(FILE *out)
{
    fputs("Usage: cratedex-index COMMAND [ARGUMENT...]\n\n"
          "Builds the index file of a package registry from its database dump, and reads\n"
          "it.\n\n"
          "Commands:\n",
          out);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nOptions:\n" CLI_OPTIONS_HELP(
              "") "\n"
                  "Exit status: 0 done; 1 it failed, and one line on standard error says why;\n"
                  "2 the command line is wrong; 128 and the signal's number when a signal ended a\n"
                  "build.\n\n"
                  "Examples:\n"
                  "  cratedex-index build data -o crates.cdx\n"
                  "  cratedex-index query crates.cdx http client\n",
          out);
}

static int run_help(int argc, char **argv)
{
    int status;
    if (cli_next_option(&command_help, argc, argv, &status) == CLI_ENDED)
        return status;
    if (optind == argc) {
        cli_print_usage(stdout);
        return EXIT_OK;
    }
    if (optind + 1 < argc)
        return cli_usage_error(&command_help, "one COMMAND is enough: %s", argv[optind + 1]);
    const struct command *command = cli_find_command(argv[optind]);
    return command != NULL ? cli_print_help(command) : EXIT_USAGE;
}

static const struct option long_options[] = {CLI_LONG_OPTIONS};

const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "Explain a command",
    .help = "  COMMAND        which one; without it, all are listed\n" CLI_OPTIONS_HELP(""),
    .notes = "The same text comes from the option --help of the command.\n",
    .examples = "  cratedex-index help query\n"
                "  cratedex-index help\n",
    .short_options = CLI_SHORT_OPTIONS,
    .long_options = long_options,
    .run = run_help,
};
