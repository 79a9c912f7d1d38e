/* How much time a request has, and what is kept of one that had to wait. */
#ifndef CRATEDEX_SERVER_HASTE_H
#define CRATEDEX_SERVER_HASTE_H

#include <stdint.h>

/* What is done where an answer is not in the cache. */
enum transaction_haste {
    TRANSACTION_COMPUTES, /* it is computed, or put off where another thread does that */
    TRANSACTION_WAITS,    /* it is put off */
    TRANSACTION_LATE,     /* the request is refused, for there was no time */
};

/* Of a request that was put off, for its next run. */
struct put_off {
    double since;    /* monotonic_seconds when it was whole */
    uint64_t ticket; /* of the reload that it asked for; 0: it waits for something else */
};

#endif
