/* Paths as patterns: a segment `{name}` takes whatever stands there, as long as it is not empty. */
#ifndef CRATEDEX_SERVER_PATH_PATTERN_H
#define CRATEDEX_SERVER_PATH_PATTERN_H

#include "server/http/request.h"

#include <stdbool.h>

/* Whether `path` is of the pattern. Then `values` has what its parameters took, in order and
   borrowed from `path`; else what is in `values` is of no use. */
bool path_pattern_matches(const char *pattern, const char *path,
                          struct path_value values[REQUEST_MAX_PATH_VALUES]);

#endif
