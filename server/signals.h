/* What signals have a running server do. */
#ifndef CRATEDEX_SERVER_SIGNALS_H
#define CRATEDEX_SERVER_SIGNALS_H

#include <cratedex/error.h>

struct process;

/* Blocks the signals that are waited for; to be called before any other thread exists. Returns 0,
   or -1 and why. */
int signals_block(struct error *error);

/* Looks after the server until a signal ends it, and lets the running requests end: until none is
   left, the grace is over or a second signal comes. */
void signals_wait(struct process *process);

#endif
