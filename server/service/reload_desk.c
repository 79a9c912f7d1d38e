/* A ticket is the number of a reload: the one after that which runs, for what runs may have read
   its files already. So many who ask at once cost one reload, and two where one runs.

   How each ended is kept for the last few. Who comes for one that is older is told of the oldest of
   these, which began after they asked as well. */
#include "server/service/reload_desk.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N_KEPT 16

struct ending {
    int result;
    struct error error;
};

struct reload_desk {
    int (*reload)(void *context, struct error *error);
    void *context;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t asked;
    bool is_over;
    uint64_t n_asked; /* the number of the last one that somebody wants */
    uint64_t n_begun;
    uint64_t n_ended;
    struct ending endings[N_KEPT]; /* of a number, at its remainder */
};

static void *run(void *context)
{
    struct reload_desk *desk = context;
    pthread_mutex_lock(&desk->mutex);
    for (;;) {
        while (!desk->is_over && desk->n_asked == desk->n_ended)
            pthread_cond_wait(&desk->asked, &desk->mutex);
        if (desk->is_over)
            break;
        struct ending ending;
        desk->n_begun++;
        pthread_mutex_unlock(&desk->mutex);
        ending.result = desk->reload(desk->context, &ending.error);
        pthread_mutex_lock(&desk->mutex);
        desk->n_ended = desk->n_begun;
        desk->endings[desk->n_ended % N_KEPT] = ending;
    }
    pthread_mutex_unlock(&desk->mutex);
    return NULL;
}

static void destroy(struct reload_desk *desk)
{
    pthread_cond_destroy(&desk->asked);
    pthread_mutex_destroy(&desk->mutex);
    free(desk);
}

struct reload_desk *reload_desk_start(int (*reload)(void *context, struct error *error),
                                      void *context, struct error *error)
{
    struct reload_desk *desk = calloc(1, sizeof *desk);
    if (desk == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    desk->reload = reload;
    desk->context = context;
    pthread_mutex_init(&desk->mutex, NULL);
    pthread_cond_init(&desk->asked, NULL);
    int reason = pthread_create(&desk->thread, NULL, run, desk);
    if (reason == 0)
        return desk;
    error_set(error, "cannot start a thread that reloads: %s", strerror(reason));
    destroy(desk);
    return NULL;
}

void reload_desk_stop(struct reload_desk *desk)
{
    if (desk == NULL)
        return;
    pthread_mutex_lock(&desk->mutex);
    desk->is_over = true;
    pthread_cond_signal(&desk->asked);
    pthread_mutex_unlock(&desk->mutex);
    pthread_join(desk->thread, NULL);
    destroy(desk);
}

uint64_t reload_desk_ask(struct reload_desk *desk)
{
    pthread_mutex_lock(&desk->mutex);
    const uint64_t ticket = desk->n_begun + 1;
    desk->n_asked = ticket;
    pthread_cond_signal(&desk->asked);
    pthread_mutex_unlock(&desk->mutex);
    return ticket;
}

enum reload_state reload_desk_look(struct reload_desk *desk, uint64_t ticket, struct error *error)
{
    enum reload_state state = RELOAD_AWAITED;
    pthread_mutex_lock(&desk->mutex);
    if (ticket <= desk->n_ended) {
        const uint64_t oldest = desk->n_ended >= N_KEPT ? desk->n_ended - N_KEPT + 1 : 1;
        const struct ending *ending = &desk->endings[(ticket > oldest ? ticket : oldest) % N_KEPT];
        state = ending->result == 0 ? RELOAD_DONE : RELOAD_REFUSED;
        if (ending->result != 0)
            *error = ending->error;
    }
    pthread_mutex_unlock(&desk->mutex);
    return state;
}
