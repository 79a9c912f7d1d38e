/* What signals have the server do. */
#ifndef CRATEDEX_SERVER_SIGNALS_H
#define CRATEDEX_SERVER_SIGNALS_H

#include <cratedex/error.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

struct process;

struct signals {
    sigset_t awaited;
    pthread_t ender; /* takes signals while the main thread does not */
    bool has_ender;
    bool is_urgent;      /* a second signal that ends the server has come */
    int terminal;        /* the controlling one; -1: there was none */
    bool ignores_hangup; /* it was told to at its start, as by nohup */
};

/* Blocks the signals that are waited for and ignores all others that would end the process; to be
   called before any other thread exists. Returns 0, or -1 and why. */
int signals_begin(struct signals *signals, struct error *error);

/* From now on, in a thread of its own, until the start is over, or has failed: TERM, INT and QUIT
   end the process at once, with status 0. */
int signals_begin_start(struct signals *signals, struct error *error);
void signals_end_start(struct signals *signals);

/* Looks after the server until a signal ends it, and lets it finish what runs: until nobody is
   connected, the grace is over or a second signal comes. `delay_seconds` before, /readyz says that
   the end comes. */
void signals_wait(struct signals *signals, struct process *process, double delay_seconds);

/* From now on, in a thread of its own, until the stop is over: where a second signal has come, or
   comes (TERM, INT, QUIT), the process ends within a second, with status 0. */
void signals_begin_stop(struct signals *signals);
void signals_end_stop(struct signals *signals);

#endif
