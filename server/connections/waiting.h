/* The requests of a thread whose answers have to be computed, in the order in which they came. */
#ifndef CRATEDEX_SERVER_WAITING_H
#define CRATEDEX_SERVER_WAITING_H

#include "server/exchange/haste.h"

#include <microhttpd.h>
#include <stdbool.h>

/* One that waits, or none: as the connection has it. */
struct waiting_request {
    struct waiting_request *previous;
    struct waiting_request *next;
    struct MHD_Connection *connection;
    struct put_off put_off;
    bool is_waiting;   /* on the list */
    bool is_suspended; /* its connection is */
};

struct waiting_list {
    struct waiting_request *first;
    struct waiting_request *last;
    unsigned n_waiting;
    unsigned n_unsuspended;           /* of them */
    unsigned n_in_vain;               /* turns since one was answered */
    struct waiting_request *answered; /* whose connections are still suspended; linked by `next` */
    unsigned n_answered;
    double longest_seconds; /* that a request may wait; 0: any time */
    unsigned max_waiting;   /* when so many wait, who would be one more is refused */
    /* Takes a request off the list and answers it; without computing, where it `is_late`. Or leaves
       it, where somebody else computes the same, and returns false. */
    bool (*answer)(void *context, struct waiting_request *request, bool is_late);
    void *context;
};

/* Puts a request at the end. To be called while libmicrohttpd asks for its answer, which then is
   not to be queued; it may ask again, to be told the same. */
void waiting_append(struct waiting_list *list, struct waiting_request *request,
                    struct MHD_Connection *connection, const struct put_off *put_off);

/* Takes a request off. Where its connection is suspended it goes on, soon. */
void waiting_remove(struct waiting_list *list, struct waiting_request *request);

/* Has those answered who have waited for too long, and one of the others, mostly the first. Not to
   be called by what libmicrohttpd calls. Returns for how many milliseconds there is nothing to do;
   -1: until somebody waits. */
int waiting_turn(struct waiting_list *list);

/* Takes all off the list. */
void waiting_end(struct waiting_list *list);

#endif
