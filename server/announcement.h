/* What the server says of itself: where it listens and what it serves, to people and to the service
   manager. */
#ifndef CRATEDEX_SERVER_ANNOUNCEMENT_H
#define CRATEDEX_SERVER_ANNOUNCEMENT_H

#include "server/connections/listener.h"
#include "server/service/service.h"

#include <cratedex/error.h>
#include <stdint.h>
#include <stdio.h>

struct announcement {
    const struct service *service;
    char address[LISTENER_NAME_SIZE];
    char admin_address[LISTENER_NAME_SIZE]; /* empty: there is none */
    uint64_t generation;                    /* of the snapshot of which it was said last */
};

/* Of a service that serves on `listener` and for operators on `admin_listener` (-1: nowhere), and
   must outlive it. Returns 0, or -1 and why. */
int announcement_init(struct announcement *announcement, const struct service *service,
                      int listener, int admin_listener, struct error *error);

/* Says for the first time that it serves; a pipe `out` that is full is not waited for. Returns 0,
   or -1 and why. */
int announcement_begin(struct announcement *announcement, FILE *out, struct error *error);

/* Tells the service manager that a reload is over; `fault` (NULL: none) says why it was refused. */
void announcement_end_reload(struct announcement *announcement, const char *fault);

/* Tells it what is served where that is another snapshot than was said; to be called about once a
   second. */
void announcement_follow(struct announcement *announcement);

#endif
