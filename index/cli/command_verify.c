/* `verify`: checks everything in an index file that can be checked. The checks are listed where
   somebody watches, or when asked for. */
#include "index/cli/cli.h"
#include "index/cli/terminal.h"

#include <cratedex/index_file.h>
#include <cratedex/index_verify.h>
#include <stdbool.h>

/* Flushed at once: some checks take seconds, and the line says which one is running. */
static void print_check(void *context, const char *what)
{
    FILE *out = context;
    fprintf(out, "  %s\n", what);
    fflush(out);
}

static int run_verify(int argc, char **argv)
{
    bool verbose = terminal_is_capable(stdout);
    int found;
    int status;
    while ((found = cli_next_option(&command_verify, argc, argv, &status)) >= 0)
        verbose = verbose || found == 'v';
    if (found == CLI_ENDED)
        return status;
    if (optind == argc)
        return cli_usage_error(&command_verify, "FILE is missing");
    if (optind + 1 < argc)
        return cli_usage_error(&command_verify, "one FILE is enough: %s", argv[optind + 1]);
    struct error error = {0};
    const char *path = argv[optind];
    if (index_verify(path, verbose ? print_check : NULL, stdout, &error) != 0)
        return cli_fail("%s", error.message);
    printf("%s: ok\n", path);
    return EXIT_OK;
}

static const struct option long_options[] = {
    {"verbose", no_argument, NULL, 'v'},
    CLI_LONG_OPTIONS,
};

const struct command command_verify = {
    .name = "verify",
    .arguments = "FILE [--verbose]",
    .summary = "Check that an index file is sound",
    .help = "  FILE           an index file\n"
            "  -v, --verbose  list the checks; a terminal gets them anyway\n" CLI_OPTIONS_HELP(""),
    .notes = "Prints \"FILE: ok\", or the first fault on standard error with exit status 1.\n",
    .examples = "  cratedex-index verify crates.cdx\n"
                "  cratedex-index verify --verbose crates.cdx\n",
    .short_options = CLI_SHORT_OPTIONS "v",
    .long_options = long_options,
    .run = run_verify,
};
