/* Versions as a page's tables show them. */
#ifndef CRATEDEX_SERVER_VERSION_ROWS_H
#define CRATEDEX_SERVER_VERSION_ROWS_H

#include "server/html/object.h"

/* Writes what a page tells of a version, an object: of the API's members those that are shown, and
   `is_prerelease`. NULL is written as null. */
void version_row_encode(const msgpack_object *version, struct encoder *model);

/* Writes an array of them. `versions` may be NULL. */
void version_rows_encode(const msgpack_object *versions, struct encoder *model);

#endif
