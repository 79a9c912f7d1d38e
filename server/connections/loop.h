/* A thread that runs one libmicrohttpd daemon. */
#ifndef CRATEDEX_SERVER_LOOP_H
#define CRATEDEX_SERVER_LOOP_H

#include <cratedex/error.h>
#include <stdbool.h>

struct MHD_Daemon;
struct loop;

/* Kept by the thread's callbacks. */
struct loop_counts {
    unsigned n_connections; /* that are open */
    unsigned n_events;      /* connections and requests that came or went, modulo 2^32 */
};

/* What the thread is to do, each in place of the one before. */
enum loop_order {
    LOOP_SERVE,
    LOOP_DRAIN,  /* hooks.drain has been called */
    LOOP_REFUSE, /* the daemon's listening socket is closed as well */
    LOOP_STOP
};

/* What the thread calls in every round. */
struct loop_hooks {
    void (*begin)(void *context); /* before those who are ready are served */
    int (*end)(void *context);    /* behind; returns after how many milliseconds at most the next
                                     round is to come */
    void (*drain)(void *context); /* once, where it is ordered */
    void (*stop)(void *context);  /* once, before the connections are closed */
    void *context;
    const struct loop_counts *counts;
};

/* Runs `http`, which was started with MHD_USE_EPOLL and without a thread of its own, in a new
   thread, in which all of its callbacks are called. Returns NULL and why; else the daemon belongs
   to the loop. */
struct loop *loop_start(struct MHD_Daemon *http, const struct loop_hooks *hooks,
                        struct error *error);

/* Has the thread do that, soon; LOOP_STOP is loop_stop's. Thread-safe, as below. */
void loop_order(struct loop *loop, enum loop_order order);

/* Whether it has begun to do what it was told last. */
bool loop_has_obeyed(const struct loop *loop);

/* Ends the thread, waits for it, closes what is open and frees the loop. */
void loop_stop(struct loop *loop);

#endif
