/* Versions as a page's tables show them. */
#ifndef CRATEDEX_SERVER_VERSION_ROWS_H
#define CRATEDEX_SERVER_VERSION_ROWS_H

#include "server/pages/object.h"

#include <stdbool.h>

/* Whether a number has a pre-release part. */
bool version_is_prerelease(const msgpack_object *number);

/* Writes an array: of each version of `versions`, as the API has them, what a row tells, and
   whether it is a pre-release. `versions` may be NULL. */
void version_rows_encode(const msgpack_object *versions, struct encoder *model);

#endif
