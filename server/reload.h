/* Taking another configuration and another index while the server runs. */
#ifndef CRATEDEX_SERVER_RELOAD_H
#define CRATEDEX_SERVER_RELOAD_H

#include "server/announcement.h"
#include "server/options.h"
#include "server/service/settings.h"

#include <cratedex/error.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct index_watch;

/* The settings that options name, with what stands in the files of rankings. Returns 0, or -1 and
   why. */
int reload_read_settings(struct settings *settings, const struct options *options,
                         struct error *error);

/* `thread`, `is_running` and `is_asked` are the main thread's. */
struct reload {
    const struct options *options; /* of the start */
    struct announcement *announcement;
    struct index_watch *watch;
    pthread_mutex_t reading; /* held until what was read is asked for */
    pthread_t thread;        /* of a reload that a signal asked for */
    bool is_running;
    bool is_asked;       /* for another, behind the one that runs */
    atomic_bool is_over; /* from then on the next two are read */
    int result;
    struct error error; /* why the result is -1 */
};

/* None runs. All are borrowed. */
void reload_init(struct reload *reload, const struct options *options,
                 struct announcement *announcement, struct index_watch *watch);

/* Reads the configuration anew, and has the watch open the index again with it. Returns when that
   serves: 0, or -1 and why, which standard error hears as well, and all is as before. The caller
   must hold no snapshot. Thread-safe. */
int reload_now(struct reload *reload, struct error *error);

/* The same without waiting; the service manager hears when it is over. */
void reload_ask(struct reload *reload);

/* Notices that one is over; to be called some times a second. */
void reload_follow(struct reload *reload);

/* Waits for the thread of one that runs, whose watch has ended. */
void reload_end(struct reload *reload);

#endif
