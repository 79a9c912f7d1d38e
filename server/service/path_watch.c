/* inotify(7) tells at once of a file in the path's folder. It knows nothing of a link on the way
   that is pointed elsewhere, nor of other machines' writes in a network's file system, and may be
   used up (fs.inotify.max_user_instances), so the path is also looked at once a second.

   A file that is moved there is finished, as is one that its writer closes. One that is found
   otherwise is when it has not changed for a second, or if it says itself that it is older than the
   clocks of two machines differ: a link to what lay there for long is followed at once. */
#include "server/service/path_watch.h"

#include "server/service/monotonic.h"

#include <cratedex/index_signature.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define QUIET_SECONDS 1.0
#define OLD_SECONDS 10
#define NOTICE_BYTES 4096

/* Who replaces a file by a name, or has written one to its end. */
#define FOLDER_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

static bool stat_file(const char *path, struct file_stamp *stamp, struct timespec *changed)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    *stamp = file_stamp_of(&status);
    *changed = status.st_ctim;
    return true;
}

struct path_sight path_watch_see(const struct path_watch *watch)
{
    struct path_sight sight = {.changed = {0}};
    struct timespec unused;
    char signature[PATH_MAX];
    (void)stat_file(watch->path, &sight.index, &sight.changed);
    int length = snprintf(signature, sizeof signature, "%s" INDEX_SIGNATURE_SUFFIX, watch->path);
    if (length > 0 && (size_t)length < sizeof signature)
        (void)stat_file(signature, &sight.signature, &unused);
    return sight;
}

bool path_sight_equals(const struct path_sight *one, const struct path_sight *other)
{
    return file_stamp_equals(&one->index, &other->index) &&
           file_stamp_equals(&one->signature, &other->signature) &&
           one->changed.tv_sec == other->changed.tv_sec &&
           one->changed.tv_nsec == other->changed.tv_nsec;
}

int path_watch_begin(struct path_watch *watch, const char *path, struct error *error)
{
    *watch = (struct path_watch){.path = path,
                                 .notices = -1,
                                 .folder_watch = -1,
                                 .file_watch = -1,
                                 .since = monotonic_seconds()};
    char *copy = strdup(path);
    watch->folder = copy != NULL ? strdup(dirname(copy)) : NULL;
    free(copy);
    if (watch->folder == NULL)
        return error_out_of_memory(error);
    watch->notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    watch->seen = path_watch_see(watch);
    return 0;
}

void path_watch_end(struct path_watch *watch)
{
    if (watch->notices >= 0)
        close(watch->notices);
    free(watch->folder);
}

/* Has inotify tell of what has the name now, and no more of what had it before. */
static void move_watch(const struct path_watch *watch, int *held, const char *name, uint32_t events)
{
    if (watch->notices < 0)
        return;
    int now = inotify_add_watch(watch->notices, name, events);
    if (*held >= 0 && *held != now)
        (void)inotify_rm_watch(watch->notices, *held);
    *held = now;
}

static void watch_folder(struct path_watch *watch)
{
    move_watch(watch, &watch->folder_watch, watch->folder, FOLDER_EVENTS);
}

void path_watch_choose(struct path_watch *watch, bool tells_writes)
{
    move_watch(watch, &watch->file_watch, watch->path,
               IN_CLOSE_WRITE | (tells_writes ? IN_MODIFY : 0));
    watch_folder(watch);
}

/* Whether an event tells that the file, its signature or another in their place is finished. In the
   folder there may be much else. */
static bool is_arrival(const struct path_watch *watch, uint32_t mask, const char *name)
{
    const char *slash = strrchr(watch->path, '/');
    const char *own = slash != NULL ? slash + 1 : watch->path;
    size_t length = strlen(own);
    if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) == 0)
        return false;
    return name == NULL ||
           (strncmp(name, own, length) == 0 &&
            (name[length] == '\0' || strcmp(name + length, INDEX_SIGNATURE_SUFFIX) == 0));
}

/* Takes what inotify has to tell. Returns whether a file was finished or has come. */
static bool read_notices(const struct path_watch *watch)
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

static bool is_old(const struct file_stamp *stamp)
{
    return stamp->inode != 0 && stamp->written.tv_sec < time(NULL) - OLD_SECONDS;
}

bool path_watch_look(struct path_watch *watch)
{
    watch->has_come = read_notices(watch);
    watch_folder(watch);
    const struct path_sight sight = path_watch_see(watch);
    double now = monotonic_seconds();
    if (!path_sight_equals(&sight, &watch->seen)) {
        watch->seen = sight;
        watch->since = now;
    }
    return watch->has_come || now >= watch->since + QUIET_SECONDS || is_old(&sight.index);
}
