/* Looks after the file that is served: notices when somebody writes into it or cuts it, and opens
   it again when it is whole. */
#ifndef CRATEDEX_SERVER_INDEX_WATCH_H
#define CRATEDEX_SERVER_INDEX_WATCH_H

#include "server/service/published.h"

#include <cratedex/error.h>

struct index_watch;

struct snapshot;
struct snapshot_source;

/* Starts a thread that looks after `served`, the snapshot that is published, of `source` (copied).
   From now on it alone publishes others, and frees what they replace. Returns NULL and why. */
struct index_watch *index_watch_start(struct published *snapshots, struct snapshot *served,
                                      const struct snapshot_source *source, struct error *error);

/* Ends it. What is published stays. NULL is allowed. */
void index_watch_stop(struct index_watch *watch);

/* Has it look now: somebody found a snapshot that is not sound. NULL is allowed. Thread-safe. */
void index_watch_wake(struct index_watch *watch);

#endif
