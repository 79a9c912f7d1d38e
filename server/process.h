/* A running server: its index, cache, logs, listening sockets and threads. */
#ifndef CRATEDEX_SERVER_PROCESS_H
#define CRATEDEX_SERVER_PROCESS_H

#include "server/options.h"

#include <cratedex/error.h>
#include <stdbool.h>

struct process;

struct log_sink;

/* Opens what `options` name, which must outlive it, and begins to serve. Signals that the caller
   waits for must be blocked already. Returns NULL and why. */
struct process *process_start(const struct options *options, struct log_sink *error_log,
                              struct error *error);

/* Says where it listens, on standard output; where the access log has that, whose readers expect
   its lines only, on standard error. The service manager hears that it is ready. Returns 0, or -1
   and why. */
int process_announce(struct process *process, struct error *error);

/* What comes with the clock; to be called ten times a second. */
void process_turn(struct process *process);

/* Takes the configuration, the ranking files and the index as they are now, and opens the logs
   again. Returns before that is over; standard error says what came of it. */
void process_reload(struct process *process);

/* Opens again the logs that are files. */
void process_reopen_logs(struct process *process);

/* Has /readyz and the service manager hear that the end comes. No reload begins any more; all else
   goes on. */
void process_begin_end(struct process *process);

/* Takes no new connections, and closes each that is open behind its next answer. To be called
   once. */
void process_drain(struct process *process);

/* Whether nobody is connected any more. To be asked some times a second from then on. */
bool process_is_drained(struct process *process);

/* Ends what runs and frees everything. NULL is allowed. */
void process_stop(struct process *process);

#endif
