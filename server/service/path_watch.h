/* What is at a path, where files are replaced, and whether it is finished. */
#ifndef CRATEDEX_SERVER_PATH_WATCH_H
#define CRATEDEX_SERVER_PATH_WATCH_H

#include "index/base/file_stamp.h"

#include <cratedex/error.h>
#include <stdbool.h>
#include <time.h>

/* An index and its signature, as they look from outside. All zero: there is none. */
struct path_sight {
    struct file_stamp index;
    struct file_stamp signature;
    struct timespec changed; /* of the index: when its permissions were changed last, say */
};

/* Of one thread. */
struct path_watch {
    const char *path;
    char *folder;     /* of the path */
    int notices;      /* of inotify; -1: there are none */
    int folder_watch; /* of inotify, as is the next; -1: none */
    int file_watch;
    struct path_sight seen;
    double since; /* CLOCK_MONOTONIC, when it was first seen so */
    bool has_come;
};

/* The path is borrowed. Returns 0, or -1 and why; path_watch_end must follow in either case. */
int path_watch_begin(struct path_watch *watch, const char *path, struct error *error);
void path_watch_end(struct path_watch *watch);

/* Whether they are the same; and whether the index is, apart from its permissions and signature. */
bool path_sight_equals(const struct path_sight *one, const struct path_sight *other);

/* What is there at this moment. */
struct path_sight path_watch_see(const struct path_watch *watch);

/* Has `notices` tell of the end of writing to the file, of others in its place, and, where
   `tells_writes`, of every write to it. To be called when there is another file. */
void path_watch_choose(struct path_watch *watch, bool tells_writes);

/* Takes what inotify has to tell, and looks what is there. To be called when `notices` is ready,
   and else once a second. Sets `seen`; returns whether its writer has finished it: closed it, moved
   it there, or not changed it for a second. */
bool path_watch_look(struct path_watch *watch);

#endif
