/* A request that cannot be answered: the status and the sentence that the client reads. */
#ifndef CRATEDEX_SERVER_FAILURE_H
#define CRATEDEX_SERVER_FAILURE_H

#include <cratedex/error.h>

struct failure {
    unsigned status;
    struct error error; /* the client sees it, unless the status is 500 */
};

/* What a function of the library says in `failure->error` is the server's own fault. Returns -1. */
static inline int failure_internal(struct failure *failure)
{
    failure->status = 500;
    return -1;
}

/* Sets both. Returns -1, so that a failing function can `return failure_set(failure, …)`. */
#define failure_set(failure, code, ...)                                                            \
    ((failure)->status = (code), error_set(&(failure)->error, __VA_ARGS__))

#endif
