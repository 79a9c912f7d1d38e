/* Standard error, for as long as the server runs: no line waits for whoever reads it. */
#ifndef CRATEDEX_SERVER_ERROR_LOG_H
#define CRATEDEX_SERVER_ERROR_LOG_H

#include "server/telemetry/log_sink.h"

struct error_log;

/* Makes `stderr` a stream that writes through a sink. To be called once, before there are other
   threads. Returns NULL, with nothing changed, where memory runs out. */
struct error_log *error_log_begin(struct error *error);

/* Gives `stderr` back when there are no other threads any more. NULL is allowed. */
void error_log_end(struct error_log *log);

/* Belongs to the log. */
struct log_sink *error_log_sink(const struct error_log *log);

#endif
