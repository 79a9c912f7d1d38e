/* Reloads for those who cannot wait where they ask. */
#ifndef CRATEDEX_SERVER_RELOAD_DESK_H
#define CRATEDEX_SERVER_RELOAD_DESK_H

#include <cratedex/error.h>
#include <stdint.h>

struct reload_desk;

enum reload_state {
    RELOAD_AWAITED,
    RELOAD_DONE,
    RELOAD_REFUSED /* everything is as before */
};

/* Starts a thread that calls `reload` when it is asked, with `context`, which must outlive the
   desk; that returns 0 when the new state serves, or -1 and why. Returns NULL and why. */
struct reload_desk *reload_desk_start(int (*reload)(void *context, struct error *error),
                                      void *context, struct error *error);

/* Waits for what runs and frees the desk; what was asked for and has not begun never does. NULL is
   allowed. */
void reload_desk_stop(struct reload_desk *desk);

/* Asks for a reload that begins from now on, the same for all who ask until it does. Returns its
   ticket, which is never 0. Thread-safe, as is the look at it. */
uint64_t reload_desk_ask(struct reload_desk *desk);

/* What became of it; `error` says why it was refused. */
enum reload_state reload_desk_look(struct reload_desk *desk, uint64_t ticket, struct error *error);

#endif
