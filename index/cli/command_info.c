/* `info`: what an index file says about itself. */
#include "index/cli/cli.h"
#include "index/cli/report.h"

#include <stdbool.h>

static int run_info(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"json", no_argument, NULL, OPTION_JSON},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool json = false;
    int found;
    while ((found = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        switch (found) {
        case OPTION_JSON:
            json = true;
            break;
        case 'h':
            return cli_print_help(&command_info);
        default:
            return cli_bad_option(&command_info, found, argv);
        }
    }
    if (optind == argc)
        return cli_usage_error(&command_info, "FILE is missing");
    if (optind + 1 < argc)
        return cli_usage_error(&command_info, "one FILE is enough: %s", argv[optind + 1]);
    struct error error = {0};
    const char *path = argv[optind];
    int status = json ? report_print_info_json(stdout, path, &error)
                      : report_print_info(stdout, path, &error);
    return status == 0 ? EXIT_OK : cli_fail("%s", error.message);
}

const struct command command_info = {
    .name = "info",
    .arguments = "FILE [--json]",
    .summary = "Show what an index file holds",
    .help = "  FILE         an index file\n"
            "      --json   one JSON object, sizes in bytes\n"
            "  -h, --help   this text\n\n"
            "Shows the format version, the dump's timestamp, counts, and the file's size by part.\n"
            "`verify` checks that the file is sound.\n",
    .run = run_info,
};
