/* A thread answers hits at once and computes answers one at a time, between two rounds in which it
   serves all who are ready, or within a round where none waits: so a hit waits for two computations
   at most, and where many are asked for, for one. Computed is in the order in which requests came.
   Who has waited for too long is told so, which costs little: under a load that is more than the
   thread can compute, the others are answered in that time, and the clients of the rest know when
   to come again. Nobody hears so before, even where it is clear: clients who ask again at once
   would be refused all the time, which costs more than letting them wait. Where more are late than
   a turn refuses, it computes for who came last: else a thread that can hardly refuse all of them
   would answer nobody.

   Somebody else may be computing the same answer. Then the request goes to the end of the list, and
   where all of them are of that kind the thread looks again after a millisecond.

   How libmicrohttpd (0.9.75) keeps a request waiting: where nothing is queued when it asks for the
   answer it asks again in every round. That is the cheapest as long as a few wait. The connections
   of more than a few are suspended, and asked about no more; which takes them out of its epoll set
   and, later, in again. It is done between rounds: suspended while libmicrohttpd asks, a connection
   would be read from when it goes on, and where its client has sent all that it will, closed
   without an answer. Where one goes on it looks through all that are suspended, so some go on at a
   time. */
#include "server/connections/waiting.h"

#include "server/service/monotonic.h"

#include <stddef.h>

#define MAX_UNSUSPENDED 16
#define MAX_LATE 16    /* in one turn */
#define RESUME_PART 16 /* of the suspended, who go on together */

static void suspend(struct waiting_list *list, struct waiting_request *request)
{
    if (request->is_suspended)
        return;
    MHD_suspend_connection(request->connection);
    request->is_suspended = true;
    list->n_unsuspended--;
}

static void link_last(struct waiting_list *list, struct waiting_request *request)
{
    request->previous = list->last;
    request->next = NULL;
    *(list->last != NULL ? &list->last->next : &list->first) = request;
    list->last = request;
}

static void take_out(struct waiting_list *list, struct waiting_request *request)
{
    *(request->previous != NULL ? &request->previous->next : &list->first) = request->next;
    *(request->next != NULL ? &request->next->previous : &list->last) = request->previous;
}

void waiting_append(struct waiting_list *list, struct waiting_request *request,
                    struct MHD_Connection *connection, const struct put_off *put_off)
{
    request->connection = connection;
    request->put_off = *put_off;
    request->is_waiting = true;
    request->is_suspended = false;
    link_last(list, request);
    list->n_waiting++;
    list->n_unsuspended++;
    list->n_in_vain = 0;
}

void waiting_remove(struct waiting_list *list, struct waiting_request *request)
{
    take_out(list, request);
    list->n_waiting--;
    list->n_in_vain = 0;
    request->is_waiting = false;
    if (!request->is_suspended) {
        list->n_unsuspended--;
        return;
    }
    request->next = list->answered;
    list->answered = request;
    list->n_answered++;
}

static void resume_answered(struct waiting_list *list)
{
    for (; list->answered != NULL; list->answered = list->answered->next)
        MHD_resume_connection(list->answered->connection);
    list->n_answered = 0;
}

/* The last, who came last, are those who are not suspended. */
static void suspend_many(struct waiting_list *list)
{
    for (struct waiting_request *request = list->last;
         list->n_unsuspended > MAX_UNSUSPENDED && request != NULL; request = request->previous)
        suspend(list, request);
}

/* Whether the first still is late. */
static bool answer_late(struct waiting_list *list)
{
    if (list->longest_seconds <= 0)
        return false;
    double limit = monotonic_seconds() - list->longest_seconds;
    for (unsigned i = 0; list->first != NULL && list->first->put_off.since < limit; i++) {
        if (i == MAX_LATE)
            return true;
        list->answer(list->context, list->first, true);
    }
    return false;
}

static void answer_one(struct waiting_list *list, struct waiting_request *request)
{
    if (list->answer(list->context, request, false))
        return;
    suspend(list, request);
    take_out(list, request);
    link_last(list, request);
    list->n_in_vain++;
}

int waiting_turn(struct waiting_list *list)
{
    if (list->first == NULL)
        return -1;
    bool is_late = answer_late(list);
    suspend_many(list);
    if (list->first != NULL)
        answer_one(list, is_late ? list->last : list->first);
    bool is_in_vain = list->n_in_vain > 0 && list->n_in_vain >= list->n_waiting;
    if (is_in_vain || list->n_answered * RESUME_PART >= list->n_waiting - list->n_unsuspended)
        resume_answered(list);
    return is_in_vain ? 1 : 0;
}

void waiting_end(struct waiting_list *list)
{
    while (list->first != NULL)
        waiting_remove(list, list->first);
    resume_answered(list);
}
