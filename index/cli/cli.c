/* Messages, help and numbers for the commands. Nothing here keeps state but getopt's own variables.
   A message is always one line and goes to standard error, so that standard output holds results
   and nothing else. */
#include "index/cli/cli.h"

#include "index/cli/terminal.h"

#include <cratedex/command_line.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MESSAGE_BYTES 2048

/* What a message quotes (a file's name, a cell, SQLite's report of several lines) may hold
   anything: the line stays one line, and the terminal gets no command. `command` may be NULL. */
static void __attribute__((format(printf, 2, 0)))
print_message(const struct command *command, const char *format, va_list arguments)
{
    char message[MAX_MESSAGE_BYTES];
    vsnprintf(message, sizeof message, format, arguments);
    text_clean(message);
    if (command == NULL)
        fprintf(stderr, "cratedex-index: %s\n", message);
    else
        fprintf(stderr, "cratedex-index: %s: %s (see: cratedex-index help %s)\n", command->name,
                message, command->name);
}

void cli_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_message(NULL, format, arguments);
    va_end(arguments);
}

int cli_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_message(NULL, format, arguments);
    va_end(arguments);
    return EXIT_FAILED;
}

int cli_usage_error(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_message(command, format, arguments);
    va_end(arguments);
    return EXIT_USAGE;
}

int cli_next_option(const struct command *command, int argc, char **argv, int *exit_status)
{
    struct error error;
    int found = getopt_long(argc, argv, command->short_options, command->long_options, NULL);
    switch (found) {
    case 'h':
        *exit_status = cli_print_help(command);
        return CLI_ENDED;
    case 'V':
        *exit_status = cli_print_version();
        return CLI_ENDED;
    case ':':
    case '?':
        command_line_bad_option(found, argv, command->long_options, &error);
        *exit_status = cli_usage_error(command, "%s", error.message);
        return CLI_ENDED;
    default:
        return found;
    }
}

int cli_print_help(const struct command *command)
{
    printf("Usage: cratedex-index %s %s\n\n%s.\n\n%s\n%s\nExamples:\n%s", command->name,
           command->arguments, command->summary, command->help, command->notes, command->examples);
    return EXIT_OK;
}

int cli_print_version(void)
{
    puts("cratedex-index " CRATEDEX_VERSION);
    return EXIT_OK;
}

/* Reads the digits at the start of `text`; `end` is where they stop. */
static int parse_digits(const char *text, uint64_t *number, const char **end)
{
    /* strtoumax takes signs and spaces, a count has none. */
    if (!isdigit((unsigned char)text[0]))
        return -1;
    char *rest;
    errno = 0;
    *number = strtoumax(text, &rest, 10);
    *end = rest;
    return errno == 0 ? 0 : -1;
}

int cli_parse_number(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number)
{
    const char *end;
    if (parse_digits(text, number, &end) != 0 || *end != '\0')
        return -1;
    return *number >= minimum && *number <= maximum ? 0 : -1;
}

int cli_parse_bytes(const char *text, uint64_t *bytes)
{
    const char *end;
    if (parse_digits(text, bytes, &end) != 0 || *bytes == 0)
        return -1;
    if (*end == '\0')
        return 0;
    static const char suffixes[] = "KMGT";
    const char *suffix = strchr(suffixes, toupper((unsigned char)*end));
    if (suffix == NULL || end[1] != '\0')
        return -1;
    unsigned shift = 10 * (unsigned)(suffix - suffixes + 1);
    if (*bytes > UINT64_MAX >> shift)
        return -1;
    *bytes <<= shift;
    return 0;
}
