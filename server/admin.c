/* A second daemon of the same kind as that for clients, with a listening socket, a thread, a table
   of connections and limits of its own: whatever clients do to theirs, this one answers, and what
   is done to this one takes nothing from them. It has the parts of the service in common with them,
   by a copy of the record of where they lie, in which `role` says which paths there are
   (router.c).

   It needs nothing that clients may have used up. Its answers are not cached (but for what its page
   loads, which is there at once), and so never wait for a thread that computes the same; of the
   index's readers one is meant for it (process.c); of descriptors its connections' share is left
   (daemon.c). Small it is so that many who connect to it cost little. Who waits for a reload holds
   a connection, of which the others are to be enough for who looks after the server meanwhile. */
#include "server/admin.h"

#include "server/connections/daemon.h"
#include "server/service/reload_desk.h"

#include <stdlib.h>
#include <sys/resource.h>

#define MAX_PER_ADDRESS 96
#define MAX_WAITING 64
#define DESCRIPTORS_PART 8 /* of all that there may be: what its connections take at most */

struct admin {
    struct service service;
    struct reload_desk *reloads;
    struct daemon *daemon;
};

static unsigned n_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_max / DESCRIPTORS_PART >= ADMIN_MAX_CONNECTIONS)
        return ADMIN_MAX_CONNECTIONS;
    return 1 + (unsigned)limit.rlim_max / DESCRIPTORS_PART;
}

struct admin *admin_start(const struct service *service, int listener,
                          int (*reload)(void *context, struct error *error), void *context,
                          struct error *error)
{
    const struct daemon_limits limits = {.n_threads = 1,
                                         .n_connections = n_connections(),
                                         .n_per_address = MAX_PER_ADDRESS,
                                         .max_waiting = MAX_WAITING};
    struct admin *admin = malloc(sizeof *admin);
    if (admin == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    admin->service = *service;
    admin->service.role = ADDRESS_ADMIN;
    admin->service.recent_hits = NULL;
    atomic_init(&admin->service.is_stopping, false);
    admin->daemon = NULL;
    admin->reloads = reload_desk_start(reload, context, error);
    admin->service.reloads = admin->reloads;
    if (admin->reloads != NULL)
        admin->daemon = daemon_start(&admin->service, listener, &limits, error);
    if (admin->daemon != NULL)
        return admin;
    reload_desk_stop(admin->reloads);
    free(admin);
    return NULL;
}

void admin_say_end(struct admin *admin)
{
    if (admin != NULL)
        atomic_store(&admin->service.is_stopping, true);
}

unsigned admin_n_running(const struct admin *admin)
{
    return admin != NULL ? daemon_n_running(admin->daemon) : 0;
}

bool admin_is_working(const struct admin *admin)
{
    return admin == NULL || daemon_is_working(admin->daemon);
}

void admin_stop(struct admin *admin)
{
    if (admin == NULL)
        return;
    daemon_stop(admin->daemon);
    reload_desk_stop(admin->reloads);
    free(admin);
}
