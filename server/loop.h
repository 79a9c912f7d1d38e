/* A thread that runs one libmicrohttpd daemon. */
#ifndef CRATEDEX_SERVER_LOOP_H
#define CRATEDEX_SERVER_LOOP_H

#include <cratedex/error.h>

struct MHD_Daemon;
struct loop;

/* Kept by the thread's callbacks. */
struct loop_counts {
    unsigned n_connections; /* that are open */
    unsigned n_events;      /* connections and requests that came or went, modulo 2^32 */
};

/* What the thread calls in every round. */
struct loop_hooks {
    void (*begin)(void *context); /* before those who are ready are served */
    int (*end)(void *context);    /* behind; returns after how many milliseconds at most the next
                                     round is to come */
    void (*stop)(void *context);  /* once, before the connections are closed */
    void *context;
    const struct loop_counts *counts;
};

/* Runs `http`, which was started with MHD_USE_EPOLL and without a thread of its own, in a new
   thread, in which all of its callbacks are called. Returns NULL and why; else the daemon belongs
   to the loop. */
struct loop *loop_start(struct MHD_Daemon *http, const struct loop_hooks *hooks,
                        struct error *error);

/* Closes the daemon's listening socket, soon. Thread-safe. */
void loop_refuse_connections(struct loop *loop);

/* Ends the thread, waits for it, closes what is open and frees the loop. */
void loop_stop(struct loop *loop);

#endif
