/* The HTTP daemon: connections, threads, limits, start and stop. */
#ifndef CRATEDEX_SERVER_DAEMON_H
#define CRATEDEX_SERVER_DAEMON_H

#include "server/http/request_head.h"
#include "server/service/service.h"

#include <cratedex/error.h>
#include <limits.h>
#include <stdbool.h>

struct daemon;

#define DAEMON_DEFAULT_CONNECTIONS 4096
#define DAEMON_DEFAULT_PER_ADDRESS UINT_MAX /* a quarter of all */

struct daemon_limits {
    unsigned n_threads;      /* that answer */
    unsigned n_connections;  /* at once; 0: the default, or what the system's limits allow */
    double max_wait_seconds; /* that a request waits for others to be computed; 0: any time */
    unsigned n_per_address;  /* of them, from one address that is no trusted proxy's; 0: all */
    unsigned max_waiting;    /* requests of a thread that wait, where one more is refused; 0: any */
    unsigned n_spared; /* descriptors that somebody else needs, beside the index and the logs */
};

/* What libmicrohttpd may hold for a connection. */
#define DAEMON_CONNECTION_BYTES REQUEST_MEMORY_BYTES

/* Serves on `listener`. `service` must outlive the daemon. Returns NULL and says why; else the
   listener belongs to the daemon, which closes it in the end. */
struct daemon *daemon_start(struct service *service, int listener,
                            const struct daemon_limits *limits, struct error *error);

/* Begins to end: who is connected already, and who waits to be accepted, is answered once more, and
   then the connection is closed; one on which nothing is asked for DAEMON_SILENCE_SECONDS is
   closed, too. Then nobody can connect any more, unless the socket `is_shared` with another
   process, for which new ones wait. To be called once. */
#define DAEMON_SILENCE_SECONDS 5
void daemon_drain(struct daemon *daemon, bool is_shared);

/* Whether that is over: nobody is connected. To be asked some times a second from then on, for it
   is what stops accepting. */
bool daemon_is_drained(struct daemon *daemon);

/* How many connections have a request that has begun and is not answered to the last byte. */
unsigned daemon_n_running(const struct daemon *daemon);

/* Whether every thread has looked at its connections within the last seconds, as it does once a
   second whatever else it does. Thread-safe. */
bool daemon_is_working(const struct daemon *daemon);

/* Closes every connection, waits for the threads and frees the daemon. */
void daemon_stop(struct daemon *daemon);

#endif
