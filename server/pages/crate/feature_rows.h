/* A version's features as a page shows them. */
#ifndef CRATEDEX_SERVER_FEATURE_ROWS_H
#define CRATEDEX_SERVER_FEATURE_ROWS_H

#include "server/html/object.h"
#include "server/http/failure.h"
#include "server/pages/crate/list_window.h"

/* Writes an array: `default` first, then the others by name, as far as they are in the window:

       {"name", "is_default": whether it is on unless a user turns it off, "enables": [string],
        "more": number or null}

   A feature is on by default where `default` enables it, or enables one that does. `features` is
   the API's map, or NULL. Returns 0, or -1 when memory runs out. */
int feature_rows_encode(const msgpack_object *features, const struct list_window *window,
                        struct encoder *model, struct failure *failure);

/* The number of features. */
uint32_t feature_rows_n(const msgpack_object *features);

#endif
