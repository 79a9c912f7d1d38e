/* How much time a request has. */
#ifndef CRATEDEX_SERVER_HASTE_H
#define CRATEDEX_SERVER_HASTE_H

/* What is done where an answer is not in the cache. */
enum transaction_haste {
    TRANSACTION_COMPUTES, /* it is computed, or put off where another thread does that */
    TRANSACTION_WAITS,    /* it is put off */
    TRANSACTION_LATE,     /* the request is refused, for there was no time */
};

#endif
