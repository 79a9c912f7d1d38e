/* What the commands of cratedex-index share: how they are described, how they end, how they speak.
   Every command is a function that returns the program's exit status; only main ends the program. */
#ifndef CRATEDEX_INDEX_CLI_CLI_H
#define CRATEDEX_INDEX_CLI_CLI_H

#include <getopt.h>
#include <stdint.h>

/* The documented exit statuses; a build that a signal ended adds 128 and the signal's number. */
enum exit_status { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *arguments;             /* what follows the name on a command line */
    const char *summary;               /* one line */
    const char *help;                  /* everything else, lines that end with a newline */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

extern const struct command command_build;
extern const struct command command_info;
extern const struct command command_verify;
extern const struct command command_query;
extern const struct command command_suggest;

/* Values of long options that have no letter. */
enum {
    OPTION_JSON = 256,
    OPTION_SORT,
    OPTION_LIMIT,
    OPTION_MATCH,
    OPTION_RANKING,
    OPTION_EXPLAIN,
    OPTION_VERBOSE,
    OPTION_MAX_DUMP_BYTES,
    OPTION_DOWNLOADS,
};

/* Prints "cratedex-index: …" to standard error. Returns EXIT_FAILED. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "cratedex-index: COMMAND: …" and where to read more. Returns EXIT_USAGE. */
int cli_usage_error(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what is wrong with an option for which getopt_long, called with an option string that starts
   with `:`, returned `:` or `?`. Returns EXIT_USAGE. */
int cli_bad_option(const struct command *command, int found, char *const *argv);

/* Prints what a command is for and how it is used to standard output. Returns EXIT_OK. */
int cli_print_help(const struct command *command);

/* Parses a whole decimal number between `minimum` and `maximum`. Returns 0 or -1. */
int cli_parse_number(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number);

/* Parses a positive number of bytes with an optional suffix K, M, G or T (powers of 1,024, either
   case). Returns 0 or -1. */
int cli_parse_bytes(const char *text, uint64_t *bytes);

#endif
