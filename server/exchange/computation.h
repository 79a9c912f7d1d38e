/* How an answer is computed: by the endpoint of an exchange, with a reader of its snapshot. */
#ifndef CRATEDEX_SERVER_COMPUTATION_H
#define CRATEDEX_SERVER_COMPUTATION_H

#include "server/exchange/exchange.h"
#include "server/http/query_string.h"
#include "server/parameters/canonical_key.h"

#include <msgpack/sbuffer.h>

/* What a routed request asks for; large, and without any memory of its own. */
struct computation {
    struct query_string query; /* the request's, which points to it */
    union endpoint_parameters parameters;
    struct canonical_key key; /* under which the answer is kept, where it is */
};

/* Reads the request's query. Touches no file. Returns 0 or -1. */
int computation_prepare(const struct exchange *exchange, struct computation *computation,
                        struct failure *failure);

/* Runs the endpoint, into `body` and `job`. Returns 0 or -1. */
int computation_run(const struct exchange *exchange, const struct computation *computation,
                    struct answer_job *job, msgpack_sbuffer *body, struct failure *failure);

/* Makes the answer that the cache keeps; NULL where that fails. */
struct answer *computation_answer(const struct exchange *exchange,
                                  const struct computation *computation, struct failure *failure);

/* What the exchange asks for; borrowed from its request. */
void computation_note_original(const struct exchange *exchange, struct original_request *original);

#endif
