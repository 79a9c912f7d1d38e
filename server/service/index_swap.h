/* One snapshot takes the place of another. */
#ifndef CRATEDEX_SERVER_INDEX_SWAP_H
#define CRATEDEX_SERVER_INDEX_SWAP_H

#include "server/service/published.h"
#include "server/service/snapshot.h"

#include <cratedex/error.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct service;

/* What others do around a swap, on its thread. A member that is NULL is left out. */
struct swap_steps {
    const struct service *service; /* for them */

    /* Before anything is computed on another that is open; and of what is served, where that is
       refused then. */
    void (*prepare)(const struct service *service, const struct snapshot *opened);

    /* Between opening and publishing: computes answers on `opened` before anybody asks for them.
       `served` is published meanwhile and may be damaged. It must end soon after `*is_over`. */
    void (*warm)(const struct service *service, const struct snapshot *served,
                 const struct snapshot *opened, const atomic_bool *is_over);

    /* After publishing, when nobody uses an older snapshot: what was kept of generations before
       `oldest` is of no use any more. */
    void (*forget)(const struct service *service, uint64_t oldest);
};

/* How swaps went. */
struct swap_figures {
    uint64_t n_published;
    uint64_t n_refused;    /* files and requests; a file once, however often it was tried */
    double last_published; /* seconds since 1970; when it was started, at first */
    double last_seconds;   /* from opening to the end of the last that was published; 0: none was */
    bool last_was_refused; /* what is at the path now, or was asked for last */
};

struct index_swap {
    struct published *snapshots;
    struct snapshot_source source; /* with the settings below */
    struct settings settings;
    struct swap_steps steps;
    const atomic_bool *is_over;
    /* Of the thread that swaps: */
    struct snapshot *served;
    uint64_t last_generation; /* of what was opened, published or not */
    bool has_stale;           /* answers of the generation before are kept for a while */
    /* For all threads: */
    atomic_uint_fast64_t n_published;
    atomic_uint_fast64_t n_refused;
    _Atomic double last_published;
    _Atomic double last_seconds;
    atomic_bool last_was_refused;
};

/* `served` is published in `snapshots`, of `source`, which is copied with its settings, as are the
   `steps` (NULL: none). `*is_over`: the server ends. */
void index_swap_init(struct index_swap *swap, struct published *snapshots, struct snapshot *served,
                     const struct snapshot_source *source, const struct swap_steps *steps,
                     const atomic_bool *is_over);

/* Opens what is at the source's path and publishes it, with `settings` (NULL: those of before),
   which the next snapshots have, too; standard error tells that and `why`: "was replaced". Closes
   the old snapshot. Returns 0, or -1 and why: then nothing has changed. */
int index_swap_run(struct index_swap *swap, const struct settings *settings, const char *why,
                   struct error *error);

/* Publishes that the file of the served snapshot is not to be read any more. Returns -1 where
   memory runs out, and nothing has happened. */
int index_swap_damage(struct index_swap *swap);

/* Counts what was refused, or that what was is there no more. */
void index_swap_note_refusal(struct index_swap *swap);
void index_swap_note_return(struct index_swap *swap);

/* To be called about once a second: lets stale answers go when their time is over. */
void index_swap_tidy(struct index_swap *swap);

/* Thread-safe. */
void index_swap_read_figures(const struct index_swap *swap, struct swap_figures *figures);

#endif
