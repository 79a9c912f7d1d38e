/* What a page shows of an endpoint's answer, asked for within the server: the same parameters, the
   same checks, the same members. */
#ifndef CRATEDEX_SERVER_PART_H
#define CRATEDEX_SERVER_PART_H

#include "server/endpoints/endpoint.h"

/* A request to an endpoint. The texts are borrowed. */
struct part {
    const struct endpoint *endpoint;
    struct path_value path_values[REQUEST_MAX_PATH_VALUES]; /* as its path's pattern has them */
    const char *query;                                      /* as in an address; NULL: none */
    size_t query_length;
};

/* For a page's `prepare`: checks the part's parameters and appends to the key what its answer
   depends on. Returns 0, or -1 and the endpoint's own failure. */
int part_prepare(const struct question *question, const struct part *part, struct failure *failure);

/* For a page's `answer`: writes the endpoint's answer to the empty `body`, as a client gets it in
   that encoding. Where it depends on the arm of an experiment, so does the page of `job`. Returns
   0, or -1 and the endpoint's own failure; `body` is the caller's to free. */
int part_body(struct answer_job *job, const struct part *part, enum encoding encoding,
              msgpack_sbuffer *body, struct failure *failure);

/* The same as one MessagePack value that is appended to `out`. */
int part_answer(struct answer_job *job, const struct part *part, struct encoder *out,
                struct failure *failure);

#endif
