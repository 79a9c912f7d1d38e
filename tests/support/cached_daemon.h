/* The server's daemon in this process, over an index of the sample, for tests that count what it
   does. */
#ifndef CRATEDEX_TESTS_SUPPORT_CACHED_DAEMON_H
#define CRATEDEX_TESTS_SUPPORT_CACHED_DAEMON_H

#include "server/connections/daemon.h"
#include "server/service/service.h"
#include "server/service/snapshot.h"
#include "server/telemetry/metrics.h"
#include "tests/support/built_index.h"

struct cached_daemon {
    struct built_index built;
    struct snapshot *snapshot; /* that is served first */
    struct service service;
    const char *route_names[OUTCOME_MAX_ROUTES];
    struct daemon *daemon;
    int listener;
};

/* Starts it with this many threads, a cache of 64 MiB in one shard, and the threads' recent hits.
   Fails the test where it cannot. */
void cached_daemon_start(struct cached_daemon *daemon, unsigned n_threads);

/* The defaults, for a snapshot of one's own. */
const struct settings *cached_daemon_settings(void);

/* Every connection to it has been closed. */
void cached_daemon_stop(struct cached_daemon *daemon);

/* Both for cmocka's group: the state becomes a struct cached_daemon. They return 0. */
int cached_daemon_set_up(void **state, unsigned n_threads);
int cached_daemon_tear_down(void **state);

/* A blocking connection to a listener. */
int cached_daemon_connect(int listener);

#endif
