/* The connections of one thread: what libmicrohttpd calls for them, from the first byte to the
   end. */
#ifndef CRATEDEX_SERVER_CONNECTION_H
#define CRATEDEX_SERVER_CONNECTION_H

#include "server/connections/connection_table.h"
#include "server/connections/loop.h"
#include "server/connections/waiting.h"
#include "server/service/service.h"

#include <cratedex/error.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What a thread's connections have in common: the context of all functions below. */
struct worker {
    _Alignas(64) struct service *service; /* on cache lines of its own */
    struct connection_table *table;
    struct metrics *metrics;    /* where connections are counted; NULL: nowhere */
    unsigned number;            /* of the thread, in the table */
    atomic_uint_fast64_t swept; /* when its connections' times were looked at */
    uint64_t now;               /* when the round began (connection_table.h) */
    uint64_t drained;  /* since when each connection ends with its next answer; 0: not yet */
    bool has_computed; /* an answer in this round */
    struct loop_counts counts;
    struct waiting_list waiting;
    struct loop *loop;         /* that runs the thread; NULL: not yet */
    struct error *start_error; /* what libmicrohttpd says goes there; NULL: it has started */
};

/* MHD_OPTION_NOTIFY_CONNECTION, MHD_OPTION_URI_LOG_CALLBACK, the access handler,
   MHD_OPTION_NOTIFY_COMPLETED. */
void connection_notify(void *context, struct MHD_Connection *connection, void **socket_context,
                       enum MHD_ConnectionNotificationCode code);
void *connection_keep_target(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result connection_handle_request(void *context, struct MHD_Connection *connection,
                                          const char *path, const char *method, const char *version,
                                          const char *upload, size_t *upload_size,
                                          void **request_context);
void connection_end_request(void *context, struct MHD_Connection *connection,
                            void **request_context, enum MHD_RequestTerminationCode code);

/* The `answer` of worker->waiting. */
bool connection_answer_waiting(void *context, struct waiting_request *request, bool is_late);

/* MHD_OPTION_EXTERNAL_LOGGER. */
void connection_hear_message(void *context, const char *format, va_list arguments);

#endif
