/* The logs of a server that are files with names: opened, opened again, closed. */
#ifndef CRATEDEX_SERVER_LOGS_H
#define CRATEDEX_SERVER_LOGS_H

#include "server/option_values.h"
#include "server/service/service.h"

#include <cratedex/error.h>

struct log_file {
    int descriptor;       /* -1: standard output or standard error, which are not ours, or off */
    struct error refusal; /* why it could not be opened again, as was said last */
    double quiet_until;   /* in monotonic seconds: when the same may be said again */
};

struct logs {
    struct log_file access;
    struct log_file slow_query;
};

#define LOGS_NONE                                                                                  \
    {                                                                                              \
        {.descriptor = -1},                                                                        \
        {                                                                                          \
            .descriptor = -1                                                                       \
        }                                                                                          \
    }

/* Opens what `options` name, which must outlive the logs, as service->access_log and
   service->slow_query_log; service->error_log is there already. Returns 0, or -1 and why;
   logs_close is right either way. */
int logs_open(struct logs *logs, struct service *service, const struct options *options,
              struct error *error);

/* Opens the files at the same paths again, where somebody has moved them away: no line is lost or
   torn, and whatever cannot be opened is said, the same once a minute, and the old file goes on. */
void logs_reopen(struct logs *logs, struct service *service, const struct options *options);

/* Writes what has gathered. */
void logs_flush(const struct service *service);

/* Nobody may write any more. service->error_log stays. */
void logs_close(struct logs *logs, struct service *service);

#endif
