/* A swap in its order, with what may go wrong at each step:

       open beside the old one   refused: the old one serves on
       warm                      nobody is answered from the new one yet
       publish                   who asks from now on gets it; waits for those who hold the old one
       forget, close             nobody sees the old one any more; its memory goes to the system

   With --freshness, answers of the old one are kept for that long, for those who would have to wait
   for the new ones (stale_answers.c). Only the last generation's are, and none where the settings
   are others, for who has changed one wants to see it, nor where an id means another crate.

   Memory that was freed lies among what is used in malloc's heaps, so the heaps are trimmed. The
   figures are written by the thread that swaps and read by all. */
#include "server/service/index_swap.h"

#include "server/service/monotonic.h"
#include "server/service/same_registry.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <time.h>

static double wall_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void index_swap_init(struct index_swap *swap, struct published *snapshots, struct snapshot *served,
                     const struct snapshot_source *source, const struct swap_steps *steps,
                     const atomic_bool *is_over)
{
    swap->snapshots = snapshots;
    swap->source = *source;
    swap->settings = *source->settings;
    swap->source.settings = &swap->settings;
    swap->steps = steps != NULL ? *steps : (struct swap_steps){.service = NULL};
    swap->is_over = is_over;
    swap->served = served;
    swap->has_stale = false;
    atomic_init(&swap->n_published, 0);
    atomic_init(&swap->n_refused, 0);
    atomic_init(&swap->last_published, wall_seconds());
    atomic_init(&swap->last_seconds, 0);
    atomic_init(&swap->last_was_refused, false);
}

static void forget(const struct index_swap *swap, uint64_t oldest)
{
    if (swap->steps.forget != NULL)
        swap->steps.forget(swap->steps.service, oldest);
}

/* Has answers of the snapshot before given for a while. */
static void keep_stale(struct index_swap *swap, struct snapshot *opened)
{
    const struct snapshot *before = swap->served;
    const double seconds = opened->settings.freshness_seconds;
    swap->has_stale = seconds > 0 && settings_equal(&before->settings, &opened->settings) &&
                      is_same_registry(before->index, opened->index);
    if (!swap->has_stale)
        return;
    opened->stale_generation = before->generation;
    opened->stale_until = monotonic_seconds() + seconds;
}

static void replace(struct index_swap *swap, struct snapshot *opened)
{
    struct snapshot *before = swap->served;
    published_replace(swap->snapshots, opened);
    swap->served = opened;
    forget(swap, swap->has_stale ? before->generation : opened->generation);
    snapshot_close(before);
    malloc_trim(0);
}

static struct snapshot *open_snapshot(struct index_swap *swap, const struct settings *settings,
                                      struct error *error)
{
    struct snapshot_source source = swap->source;
    if (settings != NULL)
        source.settings = settings;
    return snapshot_open(&source, swap->served->generation + 1, error);
}

/* Whether it is still what was opened, and wanted. */
static int check_opened(const struct index_swap *swap, const struct snapshot *opened,
                        struct error *error)
{
    if (atomic_load(swap->is_over))
        return error_set(error, "the server ends");
    if (snapshot_is_sound(opened))
        return 0;
    error_set(error, "%s was changed in place before it could be served", swap->source.path);
    return error_mark_transient(error);
}

int index_swap_run(struct index_swap *swap, const struct settings *settings, const char *why,
                   struct error *error)
{
    const struct swap_steps *steps = &swap->steps;
    double start = monotonic_seconds();
    struct snapshot *opened = open_snapshot(swap, settings, error);
    if (opened == NULL)
        return -1;
    double open = monotonic_seconds();
    if (steps->prepare != NULL)
        steps->prepare(steps->service, opened);
    if (steps->warm != NULL)
        steps->warm(steps->service, swap->served, opened, swap->is_over);
    if (check_opened(swap, opened, error) != 0) {
        snapshot_close(opened);
        return -1;
    }
    double warm = monotonic_seconds();
    if (settings != NULL)
        swap->settings = *settings;
    fprintf(stderr,
            "cratedex-server: %s %s: serving %" PRIu32 " crates, dump of %s (before: %" PRIu32
            ", %s); opened in %.3f s, warmed in %.3f s\n",
            swap->source.path, why, index_n_crates(opened->index),
            index_dump_timestamp(opened->index), index_n_crates(swap->served->index),
            index_dump_timestamp(swap->served->index), open - start, warm - open);
    keep_stale(swap, opened);
    replace(swap, opened);
    atomic_fetch_add(&swap->n_published, 1);
    atomic_store(&swap->last_published, wall_seconds());
    atomic_store(&swap->last_seconds, monotonic_seconds() - start);
    atomic_store(&swap->last_was_refused, false);
    return 0;
}

int index_swap_damage(struct index_swap *swap)
{
    struct snapshot *sound = swap->served;
    struct snapshot *damaged = snapshot_damaged(sound);
    if (damaged == NULL)
        return -1;
    published_replace(swap->snapshots, damaged);
    swap->served = damaged;
    snapshot_forget(sound);
    return 0;
}

void index_swap_note_refusal(struct index_swap *swap)
{
    atomic_fetch_add(&swap->n_refused, 1);
    atomic_store(&swap->last_was_refused, true);
}

void index_swap_note_return(struct index_swap *swap)
{
    atomic_store(&swap->last_was_refused, false);
}

void index_swap_tidy(struct index_swap *swap)
{
    if (!swap->has_stale || monotonic_seconds() < swap->served->stale_until)
        return;
    swap->has_stale = false;
    forget(swap, swap->served->generation);
    malloc_trim(0);
}

void index_swap_read_figures(const struct index_swap *swap, struct swap_figures *figures)
{
    figures->n_published = atomic_load(&swap->n_published);
    figures->n_refused = atomic_load(&swap->n_refused);
    figures->last_published = atomic_load(&swap->last_published);
    figures->last_seconds = atomic_load(&swap->last_seconds);
    figures->last_was_refused = atomic_load(&swap->last_was_refused);
}
