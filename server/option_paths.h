/* What the names of files say about each other. */
#ifndef CRATEDEX_SERVER_OPTION_PATHS_H
#define CRATEDEX_SERVER_OPTION_PATHS_H

#include "server/option_values.h"

#include <cratedex/error.h>

/* Refuses a PID file that would take the place of a file, there or not yet, that another option
   names. Returns 0, or -1 and which option that is. */
int option_paths_check(const struct options *options, struct error *error);

#endif
