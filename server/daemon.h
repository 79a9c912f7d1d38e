/* The HTTP daemon: connections, threads, limits, start and stop. */
#ifndef CRATEDEX_SERVER_DAEMON_H
#define CRATEDEX_SERVER_DAEMON_H

#include "server/http/request_head.h"
#include "server/service/service.h"

#include <cratedex/error.h>
#include <stdbool.h>

struct daemon;

/* More connections wait in the system's queue until others are closed. */
#define DAEMON_MAX_CONNECTIONS 4096
/* A connection on which nothing arrives, or nothing can be sent, for so long is closed. */
#define DAEMON_TIMEOUT_SECONDS 30
/* What libmicrohttpd may hold for a connection. */
#define DAEMON_CONNECTION_BYTES REQUEST_MEMORY_BYTES
/* Serves on `listener` with `n_threads` threads. `service` must outlive the daemon. Returns NULL
   and says why; else the listener belongs to the daemon, which closes it in the end. */
struct daemon *daemon_start(struct service *service, int listener, unsigned n_threads,
                            struct error *error);

/* Accepts no more connections: new ones are refused, those that are open go on. To be called
   once. */
void daemon_refuse_connections(struct daemon *daemon);

/* How many requests have begun and are not answered to the last byte. */
unsigned daemon_n_running(const struct daemon *daemon);

/* Closes every connection, waits for the threads and frees the daemon. */
void daemon_stop(struct daemon *daemon);

#endif
