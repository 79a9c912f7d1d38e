/* A thread answers hits at once and computes answers one at a time, between two rounds in which it
   serves all who are ready: so a hit waits for one computation at most, however many are asked for.
   Computed is in the order in which requests came. Who has waited for too long is told so, which
   costs little: under a load that is more than the thread can compute, the others are answered in
   that time, and the clients of the rest know when to come again.

   Somebody else may be computing the same answer. Then the request goes to the end of the list, and
   where all of them are of that kind the thread looks again after a millisecond.

   How libmicrohttpd (0.9.75) keeps a request waiting: where nothing is queued when it asks for the
   answer it asks again in every round. That is the cheapest as long as a few wait. The connections
   of more than a few are suspended, and asked about no more; which takes them out of its epoll set
   and, later, in again. It is done between rounds: suspended while libmicrohttpd asks, a connection
   would be read from when it goes on, and where its client has sent all that it will, closed
   without an answer. */
#include "server/waiting.h"

#include "server/telemetry/monotonic.h"

#include <stddef.h>

#define MAX_UNSUSPENDED 16
#define MAX_LATE 16 /* in one turn */

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
                    struct MHD_Connection *connection, double since)
{
    request->connection = connection;
    request->since = since;
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
    if (request->is_suspended)
        MHD_resume_connection(request->connection);
    else
        list->n_unsuspended--;
    request->connection = NULL;
}

/* The last, who came last, are those who are not suspended. */
static void suspend_many(struct waiting_list *list)
{
    for (struct waiting_request *request = list->last;
         list->n_unsuspended > MAX_UNSUSPENDED && request != NULL; request = request->previous)
        suspend(list, request);
}

static void answer_late(struct waiting_list *list)
{
    if (list->longest_seconds <= 0)
        return;
    double limit = monotonic_seconds() - list->longest_seconds;
    for (unsigned i = 0; i < MAX_LATE && list->first != NULL && list->first->since < limit; i++)
        list->answer(list->context, list->first, true);
}

int waiting_turn(struct waiting_list *list)
{
    if (list->first == NULL)
        return -1;
    answer_late(list);
    suspend_many(list);
    struct waiting_request *request = list->first;
    if (request == NULL)
        return 0;
    if (!list->answer(list->context, request, false)) {
        suspend(list, request);
        take_out(list, request);
        link_last(list, request);
        list->n_in_vain++;
    }
    return list->n_in_vain > 0 && list->n_in_vain >= list->n_waiting ? 1 : 0;
}

void waiting_end(struct waiting_list *list)
{
    while (list->first != NULL)
        waiting_remove(list, list->first);
}
