/* Where lines of a log go: a file, a pipe, a socket or a terminal, written to without ever waiting
   for whoever reads it. */
#ifndef CRATEDEX_SERVER_LOG_SINK_H
#define CRATEDEX_SERVER_LOG_SINK_H

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct log_sink;

/* What did not reach the descriptor. */
struct log_sink_figures {
    uint64_t n_dropped_lines; /* nobody made room for them in time, or a write failed */
    uint64_t n_failed_writes; /* full disk, closed pipe and the like */
};

/* Opens a sink on `descriptor`, which stays the caller's and open until the sink is closed. `name`
   (static) is the log's in metrics and messages. Lines are written as soon as `gather_bytes` of
   them have come (0: each at once) or at a flush. `troubles` (NULL: nowhere) is told, in a line,
   when lines begin to be lost. Returns NULL and says why. */
struct log_sink *log_sink_open(const char *name, int descriptor, size_t gather_bytes,
                               FILE *troubles, struct error *error);

/* Writes what there is, waiting at most a second for its reader, and frees the sink. NULL is
   allowed, as below. */
void log_sink_close(struct log_sink *sink);

/* From the next line on writes to `descriptor` (as log_sink_open's) in place of the one before, to
   which it writes first what goes at once: of a file all there is. Of what does not go, the new one
   gets the whole lines, and where it is the same file or pipe, all. The old descriptor may be
   closed behind. Thread-safe. */
void log_sink_move(struct log_sink *sink, int descriptor);

/* Adds whole lines, or drops and counts them where there is no room. Returns 0, or -1 where a write
   failed. Thread-safe, as all below. */
int log_sink_write(struct log_sink *sink, const char *lines, size_t length);

/* Writes what has gathered, as far as that goes at once; to be called about once a second. */
void log_sink_flush(struct log_sink *sink);

const char *log_sink_name(const struct log_sink *sink);
void log_sink_read_figures(struct log_sink *sink, struct log_sink_figures *figures);

#endif
