/* Who asks for another snapshot, and what they are told: several who ask while one is made get the
   next one together. */
#ifndef CRATEDEX_SERVER_RELOAD_QUEUE_H
#define CRATEDEX_SERVER_RELOAD_QUEUE_H

#include "server/service/settings.h"

#include <cratedex/error.h>
#include <pthread.h>
#include <stdbool.h>

/* Somebody who waits for the end; lies on their stack. */
struct reload_wait {
    struct reload_wait *next;
    bool is_over;
    int result;
    struct error error;
};

struct reload_queue {
    pthread_mutex_t mutex; /* guards all of it, and what those who wait are told */
    pthread_cond_t answered;
    pthread_cond_t left;
    unsigned n_waiting;          /* who have asked and not been told */
    struct reload_wait *waiting; /* for the next; NULL: nobody */
    bool has_settings;
    bool is_closed; /* nobody is answered any more */
    struct settings settings;
};

/* What is asked for until now. */
struct reload_request {
    struct reload_wait *waiting;
    bool has_settings;        /* else those of before */
    struct settings settings; /* the newest */
};

void reload_queue_init(struct reload_queue *queue);

/* Waits until all who wait are told, for which it must be closed. Nobody may ask any more. */
void reload_queue_destroy(struct reload_queue *queue);

/* Asks. `settings` are copied; NULL asks for none. reload_queue_wait must follow. Both are
   thread-safe. */
void reload_queue_ask(struct reload_queue *queue, const struct settings *settings,
                      struct reload_wait *wait);

/* Returns what the answer says: 0, or -1 and why. */
int reload_queue_wait(struct reload_queue *queue, struct reload_wait *wait, struct error *error);

/* For the one thread that answers: takes all that is asked for. Returns false where nothing is. */
bool reload_queue_take(struct reload_queue *queue, struct reload_request *request);
void reload_queue_answer(struct reload_queue *queue, struct reload_request *request, int result,
                         const struct error *error);

/* Tells all who wait, and all who ask from now on, that the server ends. */
void reload_queue_close(struct reload_queue *queue);

#endif
