/* The server's options, from the command line and a configuration file. */
#ifndef CRATEDEX_SERVER_OPTIONS_H
#define CRATEDEX_SERVER_OPTIONS_H

#include "server/option_values.h"

#include <cratedex/error.h>

enum options_outcome {
    OPTIONS_RUN,
    OPTIONS_HELP,    /* --help was given */
    OPTIONS_VERSION, /* --version was given */
    OPTIONS_BAD      /* `error` says what is wrong and what to do */
};

/* Defaults, then the file named by --config, then the command line. What may be given several times
   (trust-proxy) adds up over both. */
enum options_outcome options_parse(int argc, char **argv, struct options *options,
                                   struct error *error);

/* Whether two differ in what the `n`-th of option_setters sets. What neither names does not: a
   default may depend on the machine, whose processors may have become others. */
bool options_differ(const struct options *left, const struct options *right, unsigned n);

/* The text for --help, in static parts, one behind the other; NULL behind the last. */
const char *const *options_help(void);

#endif
