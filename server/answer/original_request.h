/* What was asked for when an answer was made, as far as the answer depends on it: kept beside the
   answer, so that the same can be asked of another snapshot. */
#ifndef CRATEDEX_SERVER_ORIGINAL_REQUEST_H
#define CRATEDEX_SERVER_ORIGINAL_REQUEST_H

#include "server/answer/body_store.h"
#include "server/service/experiment.h"

#include <cratedex/encoder.h>
#include <stddef.h>
#include <stdint.h>

struct original_request {
    uint64_t generation; /* of the snapshot that it was asked of */
    enum encoding encoding;
    enum experiment_arm arm; /* that was drawn, whether or not the answer depends on it */
    const char *path;        /* decoded */
    const char *query;       /* as sent, which is how the links of a list are spelled */
    size_t query_length;
    const char *host;   /* NULL: it named none */
    const char *scheme; /* static */
};

/* A copy in one block of `store` (NULL: of malloc), with its texts, to be given back to it as it
   is. NULL when memory runs out. */
struct original_request *original_request_copy(struct body_store *store,
                                               const struct original_request *original);

/* What the copy is to be charged with (body_store_cost). */
size_t original_request_cost(const struct body_store *store, const struct original_request *copy);

#endif
