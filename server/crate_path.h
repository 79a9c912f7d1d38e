/* The crate that a path names. */
#ifndef CRATEDEX_SERVER_CRATE_PATH_H
#define CRATEDEX_SERVER_CRATE_PATH_H

#include "server/failure.h"
#include "server/request.h"

#include <cratedex/index_file.h>

/* Finds the crate by its name in any spelling. Returns 0, or -1 with the 404 that clients of crates.io
   know: "crate `x` does not exist". */
int crate_path_find(const struct index *index, const struct path_value *name, uint32_t *rank,
                    struct failure *failure);

#endif
