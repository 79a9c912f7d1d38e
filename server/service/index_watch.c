/* An index is replaced by renaming another over it (`cratedex-index build -o`, mv): the open file
   stays what it was, and the server with it. A program that writes into the file itself (cp, rsync
   --inplace, a shell's >) changes what the server has mapped.

   No answer depends on this thread being quick: whoever has computed one asks snapshot_is_sound
   before it leaves. The thread tells everybody else, /readyz among them, and mends:

       sound ── somebody wrote ──▶ damaged ── the file at the path opens ──▶ sound, a generation on

   To damage a snapshot is to publish it again with that mark. When published_replace returns,
   nobody reads the file any more, so whatever of it is found missing later (mapped_fault.h) belongs
   to the next snapshot.

   A file that nobody writes to may be damaged all the same: page_check.h finds out. It is served as
   far as it is whole, and another that takes its path takes its place.

   inotify(7) tells of writes and of their end. It knows nothing of other machines' writes in a
   network's file system, nor of programs that have the file mapped, and may be used up
   (fs.inotify.max_user_instances), so the thread also looks once a second. To open is tried when a
   writer has closed a file or a file has taken the path, or when the one there has not changed for
   a second; what failed is not tried again for RETRY_SECONDS unless it changed. */
#include "server/service/index_watch.h"

#include "index/base/file_stamp.h"
#include "server/service/reload_queue.h"
#include "server/service/snapshot.h"

#include <cratedex/index_file.h>
#include <cratedex/index_signature.h>
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MILLISECONDS 1000
#define QUIET_SECONDS 1.0
#define RETRY_SECONDS 10.0
#define NOTICE_BYTES 4096

/* Who replaces a file by a name, or has written one to its end. */
#define FOLDER_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

/* A file at the path, and when it was first seen so, or when it was tried. */
struct sight {
    struct file_stamp stamp; /* all zero: there was none */
    double seconds;
};

struct index_watch {
    struct published *snapshots;
    struct snapshot_source source;
    struct settings settings; /* of the source */
    struct swap_steps steps;
    struct reload_queue asked;
    char *folder; /* of its path */
    int wake;     /* an eventfd */
    int notices;  /* of inotify; -1: there are none */
    int folder_watch;
    atomic_bool is_over;
    pthread_t thread;
    /* Of the thread: */
    struct snapshot *served;
    struct sight opened; /* the file that is served */
    bool awaits_another; /* it is damaged: one that is whole is to take its place */
    struct sight seen;
    struct sight failed;
    struct error said; /* why the file does not open, the last time */
};

/* Of the clock that nobody sets. */
static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Has inotify tell what matters now: of a sound file that it is written to, and whether that is
   over already; of a damaged one that it is over, or that another comes. Without inotify the clock
   does. */
static void choose_notices(struct index_watch *watch)
{
    if (watch->notices < 0)
        return;
    const uint32_t events = IN_CLOSE_WRITE | (watch->served->is_damaged ? 0 : IN_MODIFY);
    (void)inotify_add_watch(watch->notices, watch->source.path, events);
    if (watch->folder_watch >= 0)
        (void)inotify_rm_watch(watch->notices, watch->folder_watch);
    watch->folder_watch = watch->awaits_another
                              ? inotify_add_watch(watch->notices, watch->folder, FOLDER_EVENTS)
                              : -1;
}

/* Whether an event tells that the file, its signature or another in their place is finished. In the
   folder there may be much else. */
static bool is_arrival(const struct index_watch *watch, uint32_t mask, const char *name)
{
    const char *slash = strrchr(watch->source.path, '/');
    const char *own = slash != NULL ? slash + 1 : watch->source.path;
    size_t length = strlen(own);
    if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)) == 0)
        return false;
    return name == NULL ||
           (strncmp(name, own, length) == 0 &&
            (name[length] == '\0' || strcmp(name + length, INDEX_SIGNATURE_SUFFIX) == 0));
}

/* Takes what inotify has to tell. Returns whether a file was finished or has come. */
static bool read_notices(const struct index_watch *watch)
{
    _Alignas(struct inotify_event) char bytes[NOTICE_BYTES];
    bool has_come = false;
    ssize_t n_bytes;
    while (watch->notices >= 0 && (n_bytes = read(watch->notices, bytes, sizeof bytes)) > 0) {
        for (const char *at = bytes; at < bytes + n_bytes;) {
            struct inotify_event event;
            memcpy(&event, at, sizeof event);
            at += sizeof event;
            has_come |= is_arrival(watch, event.mask, event.len > 0 ? at : NULL);
            at += event.len;
        }
    }
    return has_come;
}

/* What is at the path; all zero: nothing. */
static struct file_stamp stamp_at_path(const struct index_watch *watch)
{
    struct stat status;
    return stat(watch->source.path, &status) == 0 ? file_stamp_of(&status) : (struct file_stamp){0};
}

static void replace(struct index_watch *watch, struct snapshot *snapshot)
{
    published_replace(watch->snapshots, snapshot);
    watch->served = snapshot;
}

/* From now on another file is looked for at the path; not that of `known`, until it changes. */
static void await_another(struct index_watch *watch, struct sight known)
{
    watch->awaits_another = true;
    watch->seen = (struct sight){.seconds = seconds_now()};
    watch->failed = known;
    watch->said.message[0] = '\0';
    choose_notices(watch);
}

static bool is_recent(double seconds)
{
    return seconds_now() < seconds + RETRY_SECONDS;
}

static void note_damage(struct index_watch *watch)
{
    struct snapshot *sound = watch->served;
    struct snapshot *damaged = snapshot_damaged(sound);
    if (damaged == NULL)
        return; /* every answer finds out by itself, and wakes us again */
    fprintf(stderr,
            "cratedex-server: %s %s while it is served: until it is whole, what is not in the "
            "cache gets 503; `cratedex-index build -o` and `mv` replace an index safely\n",
            watch->source.path,
            index_is_unchanged(sound->index) ? "cannot be read in part" : "was written to or cut");
    replace(watch, damaged);
    /* A disk that cannot read a page may the next time; if it cannot then, there is no hurry. */
    bool is_again = index_is_unchanged(sound->index) && is_recent(watch->opened.seconds);
    snapshot_forget(sound);
    await_another(watch, is_again ? (struct sight){watch->opened.stamp, seconds_now()}
                                  : (struct sight){.seconds = -RETRY_SECONDS});
}

static bool has_damaged_pages(const struct snapshot *snapshot)
{
    struct index_pages_state pages;
    index_pages_state(snapshot->index, &pages);
    return pages.n_damaged > 0;
}

static void note_failure(struct index_watch *watch, const struct error *error)
{
    watch->failed = (struct sight){watch->seen.stamp, seconds_now()};
    if (strcmp(watch->said.message, error->message) != 0)
        fprintf(stderr, "cratedex-server: not served yet: %s\n", error->message);
    watch->said = *error;
}

/* Publishes what is at the path now. Returns 0, or -1 and why. */
static int swap(struct index_watch *watch, struct error *error)
{
    const struct swap_steps *steps = &watch->steps;
    struct snapshot *before = watch->served;
    const struct file_stamp stamp = stamp_at_path(watch);
    struct snapshot *snapshot = snapshot_open(&watch->source, before->generation + 1, error);
    if (snapshot == NULL)
        return -1;
    if (steps->warm != NULL)
        steps->warm(steps->service, before, snapshot, &watch->is_over);
    fprintf(stderr, "cratedex-server: %s is whole: serving %" PRIu32 " crates, dump of %s\n",
            watch->source.path, index_n_crates(snapshot->index),
            index_dump_timestamp(snapshot->index));
    watch->opened = (struct sight){stamp, seconds_now()};
    watch->awaits_another = false;
    replace(watch, snapshot);
    choose_notices(watch);
    if (steps->forget != NULL)
        steps->forget(steps->service, before, snapshot);
    snapshot_close(before);
    return 0;
}

static void try_to_open(struct index_watch *watch)
{
    struct error error;
    if (swap(watch, &error) != 0)
        note_failure(watch, &error);
}

static void reload(struct index_watch *watch, struct reload_request *request)
{
    struct error error;
    const struct settings before = watch->settings;
    if (request->has_settings)
        watch->settings = request->settings;
    int result = swap(watch, &error);
    if (result != 0) {
        watch->settings = before;
        fprintf(stderr, "cratedex-server: not reloaded: %s\n", error.message);
    }
    reload_queue_answer(&watch->asked, request, result, &error);
}

/* Looks at the path of a damaged index. Returns whether it is worth trying to open it. */
static bool may_be_whole(struct index_watch *watch, bool has_come)
{
    const struct file_stamp stamp = stamp_at_path(watch);
    double now = seconds_now();
    bool is_quiet = file_stamp_equals(&stamp, &watch->seen.stamp);
    if (!is_quiet)
        watch->seen = (struct sight){stamp, now};
    if (has_come)
        return true;
    if (now < watch->seen.seconds + QUIET_SECONDS)
        return false;
    return !file_stamp_equals(&stamp, &watch->failed.stamp) || !is_recent(watch->failed.seconds);
}

static void look(struct index_watch *watch)
{
    bool has_come = read_notices(watch);
    struct reload_request request;
    if (reload_queue_take(&watch->asked, &request))
        reload(watch, &request);
    if (!watch->served->is_damaged && !snapshot_is_sound(watch->served))
        note_damage(watch);
    else if (!watch->awaits_another && has_damaged_pages(watch->served))
        await_another(watch, (struct sight){watch->opened.stamp, INFINITY});
    if (watch->awaits_another && may_be_whole(watch, has_come))
        try_to_open(watch);
}

static void *run(void *context)
{
    struct index_watch *watch = context;
    while (!atomic_load(&watch->is_over)) {
        eventfd_t n_wakes;
        struct pollfd polled[] = {{.fd = watch->wake, .events = POLLIN},
                                  {.fd = watch->notices, .events = POLLIN}};
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
    if (watch->notices >= 0)
        close(watch->notices);
    reload_queue_destroy(&watch->asked);
    free(watch->folder);
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
    watch->snapshots = snapshots;
    watch->served = served;
    watch->source = *source;
    watch->settings = *source->settings;
    watch->source.settings = &watch->settings;
    if (steps != NULL)
        watch->steps = *steps;
    reload_queue_init(&watch->asked);
    watch->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    watch->notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    watch->folder_watch = -1;
    watch->opened = (struct sight){stamp_at_path(watch), -RETRY_SECONDS};
    atomic_init(&watch->is_over, false);
    char *copy = strdup(source->path);
    watch->folder = copy != NULL ? strdup(dirname(copy)) : NULL;
    free(copy);
    if (watch->folder == NULL) {
        error_out_of_memory(error);
    } else if (watch->wake < 0) {
        error_set(error, "cannot make an eventfd: %s", strerror(errno));
    } else {
        choose_notices(watch);
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

int index_watch_reload(struct index_watch *watch, const struct settings *settings,
                       struct error *error)
{
    struct reload_wait wait;
    reload_queue_ask(&watch->asked, settings, &wait);
    index_watch_wake(watch);
    return reload_queue_wait(&watch->asked, &wait, error);
}

void index_watch_request_reload(struct index_watch *watch, const struct settings *settings)
{
    reload_queue_ask(&watch->asked, settings, NULL);
    index_watch_wake(watch);
}
