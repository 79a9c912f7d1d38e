/* Looks after the file that is served, and publishes another snapshot when another file has taken
   its path, when somebody asks, and when the file was written to and is whole again. */
#ifndef CRATEDEX_SERVER_INDEX_WATCH_H
#define CRATEDEX_SERVER_INDEX_WATCH_H

#include "server/service/published.h"

#include <cratedex/error.h>
#include <stdatomic.h>
#include <stdbool.h>

struct index_watch;

struct service;
struct settings;
struct snapshot;
struct snapshot_source;

/* What others do around a swap, on the thread of the watch. A member that is NULL is left out. */
struct swap_steps {
    const struct service *service; /* for them */

    /* Between opening and publishing: computes answers on `opened` before anybody asks for them.
       `served` is published meanwhile and may be damaged. It must end soon after `*is_over`. */
    void (*warm)(const struct service *service, const struct snapshot *served,
                 const struct snapshot *opened, const atomic_bool *is_over);

    /* Between publishing and closing: nobody uses `replaced` any more, and nothing that was kept of
       it is to be kept further. */
    void (*forget)(const struct service *service, const struct snapshot *replaced,
                   const struct snapshot *published);
};

/* Starts a thread that looks after `served`, the snapshot that is published, of `source` (copied
   with its settings; what it points to besides must live on). From now on it alone publishes
   others, and frees what they replace. `steps` (copied; NULL: none) are its thread's. Returns NULL
   and why. */
struct index_watch *index_watch_start(struct published *snapshots, struct snapshot *served,
                                      const struct snapshot_source *source,
                                      const struct swap_steps *steps, struct error *error);

/* Ends its thread: who waits for a reload, or asks for one from now on, is told so. What is published
   stays. NULL is allowed, as below. */
void index_watch_end(struct index_watch *watch);

/* The same, and frees it: nobody may be about to ask. */
void index_watch_stop(struct index_watch *watch);

/* Has it look now: somebody found a snapshot that is not sound. NULL is allowed. Thread-safe, as
   all below. */
void index_watch_wake(struct index_watch *watch);

/* Opens what is at the path now, beside what is served, and publishes it with another generation,
   even where it is the same file. `settings` (copied) belong to it and to those after it; NULL:
   those of before. Returns when who asks gets the new one, and nobody uses the old one: 0, or -1
   and why, and the old one serves on with its settings. The caller must hold no snapshot. Who asks
   while another's is opened is answered by the next, together with all others who do. */
int index_watch_reload(struct index_watch *watch, const struct settings *settings,
                       struct error *error);

/* The same without waiting: standard error tells what became of it. */
void index_watch_request_reload(struct index_watch *watch, const struct settings *settings);

#endif
