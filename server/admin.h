/* The address for operators, beside the one for clients: metrics, health, the status page
   and reloading. */
#ifndef CRATEDEX_SERVER_ADMIN_H
#define CRATEDEX_SERVER_ADMIN_H

#include "server/service/service.h"

#include <cratedex/error.h>
#include <stdbool.h>

struct admin;

/* Connections at once, and so descriptors, that others are to leave to it. */
#define ADMIN_MAX_CONNECTIONS 128

/* Serves on `listener`, of what `service` has at this moment, which must outlive it. `reload` is
   called for who asks for one, with `context`, one call at a time in a thread for these; it returns
   0 when the new state serves, or -1 and why. Returns NULL and why; else the listener belongs to
   it. */
struct admin *admin_start(const struct service *service, int listener,
                          int (*reload)(void *context, struct error *error), void *context,
                          struct error *error);

/* Says from now on that the server ends, and reloads no more. NULL is allowed, as below. */
void admin_say_end(struct admin *admin);

/* How many requests have begun and are not answered to the last byte. */
unsigned admin_n_running(const struct admin *admin);

/* daemon_is_working's; there is nothing to stand still where there is no such address. */
bool admin_is_working(const struct admin *admin);

/* Ends its connections and threads, when the reload is over that runs, and frees it. */
void admin_stop(struct admin *admin);

#endif
