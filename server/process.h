/* A running server: its index, cache, logs, listening sockets and threads. */
#ifndef CRATEDEX_SERVER_PROCESS_H
#define CRATEDEX_SERVER_PROCESS_H

#include "server/options.h"

#include <cratedex/error.h>

struct process;

struct log_sink;

/* Opens what `options` name, which must outlive it, and begins to serve. Signals that the caller
   waits for must be blocked already. Returns NULL and why. */
struct process *process_start(const struct options *options, struct log_sink *error_log,
                              struct error *error);

/* Says where it listens, on standard output; where the access log has that, whose readers expect
   its lines only, on standard error. Returns 0, or -1 and why. */
int process_announce(const struct process *process, struct error *error);

/* To be called some times a second, and once a second: holds the bound on memory; flushes the logs
   and looks whether a new day of counted downloads has begun. */
void process_look_at_memory(struct process *process);
void process_tick(struct process *process);

/* Takes nothing new, finishes what runs. To be called once. */
void process_refuse_connections(struct process *process);

/* How many requests have begun and are not answered to the last byte. */
unsigned process_n_running(const struct process *process);

/* Ends what runs and frees everything. NULL is allowed. */
void process_stop(struct process *process);

#endif
