/* Whoever says something prints to `stderr`; that is a variable in the GNU C library, so that the
   stream behind it can be one of ours. It is line-buffered: a line is one call of the sink. */
#define _GNU_SOURCE /* fopencookie */

#include "server/telemetry/error_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct error_log {
    struct log_sink *sink;
    FILE *before;
};

static ssize_t write_lines(void *context, const char *text, size_t length)
{
    return log_sink_write(context, text, length) == 0 ? (ssize_t)length : 0;
}

struct error_log *error_log_begin(struct error *error)
{
    static const cookie_io_functions_t functions = {.write = write_lines};
    struct error_log *log = calloc(1, sizeof *log);
    FILE *stream = NULL;
    if (log != NULL)
        log->sink = log_sink_open("error", STDERR_FILENO, 0, NULL, error);
    if (log != NULL && log->sink != NULL)
        stream = fopencookie(log->sink, "w", functions);
    if (stream == NULL) {
        if (log != NULL)
            log_sink_close(log->sink);
        free(log);
        error_out_of_memory(error);
        return NULL;
    }
    setvbuf(stream, NULL, _IOLBF, BUFSIZ);
    log->before = stderr;
    stderr = stream;
    return log;
}

void error_log_end(struct error_log *log)
{
    if (log == NULL)
        return;
    FILE *stream = stderr;
    stderr = log->before;
    fclose(stream);
    log_sink_close(log->sink);
    free(log);
}

struct log_sink *error_log_sink(const struct error_log *log)
{
    return log->sink;
}
