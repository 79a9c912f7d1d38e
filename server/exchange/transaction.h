/* One request from its whole head to its queued answer, with all that is told of it. */
#ifndef CRATEDEX_SERVER_TRANSACTION_H
#define CRATEDEX_SERVER_TRANSACTION_H

#include "server/exchange/haste.h"
#include "server/http/failure.h"
#include "server/http/request_fields.h"
#include "server/service/service.h"
#include "server/telemetry/asked_query.h"

#include <microhttpd.h>
#include <stdbool.h>

/* A request as the daemon received it; all of it is borrowed for the call. */
struct transaction {
    struct MHD_Connection *connection;
    const struct request_fields *fields; /* of a head that request_head_check has seen */
    const char *method;
    const char *path;            /* as libmicrohttpd has decoded it */
    const char *target;          /* as sent; NULL: it was too long to be kept */
    const char *version;         /* "HTTP/1.1" */
    const char *address;         /* of the peer; empty where nobody wants to know */
    const struct asker *asker;   /* the peer, as one of those who search */
    bool is_proxy;               /* the peer is a trusted one */
    bool is_from_loopback;       /* the peer has an address of this machine alone, and is none */
    const struct failure *fault; /* why it is to be answered by an error; NULL: none */
    enum transaction_haste haste;
    const struct put_off *again; /* as the run before has left it; NULL: this is the first */
};

/* What became of one. */
struct transaction_end {
    bool is_put_off;        /* nothing has happened: to be run again */
    bool has_computed;      /* it took as long as a computation takes */
    struct put_off put_off; /* for the next run; else `since` alone is set */
};

/* Queues the answer, then counts and logs it; or puts it off. Returns what libmicrohttpd wants to
   hear. */
enum MHD_Result transaction_run(const struct service *service,
                                const struct transaction *transaction, struct transaction_end *end);

/* Counts and logs what was answered without a transaction. `target` and `address` may be NULL. */
void transaction_record_refusal(const struct service *service, const char *target,
                                const char *address, unsigned status);

#endif
