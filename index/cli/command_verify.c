/* `verify`: checks everything in an index file that can be checked. The checks are listed where
   somebody watches, or when asked for. */
#include "index/cli/cli.h"
#include "index/cli/terminal.h"

#include <cratedex/index_file.h>
#include <cratedex/index_signature.h>
#include <cratedex/index_verify.h>
#include <stdbool.h>

/* Flushed at once: some checks take seconds, and the line says which one is running. */
static void print_check(void *context, const char *what)
{
    FILE *out = context;
    fprintf(out, "  %s\n", what);
    fflush(out);
}

static int check_signature(const char *path, const char *key_path, struct error *error)
{
    struct signature_key *key = signature_key_read_public(key_path, error);
    int result = key != NULL ? index_signature_verify(path, key, error) : -1;
    signature_key_free(key);
    return result;
}

static int run_verify(int argc, char **argv)
{
    bool verbose = terminal_is_capable(stdout);
    const char *key_path = NULL;
    int found;
    int status;
    while ((found = cli_next_option(&command_verify, argc, argv, &status)) >= 0) {
        verbose = verbose || found == 'v';
        if (found == OPTION_KEY)
            key_path = optarg;
    }
    if (found == CLI_ENDED)
        return status;
    if (optind == argc)
        return cli_usage_error(&command_verify, "FILE is missing");
    if (optind + 1 < argc)
        return cli_usage_error(&command_verify, "one FILE is enough: %s", argv[optind + 1]);
    struct error error = {0};
    const char *path = argv[optind];
    if (key_path != NULL) {
        if (verbose)
            print_check(stdout, "signature");
        if (check_signature(path, key_path, &error) != 0)
            return cli_fail("%s", error.message);
    }
    if (index_verify(path, verbose ? print_check : NULL, stdout, &error) != 0)
        return cli_fail("%s", error.message);
    printf("%s: ok\n", path);
    return EXIT_OK;
}

static const struct option long_options[] = {
    {"verbose", no_argument, NULL, 'v'},
    {"key", required_argument, NULL, OPTION_KEY},
    CLI_LONG_OPTIONS,
};

const struct command command_verify = {
    .name = "verify",
    .arguments = "FILE [--key PUB] [--verbose]",
    .summary = "Check that an index file is sound",
    .help = "  FILE           an index file\n"
            "      --key PUB  FILE.sig must be its signature by the owner of this public\n"
            "                 key (openssl pkey -in KEY -pubout -out PUB)\n"
            "  -v, --verbose  list the checks; a terminal gets them anyway\n" CLI_OPTIONS_HELP(""),
    .notes = "Prints \"FILE: ok\", or the first fault on standard error with exit status 1.\n",
    .examples = "  cratedex-index verify crates.cdx\n"
                "  cratedex-index verify --verbose crates.cdx\n",
    .short_options = CLI_SHORT_OPTIONS "v",
    .long_options = long_options,
    .run = run_verify,
};
