/* `build`: options, signals, progress and the report around index_build, which does the work.

   A signal only sets a flag that the library looks at; it then removes its temporary file and
   fails, and the exit status tells the signal as shells do. The flag is the one variable of the
   program that outlives a call: a signal handler can reach nothing else. */
#include "index/cli/cli.h"
#include "index/cli/progress.h"
#include "index/cli/report.h"

#include <cratedex/index_builder.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A folder holds as many files as one likes. */
#define MAX_DOWNLOAD_PATHS 256

static volatile sig_atomic_t received_signal;

static void remember_signal(int number)
{
    received_signal = number;
}

/* Without SA_RESTART, so that a blocking read of the dump ends too. */
static int catch_signals(void)
{
    struct sigaction remember = {.sa_handler = remember_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction hangup;
    sigemptyset(&remember.sa_mask);
    if (sigaction(SIGINT, &remember, NULL) != 0 || sigaction(SIGTERM, &remember, NULL) != 0 ||
        sigaction(SIGHUP, NULL, &hangup) != 0)
        return -1;
    /* nohup ignores SIGHUP on purpose. */
    if (hangup.sa_handler != SIG_IGN && sigaction(SIGHUP, &remember, NULL) != 0)
        return -1;
    /* These two would kill the build before it could clean up; the failing write tells instead. */
    return sigaction(SIGPIPE, &ignore, NULL) == 0 ? sigaction(SIGXFSZ, &ignore, NULL) : -1;
}

static int build(const struct command *command, const struct build_options *from_command_line,
                 bool quiet)
{
    if (catch_signals() != 0)
        return cli_fail("cannot catch signals: %s", strerror(errno));
    struct build_options options = *from_command_line;
    struct build_report *report = calloc(1, sizeof *report);
    if (report == NULL)
        return cli_fail("%s: out of memory", command->name);
    struct progress progress;
    options.interrupted = &received_signal;
    if (!quiet) {
        progress_begin(&progress, stderr);
        options.on_progress = progress_update;
        options.context = &progress;
    }

    struct error error = {0};
    int status = index_build(&options, report, &error);
    if (!quiet)
        progress_end(&progress, status == 0);
    if (status != 0) {
        int number = received_signal;
        free(report);
        if (number == 0)
            return cli_fail("%s", error.message);
        cli_fail("interrupted by %s; %s is as it was",
                 number == SIGINT    ? "SIGINT"
                 : number == SIGTERM ? "SIGTERM"
                                     : "SIGHUP",
                 options.out_path);
        return 128 + number;
    }
    if (!quiet && report_print(stdout, options.out_path, report, &error) != 0) {
        free(report);
        return cli_fail("%s", error.message);
    }
    free(report);
    return EXIT_OK;
}

/* Takes one option. Returns EXIT_OK or EXIT_USAGE. */
static int take_option(int found, struct build_options *options, const char **download_paths,
                       bool *is_quiet)
{
    switch (found) {
    case 'o':
        options->out_path = optarg;
        break;
    case 'q':
        *is_quiet = true;
        break;
    case OPTION_MAX_DUMP_BYTES:
        if (cli_parse_bytes(optarg, &options->max_dump_bytes) != 0)
            return cli_usage_error(&command_build,
                                   "--max-dump-bytes takes a number and K, M, G or T: %s", optarg);
        break;
    case OPTION_SYNONYMS:
        options->synonyms_path = optarg;
        break;
    case OPTION_ALLOW_SHRINK:
        options->allow_shrink = true;
        break;
    case OPTION_READMES:
        options->keep_readmes = true;
        options->readmes_path = optarg;
        break;
    case OPTION_SIGN:
        options->sign_key_path = optarg;
        break;
    case OPTION_DOWNLOADS:
        if (options->n_download_paths == MAX_DOWNLOAD_PATHS)
            return cli_usage_error(&command_build, "--downloads is given more than %d times",
                                   MAX_DOWNLOAD_PATHS);
        download_paths[options->n_download_paths++] = optarg;
        break;
    default:
        break;
    }
    return EXIT_OK;
}

static int run_build(int argc, char **argv)
{
    const char *download_paths[MAX_DOWNLOAD_PATHS];
    struct build_options options = {.download_paths = download_paths};
    bool is_quiet = false;
    int found;
    int status;
    while ((found = cli_next_option(&command_build, argc, argv, &status)) >= 0)
        if ((status = take_option(found, &options, download_paths, &is_quiet)) != EXIT_OK)
            return status;
    if (found == CLI_ENDED)
        return status;
    if (optind == argc)
        return cli_usage_error(&command_build, "DUMP is missing");
    if (optind + 1 < argc)
        return cli_usage_error(&command_build, "one DUMP is enough: %s%s", argv[optind + 1],
                               options.keep_readmes && options.readmes_path == NULL
                                   ? " (READMEs that lie somewhere are --readmes=WHERE)"
                                   : "");
    if (options.readmes_path != NULL && options.readmes_path[0] == '\0')
        return cli_usage_error(&command_build, "--readmes= has no folder or archive behind it");
    if (options.out_path == NULL || options.out_path[0] == '\0')
        return cli_usage_error(&command_build, "-o OUT is missing");
    options.dump_path = argv[optind];
    return build(&command_build, &options, is_quiet);
}

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"quiet", no_argument, NULL, 'q'},
    {"max-dump-bytes", required_argument, NULL, OPTION_MAX_DUMP_BYTES},
    {"downloads", required_argument, NULL, OPTION_DOWNLOADS},
    {"synonyms", required_argument, NULL, OPTION_SYNONYMS},
    {"readmes", optional_argument, NULL, OPTION_READMES},
    {"allow-shrink", no_argument, NULL, OPTION_ALLOW_SHRINK},
    {"sign", required_argument, NULL, OPTION_SIGN},
    CLI_LONG_OPTIONS,
};

const struct command command_build = {
    .name = "build",
    .arguments = "DUMP -o OUT [--downloads PATH]... [--synonyms FILE]\n"
                 "                            [--readmes[=WHERE]] [--allow-shrink]\n"
                 "                            [--sign KEY] [--quiet] [--max-dump-bytes N]",
    .summary = "Build an index file from a dump",
    .help = "  DUMP             the database dump: .tar.gz, .zip or an unpacked folder\n"
            "  -o, --output OUT\n"
            "                   the index file; replaced in one step when everything is\n"
            "                   well, and as it was on any error or signal\n"
            "      --downloads PATH\n"
            "                   add downloads that cratedex-server --count-downloads\n"
            "                   counted: a file, or a folder of them; may be repeated. Days\n"
            "                   that the dump itself has downloads of are skipped\n"
            "      --synonyms FILE\n"
            "                   words that mean the same, a line each: 2 to 8 words of at\n"
            "                   most 64 bytes, separated by spaces (k8s kubernetes), and\n"
            "                   comments behind a #. They take the place of those that\n"
            "                   come with the program, which are installed as an example:\n"
            "                   share/cratedex/synonyms.txt. An empty file: none\n"
            "      --readmes[=WHERE]\n"
            "                   keep READMEs, which pages of crates then show: those of the\n"
            "                   dump, at most 256 KiB of each. WHERE, a folder or an archive\n"
            "                   (.tar, .tar.gz, .zip ...), has others, which take their\n"
            "                   place: in any subfolder NAME-VERSION.md,\n"
            "                   NAME-VERSION/README.md, or the package as cargo makes it,\n"
            "                   NAME-VERSION.crate; at the top NAME.md or NAME/README.md.\n"
            "                   Only those of default versions are taken\n"
            "      --allow-shrink\n"
            "                   replace OUT though a table of the dump lost more than a tenth\n"
            "                   of the rows (and 100) that OUT was built from; without it\n"
            "                   such a dump is taken for one that was cut off\n"
            "      --sign KEY   write OUT.sig, too: the index's signature by this Ed25519 key\n"
            "                   (openssl genpkey -algorithm ed25519 -out KEY), for verify\n"
            "                   --key and cratedex-server --verify-key. Where both travel,\n"
            "                   send OUT.sig first\n"
            "  -q, --quiet      no progress and no report; warnings are not shown, errors\n"
            "                   are\n"
            "      --max-dump-bytes N[K|M|G|T]\n"
            "                   refuse a dump that unpacks to more (default 64G)\n" //
    CLI_OPTIONS_HELP("  "),
    .notes = "Progress goes to standard error: a bar on a terminal, else one line for every\n"
             "phase. The report goes to standard output: rows by table, how many counted\n"
             "downloads were added, rows that were skipped or mended and why, seconds by\n"
             "phase, peak memory, size by part.\n",
    .examples = "  cratedex-index build data -o crates.cdx\n"
                "  cratedex-index build data -o crates.cdx --quiet --max-dump-bytes 1G\n",
    .short_options = CLI_SHORT_OPTIONS "o:q",
    .long_options = long_options,
    .run = run_build,
};
