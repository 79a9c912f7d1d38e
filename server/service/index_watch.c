/* An index is replaced by renaming another over it (`cratedex-index build -o`, mv), or by pointing
   a link on its path elsewhere: the open file stays what it was, while this thread opens the other
   and publishes it (index_swap.h). A program that writes into the file itself (cp, rsync --inplace,
   a shell's >) changes what the server has mapped.

   No answer depends on this thread being quick: whoever has computed one asks snapshot_is_sound
   before it leaves. The thread tells everybody else, /readyz among them, and mends:

       sound ── another file has the path, or somebody asks ──▶ sound, a generation on
       sound ── somebody wrote ──▶ damaged ── the file at the path opens ──▶ sound, a generation on

   To damage a snapshot is to publish it again with that mark. When published_replace returns,
   nobody reads the file any more, so whatever of it is found missing later (mapped_fault.h) belongs
   to the next snapshot.

   A file that nobody writes to may be damaged all the same: page_check.h finds out. It is served as
   far as it is whole, and another that takes its path takes its place.

   A file is opened once it is finished (path_watch.h). One that does not open is told once and left
   alone until it changes, its permissions and signature included; but every RETRY_SECONDS where the
   machine lacked something, or where what is served is damaged. A signature may come a moment after
   its index, so where one is needed the first refusal waits for the second look. */
#include "server/service/index_watch.h"

#include "server/service/monotonic.h"
#include "server/service/path_watch.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOOK_MILLISECONDS 1000
#define RETRY_SECONDS 10.0
#define SIGNATURE_SECONDS 1.0

/* To open an index, to warm and to close one takes a second or so of processor time, for which
   those who answer are not to wait: this is worth a tenth of their share. It is no less, for it may
   hold a lock of the cache or of malloc when it has to give way. */
#define NICENESS 10

struct index_watch {
    struct index_swap swap;
    struct path_watch path;
    struct reload_queue asked;
    int wake; /* an eventfd */
    atomic_bool is_over;
    pthread_t thread;
    /* Of the thread: */
    double opened_at;    /* when the file that is served was; 0: at the start */
    bool awaits_another; /* it is damaged: one that is whole is to take its place */
    bool has_failed;
    struct path_sight failed; /* what did not open */
    double retry_at;          /* the same again */
    struct error said;        /* why, as it was told; empty: it was not */
};

static void forget_failure(struct index_watch *watch)
{
    watch->has_failed = false;
    watch->said.message[0] = '\0';
}

static void remember_failure(struct index_watch *watch, const struct path_sight *sight,
                             double retry_at)
{
    watch->has_failed = true;
    watch->failed = *sight;
    watch->retry_at = retry_at;
}

static bool is_served(const struct index_watch *watch, const struct path_sight *sight)
{
    return file_stamp_equals(&sight->index, &watch->swap.served->at_path);
}

/* From now on another file is looked for at the path; the one that is served again at that time. */
static void await_another(struct index_watch *watch, double retry_at)
{
    watch->awaits_another = true;
    forget_failure(watch);
    if (is_served(watch, &watch->path.seen))
        remember_failure(watch, &watch->path.seen, retry_at);
    path_watch_choose(&watch->path, !watch->swap.served->is_damaged);
}

static void note_damage(struct index_watch *watch)
{
    const struct index *index = watch->swap.served->index;
    const char *path = watch->swap.source.path;
    bool is_unchanged = index_is_unchanged(index);
    if (index_swap_damage(&watch->swap) != 0)
        return; /* every answer finds out by itself, and wakes us again */
    fprintf(stderr,
            "cratedex-server: %s %s while it is served: until it is whole, what is not in the "
            "cache gets 503; `cratedex-index build -o` and `mv` replace an index safely\n",
            path, is_unchanged ? "cannot be read in part" : "was written to or cut");
    /* A disk that cannot read a page may the next time; if it cannot then, there is no hurry. */
    double now = monotonic_seconds();
    bool is_again = is_unchanged && watch->opened_at > 0 && now < watch->opened_at + RETRY_SECONDS;
    await_another(watch, is_again ? now + RETRY_SECONDS : now);
}

static bool has_damaged_pages(const struct snapshot *snapshot)
{
    struct index_pages_state pages;
    index_pages_state(snapshot->index, &pages);
    return pages.n_damaged > 0;
}

/* Publishes what is at the path now. Returns 0, or -1 and why. */
static int swap(struct index_watch *watch, const struct settings *settings, const char *why,
                struct error *error)
{
    if (index_swap_run(&watch->swap, settings, why, error) != 0)
        return -1;
    watch->opened_at = monotonic_seconds();
    watch->awaits_another = false;
    forget_failure(watch);
    path_watch_choose(&watch->path, true);
    return 0;
}

static double next_try(const struct index_watch *watch, const struct error *error)
{
    return watch->awaits_another || error->is_transient ? monotonic_seconds() + RETRY_SECONDS
                                                        : INFINITY;
}

/* What was asked for is told whenever it fails. */
static void reload(struct index_watch *watch, struct reload_request *request)
{
    struct error error;
    const struct settings *settings = request->has_settings ? &request->settings : NULL;
    const struct path_sight sight = path_watch_see(&watch->path);
    int result = swap(watch, settings, "was reloaded", &error);
    if (result != 0) {
        index_swap_note_refusal(&watch->swap);
        fprintf(stderr, "cratedex-server: not reloaded, what is served stays: %s\n", error.message);
        remember_failure(watch, &sight, next_try(watch, &error));
        watch->said = error;
    }
    reload_queue_answer(&watch->asked, request, result, &error);
}

static void note_failure(struct index_watch *watch, const struct path_sight *sight,
                         const struct error *error)
{
    double signed_at = watch->path.since + SIGNATURE_SECONDS;
    bool is_same = watch->has_failed && path_sight_equals(&watch->failed, sight);
    bool is_told = is_same && strcmp(watch->said.message, error->message) == 0;
    if (watch->swap.source.verify_key != NULL && monotonic_seconds() < signed_at) {
        remember_failure(watch, sight, signed_at);
        return;
    }
    remember_failure(watch, sight, next_try(watch, error));
    if (is_told)
        return;
    watch->said = *error;
    index_swap_note_refusal(&watch->swap);
    fprintf(stderr, "cratedex-server: %s: %s\n",
            watch->awaits_another ? "not served yet" : "refused, the index of before is served on",
            error->message);
}

static void try_to_open(struct index_watch *watch)
{
    struct error error;
    const struct path_sight sight = watch->path.seen;
    const char *why = watch->awaits_another ? "is whole" : "was replaced";
    if (swap(watch, NULL, why, &error) != 0)
        note_failure(watch, &sight, &error);
}

/* Whether the finished file at the path is another than those that are known. */
static bool is_worth_trying(struct index_watch *watch)
{
    const struct path_watch *path = &watch->path;
    if (!watch->awaits_another && is_served(watch, &path->seen)) {
        if (watch->has_failed)
            index_swap_note_return(&watch->swap);
        forget_failure(watch);
        return false;
    }
    return path->has_come || !watch->has_failed ||
           !path_sight_equals(&path->seen, &watch->failed) ||
           monotonic_seconds() >= watch->retry_at;
}

static void look(struct index_watch *watch)
{
    struct reload_request request;
    const struct index_swap *swap = &watch->swap;
    if (reload_queue_take(&watch->asked, &request))
        reload(watch, &request);
    bool is_finished = path_watch_look(&watch->path);
    if (!swap->served->is_damaged && !snapshot_is_sound(swap->served))
        note_damage(watch);
    else if (!watch->awaits_another && has_damaged_pages(swap->served))
        await_another(watch, INFINITY);
    if (is_finished && is_worth_trying(watch))
        try_to_open(watch);
    index_swap_tidy(&watch->swap);
}

static void *run(void *context)
{
    struct index_watch *watch = context;
    (void)setpriority(PRIO_PROCESS, 0, NICENESS); /* of this thread, on Linux */
    while (!atomic_load(&watch->is_over)) {
        eventfd_t n_wakes;
        struct pollfd polled[] = {{.fd = watch->wake, .events = POLLIN},
                                  {.fd = watch->path.notices, .events = POLLIN}};
        (void)poll(polled, sizeof polled / sizeof *polled, LOOK_MILLISECONDS);
        if (polled[0].revents != 0)
            (void)eventfd_read(watch->wake, &n_wakes);
        look(watch);
    }
    reload_queue_close(&watch->asked);
    return NULL;
}

static void free_watch(struct index_watch *watch)
{
    if (watch->wake >= 0)
        close(watch->wake);
    path_watch_end(&watch->path);
    reload_queue_destroy(&watch->asked);
    free(watch);
}

struct index_watch *index_watch_start(struct published *snapshots, struct snapshot *served,
                                      const struct snapshot_source *source,
                                      const struct swap_steps *steps, struct error *error)
{
    struct index_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    atomic_init(&watch->is_over, false);
    index_swap_init(&watch->swap, snapshots, served, source, steps, &watch->is_over);
    reload_queue_init(&watch->asked);
    watch->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const int reason = errno;
    if (path_watch_begin(&watch->path, source->path, error) != 0) {
        error_prefix(error, "cannot watch %s: ", source->path);
    } else if (watch->wake < 0) {
        error_set(error, "cannot make an eventfd: %s", strerror(reason));
    } else {
        path_watch_choose(&watch->path, true);
        int result = pthread_create(&watch->thread, NULL, run, watch);
        if (result == 0)
            return watch;
        error_set(error, "cannot start a thread: %s", strerror(result));
    }
    free_watch(watch);
    return NULL;
}

void index_watch_end(struct index_watch *watch)
{
    if (watch == NULL || atomic_exchange(&watch->is_over, true))
        return;
    index_watch_wake(watch);
    pthread_join(watch->thread, NULL);
}

void index_watch_stop(struct index_watch *watch)
{
    index_watch_end(watch);
    if (watch != NULL)
        free_watch(watch);
}

void index_watch_wake(struct index_watch *watch)
{
    if (watch != NULL)
        (void)eventfd_write(watch->wake, 1);
}

void index_watch_ask(struct index_watch *watch, const struct settings *settings,
                     struct reload_wait *wait)
{
    reload_queue_ask(&watch->asked, settings, wait);
    index_watch_wake(watch);
}

int index_watch_wait(struct index_watch *watch, struct reload_wait *wait, struct error *error)
{
    return reload_queue_wait(&watch->asked, wait, error);
}

void index_watch_note_refusal(struct index_watch *watch)
{
    index_swap_note_refusal(&watch->swap);
}

void index_watch_read_figures(const struct index_watch *watch, struct swap_figures *figures)
{
    index_swap_read_figures(&watch->swap, figures);
}
