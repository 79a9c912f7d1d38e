/* Looks after the file that is served, and publishes another snapshot when another file has taken
   its path, when somebody asks, and when the file was written to and is whole again. */
#ifndef CRATEDEX_SERVER_INDEX_WATCH_H
#define CRATEDEX_SERVER_INDEX_WATCH_H

#include "server/service/index_swap.h"
#include "server/service/reload_queue.h"

#include <cratedex/error.h>

struct index_watch;

/* Starts a thread that looks after `served`, the snapshot that is published, of `source` (copied
   with its settings; what it points to besides must live on). From now on it alone publishes
   others, and frees what they replace. `steps` (copied; NULL: none) are its thread's. Returns NULL
   and why. */
struct index_watch *index_watch_start(struct published *snapshots, struct snapshot *served,
                                      const struct snapshot_source *source,
                                      const struct swap_steps *steps, struct error *error);

/* Ends its thread: who waits for a reload, or asks for one from now on, is told so. What is
   published stays. NULL is allowed, as below. */
void index_watch_end(struct index_watch *watch);

/* The same, and frees it: nobody may be about to ask. */
void index_watch_stop(struct index_watch *watch);

/* Has it look now: somebody found a snapshot that is not sound. NULL is allowed. Thread-safe, as
   all below. */
void index_watch_wake(struct index_watch *watch);

/* Asks it to open what is at the path now, beside what is served, and to publish it with another
   generation, even where it is the same file. `settings` (copied) belong to it and to those after
   it: whose were asked for last; NULL: those of before. Who asks while another's is opened is
   answered by the next, together with all others who do. index_watch_wait must follow. */
void index_watch_ask(struct index_watch *watch, const struct settings *settings,
                     struct reload_wait *wait);

/* Returns when who asks gets the new one, and nobody uses the old one: 0, or -1 and why, and the
   old one serves on with its settings. The caller must hold no snapshot. */
int index_watch_wait(struct index_watch *watch, struct reload_wait *wait, struct error *error);

/* Counts a reload that was refused before it came here. */
void index_watch_note_refusal(struct index_watch *watch);

/* How swaps went until now. */
void index_watch_read_figures(const struct index_watch *watch, struct swap_figures *figures);

#endif
