/* libmicrohttpd (0.9.75) can wait for its connections by itself, in a thread of its own. It fetches
   events by 128 and, after just 128, asks for more with the time-out that it began with: where a
   multiple of 128 connections is ready at once, all of them wait for the next event. So the waiting
   is ours. Its epoll set, which is ready when something in it is, lies in one of ours, beside the
   descriptor by which other threads wake the loop; MHD_run then takes what is there, never waits,
   and serves all who are ready. A round is one MHD_run and, where nothing is left to do, one wait.

   That is two system calls where one is enough, which a client who asks again and again by himself
   would pay for. So libmicrohttpd does wait by itself where so few are connected that it cannot
   stall, and as long as something happens: for some milliseconds, in which it does not hear of
   other threads.

   Of a loop, other threads touch `ordered`, `obeyed` and `wake`. What libmicrohttpd has is touched
   by the thread alone, from its start until it ends: it takes the listening socket out of its epoll
   set (MHD_quiesce_daemon) and closes the connections without racing anybody. */
#include "server/connections/loop.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FEW_CONNECTIONS 100
#define SHORT_MILLISECONDS 5

struct loop {
    struct MHD_Daemon *http;
    struct loop_hooks hooks;
    pthread_t thread;
    int events;         /* an epoll set: of libmicrohttpd's and of `wake` */
    int wake;           /* an eventfd, ready once it was written to */
    atomic_int ordered; /* an enum loop_order; only grows, as does the next */
    atomic_int obeyed;  /* written by the thread */
};

/* One that has more to do asks to be called again at once. */
static bool has_work(struct MHD_Daemon *http)
{
    MHD_UNSIGNED_LONG_LONG timeout;
    return MHD_get_timeout(http, &timeout) == MHD_YES && timeout == 0;
}

/* Nobody listens any more when every loop has closed its descriptor of the socket. */
static void close_listener(const struct loop *loop)
{
    int listener = MHD_quiesce_daemon(loop->http);
    if (listener >= 0)
        close(listener);
}

static void obey(struct loop *loop, int order)
{
    int obeyed = atomic_load(&loop->obeyed);
    if (obeyed < LOOP_DRAIN && order >= LOOP_DRAIN)
        loop->hooks.drain(loop->hooks.context);
    if (obeyed < LOOP_REFUSE && order >= LOOP_REFUSE)
        close_listener(loop);
    atomic_store(&loop->obeyed, order);
}

/* Until somebody is ready, another thread wakes the loop, or the time is over. */
static void wait_for_events(const struct loop *loop, int milliseconds)
{
    struct epoll_event ready[2];
    int n_ready = epoll_wait(loop->events, ready, 2, milliseconds);
    for (int i = 0; i < n_ready; i++) {
        uint64_t n_times;
        if (ready[i].data.fd == loop->wake)
            (void)!read(loop->wake, &n_times, sizeof n_times);
    }
}

static void *run(void *context)
{
    struct loop *loop = context;
    const struct loop_counts *counts = loop->hooks.counts;
    int short_wait = 0;
    int obeyed = LOOP_SERVE;
    int order;
    while ((order = atomic_load(&loop->ordered)) != LOOP_STOP) {
        if (order != obeyed)
            obey(loop, order);
        obeyed = order;
        unsigned n_events = counts->n_events;
        loop->hooks.begin(loop->hooks.context);
        MHD_run_wait(loop->http, short_wait);
        int milliseconds = loop->hooks.end(loop->hooks.context);
        bool is_done = milliseconds > 0 && !has_work(loop->http);
        bool is_lively = counts->n_events != n_events && counts->n_connections < FEW_CONNECTIONS &&
                         milliseconds >= SHORT_MILLISECONDS;
        short_wait = is_done && is_lively ? SHORT_MILLISECONDS : 0;
        if (is_done && !is_lively)
            wait_for_events(loop, milliseconds);
    }
    loop->hooks.stop(loop->hooks.context);
    MHD_stop_daemon(loop->http);
    return NULL;
}

static int watch(const struct loop *loop, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    return epoll_ctl(loop->events, EPOLL_CTL_ADD, descriptor, &event);
}

/* Frees a loop without a thread, but not what it runs. */
static void destroy(struct loop *loop)
{
    if (loop->events >= 0)
        close(loop->events);
    if (loop->wake >= 0)
        close(loop->wake);
    free(loop);
}

struct loop *loop_start(struct MHD_Daemon *http, const struct loop_hooks *hooks,
                        struct error *error)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http, MHD_DAEMON_INFO_EPOLL_FD);
    struct loop *loop = malloc(sizeof *loop);
    if (loop == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    loop->http = http;
    loop->hooks = *hooks;
    loop->events = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_init(&loop->ordered, LOOP_SERVE);
    atomic_init(&loop->obeyed, LOOP_SERVE);
    int reason = 0;
    if (info == NULL || loop->events < 0 || loop->wake < 0 || watch(loop, info->listen_fd) != 0 ||
        watch(loop, loop->wake) != 0)
        reason = errno;
    else
        reason = pthread_create(&loop->thread, NULL, run, loop);
    if (reason == 0)
        return loop;
    error_set(error, "cannot start a thread that answers: %s", strerror(reason));
    destroy(loop);
    return NULL;
}

static void wake(const struct loop *loop)
{
    const uint64_t one = 1;
    /* Fails where nobody has taken 2^64 - 2 of them, and the loop is awake then. */
    (void)!write(loop->wake, &one, sizeof one);
}

void loop_order(struct loop *loop, enum loop_order order)
{
    atomic_store(&loop->ordered, (int)order);
    wake(loop);
}

bool loop_has_obeyed(const struct loop *loop)
{
    return atomic_load(&loop->obeyed) == atomic_load(&loop->ordered);
}

void loop_stop(struct loop *loop)
{
    loop_order(loop, LOOP_STOP);
    pthread_join(loop->thread, NULL);
    destroy(loop);
}
