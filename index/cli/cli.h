/* What the commands of cratedex-index share: how they are described, how they end, how they
   speak. Every command is a function that returns the program's exit status; only main ends the
   program. */
#ifndef CRATEDEX_INDEX_CLI_CLI_H
#define CRATEDEX_INDEX_CLI_CLI_H

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>

/* The documented exit statuses; a build that a signal ended adds 128 and the signal's number. */
enum exit_status { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *arguments;     /* what follows the name on a command line */
    const char *summary;       /* one line */
    const char *help;          /* its arguments and options, lines that end with a newline */
    const char *notes;         /* what else there is to know, likewise */
    const char *examples;      /* two command lines that work, likewise */
    const char *short_options; /* for getopt_long: CLI_SHORT_OPTIONS and more */
    const struct option *long_options; /* CLI_LONG_OPTIONS at the end */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

/* What every command takes. */
#define CLI_SHORT_OPTIONS ":hV"
/* clang-format off */
#define CLI_LONG_OPTIONS                                                                           \
    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}
/* clang-format on */
#define CLI_OPTIONS_HELP(gap)                                                                      \
    "  -h, --help     " gap "this text\n"                                                          \
    "  -V, --version  " gap "the version of the program\n"

extern const struct command command_build;
extern const struct command command_info;
extern const struct command command_verify;
extern const struct command command_query;
extern const struct command command_suggest;
extern const struct command command_decode;
extern const struct command command_help;

/* The command of that name; NULL, and a message was printed. */
const struct command *cli_find_command(const char *name);

/* Prints what the program is for and its commands. */
void cli_print_usage(FILE *out);

/* Values of long options that have no letter. */
enum {
    OPTION_JSON = 256,
    OPTION_SORT,
    OPTION_LIMIT,
    OPTION_MATCH,
    OPTION_RANKING,
    OPTION_EXPLAIN,
    OPTION_HIGHLIGHT,
    OPTION_FILTER,
    OPTION_FACETS,
    OPTION_VERBOSE,
    OPTION_MAX_DUMP_BYTES,
    OPTION_DOWNLOADS,
    OPTION_SYNONYMS,
    OPTION_ALLOW_SHRINK,
    OPTION_SIGN,
    OPTION_KEY,
    OPTION_READMES,
};

/* Prints "cratedex-index: …" to standard error: something to know, where nothing failed. */
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "cratedex-index: …" to standard error. Returns EXIT_FAILED. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "cratedex-index: COMMAND: …" and where to read more. Returns EXIT_USAGE. */
int cli_usage_error(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What cli_next_option returns when the command line is read, and when the command ends with it. */
enum { CLI_NO_OPTION = -1, CLI_ENDED = -2 };

/* The next option of a command, as getopt_long returns it; those that every command takes are
   dealt with here, and so are mistakes. Stores the exit status where it returns CLI_ENDED. */
int cli_next_option(const struct command *command, int argc, char **argv, int *exit_status);

/* Prints what a command is for and how it is used to standard output. Returns EXIT_OK. */
int cli_print_help(const struct command *command);

/* Prints the program's version to standard output. Returns EXIT_OK. */
int cli_print_version(void);

/* Parses a whole decimal number between `minimum` and `maximum`. Returns 0 or -1. */
int cli_parse_number(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number);

/* Parses a positive number of bytes with an optional suffix K, M, G or T (powers of 1,024, either
   case). Returns 0 or -1. */
int cli_parse_bytes(const char *text, uint64_t *bytes);

#endif
