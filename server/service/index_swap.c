/* A swap in its order, with what may go wrong at each step:

       open beside the old one   refused: the old one serves on
       check all pages           likewise; of a cold disk this takes longest
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

/* When the steps of one ended, by monotonic_seconds. */
struct swap_times {
    double begun;
    double opened;
    double checked;
    double warmed;
};

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
    swap->source.is_over = is_over;
    swap->steps = steps != NULL ? *steps : (struct swap_steps){.service = NULL};
    swap->is_over = is_over;
    swap->served = served;
    swap->last_generation = served->generation;
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

/* What is kept of a snapshot that is refused has its generation, which no other gets. */
static struct snapshot *open_snapshot(struct index_swap *swap, const struct settings *settings,
                                      struct error *error)
{
    struct snapshot_source source = swap->source;
    if (settings != NULL)
        source.settings = settings;
    return snapshot_open(&source, ++swap->last_generation, error);
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

/* Checks all pages, unless what is served is worse anyway: another file is better than one that
   nobody may read, and the same is as good. */
static int check_pages(const struct index_swap *swap, const struct snapshot *opened,
                       struct error *error)
{
    const struct snapshot *served = swap->served;
    bool is_as_good = served->is_damaged || file_stamp_equals(&served->at_path, &opened->at_path);
    if (is_as_good || page_check_all(opened->index, swap->source.path, swap->is_over, error) == 0)
        return 0;
    return snapshot_is_sound(opened) ? -1 : check_opened(swap, opened, error);
}

static void prepare(const struct index_swap *swap, const struct snapshot *snapshot)
{
    if (swap->steps.prepare != NULL)
        swap->steps.prepare(swap->steps.service, snapshot);
}

/* Everything between opening and publishing. */
static int make_ready(const struct index_swap *swap, const struct snapshot *opened,
                      struct swap_times *times, struct error *error)
{
    const struct swap_steps *steps = &swap->steps;
    if (check_pages(swap, opened, error) != 0)
        return -1;
    times->checked = monotonic_seconds();
    prepare(swap, opened);
    if (steps->warm != NULL)
        steps->warm(steps->service, swap->served, opened, swap->is_over);
    times->warmed = monotonic_seconds();
    int result = check_opened(swap, opened, error);
    if (result != 0 && !swap->served->is_damaged)
        prepare(swap, swap->served);
    return result;
}

static void say(const char *path, const char *why, const struct snapshot *before,
                const struct snapshot *opened, const struct swap_times *times)
{
    fprintf(stderr,
            "cratedex-server: %s %s: serving %" PRIu32 " crates, dump of %s (before: %" PRIu32
            ", %s); opened in %.3f s, checked in %.3f s, warmed in %.3f s\n",
            path, why, index_n_crates(opened->index), index_dump_timestamp(opened->index),
            index_n_crates(before->index), index_dump_timestamp(before->index),
            times->opened - times->begun, times->checked - times->opened,
            times->warmed - times->checked);
}

/* Says so once everybody gets the new one, and not before. */
static void replace(struct index_swap *swap, struct snapshot *opened, const char *why,
                    const struct swap_times *times)
{
    struct snapshot *before = swap->served;
    published_replace(swap->snapshots, opened);
    swap->served = opened;
    say(swap->source.path, why, before, opened, times);
    forget(swap, swap->has_stale ? before->generation : opened->generation);
    snapshot_close(before);
    malloc_trim(0);
}

int index_swap_run(struct index_swap *swap, const struct settings *settings, const char *why,
                   struct error *error)
{
    struct swap_times times = {.begun = monotonic_seconds()};
    struct snapshot *opened = open_snapshot(swap, settings, error);
    if (opened == NULL)
        return -1;
    times.opened = monotonic_seconds();
    if (make_ready(swap, opened, &times, error) != 0) {
        snapshot_close(opened);
        malloc_trim(0);
        return -1;
    }
    if (settings != NULL)
        swap->settings = *settings;
    keep_stale(swap, opened);
    replace(swap, opened, why, &times);
    atomic_fetch_add(&swap->n_published, 1);
    atomic_store(&swap->last_published, wall_seconds());
    atomic_store(&swap->last_seconds, monotonic_seconds() - times.begun);
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
