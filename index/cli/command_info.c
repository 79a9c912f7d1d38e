/* `info`: what an index file says about itself. */
#include "index/cli/cli.h"
#include "index/cli/report.h"

#include <stdbool.h>

static int run_info(int argc, char **argv)
{
    bool json = false;
    int found;
    int status;
    while ((found = cli_next_option(&command_info, argc, argv, &status)) >= 0)
        json = json || found == OPTION_JSON;
    if (found == CLI_ENDED)
        return status;
    if (optind == argc)
        return cli_usage_error(&command_info, "FILE is missing");
    if (optind + 1 < argc)
        return cli_usage_error(&command_info, "one FILE is enough: %s", argv[optind + 1]);
    struct error error = {0};
    const char *path = argv[optind];
    status = json ? report_print_info_json(stdout, path, &error)
                  : report_print_info(stdout, path, &error);
    return status == 0 ? EXIT_OK : cli_fail("%s", error.message);
}

static const struct option long_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    CLI_LONG_OPTIONS,
};

const struct command command_info = {
    .name = "info",
    .arguments = "FILE [--json]",
    .summary = "Show what an index file holds",
    .help = "  FILE           an index file\n"
            "      --json     one JSON object, sizes in bytes\n" CLI_OPTIONS_HELP(""),
    .notes = "Shows the file's size, the format version, the dump's timestamp, counts, and the\n"
             "size by part. `cratedex-index verify` checks that the file is sound.\n",
    .examples = "  cratedex-index info crates.cdx\n"
                "  cratedex-index info crates.cdx --json\n",
    .short_options = CLI_SHORT_OPTIONS,
    .long_options = long_options,
    .run = run_info,
};
