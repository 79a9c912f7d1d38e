/* A descriptor that is opened anew takes the place of the old one within the sink (log_sink.h),
   between two lines; the file behind the old one is whole by then, and closed.

   Whoever asks for it may ask again and again, and standard error is a log, too: why a file cannot
   be opened is said once a minute, or when it is another reason. */
#include "server/logs.h"

#include "server/service/monotonic.h"
#include "server/telemetry/access_log.h"
#include "server/telemetry/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUIET_SECONDS 60

/* A FIFO that nobody reads is refused, not waited for. */
static int open_file(const char *path, struct error *error)
{
    int descriptor =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
    if (descriptor < 0)
        error_set(error, "cannot write to %s: %s", path, strerror(errno));
    return descriptor;
}

static int open_access_log(struct logs *logs, struct service *service,
                           const struct options *options, struct error *error)
{
    int descriptor = STDOUT_FILENO;
    if (options->access_log == ACCESS_LOG_OFF)
        return 0;
    if (options->access_log_path[0] != '\0')
        descriptor = logs->access.descriptor = open_file(options->access_log_path, error);
    if (descriptor >= 0)
        service->access_log = access_log_create(options->access_log, descriptor, error);
    return service->access_log != NULL ? 0 : -1;
}

static int open_slow_query_log(struct logs *logs, struct service *service, const char *path,
                               struct error *error)
{
    service->slow_query_log = service->error_log;
    if (path[0] == '\0')
        return 0;
    logs->slow_query.descriptor = open_file(path, error);
    if (logs->slow_query.descriptor < 0)
        return -1;
    service->slow_query_log =
        log_sink_open("slow_query", logs->slow_query.descriptor, 0, stderr, error);
    return service->slow_query_log != NULL ? 0 : -1;
}

int logs_open(struct logs *logs, struct service *service, const struct options *options,
              struct error *error)
{
    return open_slow_query_log(logs, service, options->slow_query_path, error) == 0
               ? open_access_log(logs, service, options, error)
               : -1;
}

static void tell_refusal(struct log_file *file, const char *name, const struct error *reason)
{
    double now = monotonic_seconds();
    if (strcmp(file->refusal.message, reason->message) == 0 && now < file->quiet_until)
        return;
    file->refusal = *reason;
    file->quiet_until = now + QUIET_SECONDS;
    fprintf(stderr, "cratedex-server: the %s log goes on as it is: %s\n", name, reason->message);
}

static void reopen(struct log_file *file, struct log_sink *sink, const char *path)
{
    struct error error = {0};
    if (file->descriptor < 0)
        return;
    int opened = open_file(path, &error);
    if (opened < 0) {
        tell_refusal(file, log_sink_name(sink), &error);
        return;
    }
    log_sink_move(sink, opened);
    close(file->descriptor);
    file->descriptor = opened;
}

void logs_reopen(struct logs *logs, struct service *service, const struct options *options)
{
    reopen(&logs->access, access_log_sink(service->access_log), options->access_log_path);
    reopen(&logs->slow_query, service->slow_query_log, options->slow_query_path);
}

void logs_flush(const struct service *service)
{
    access_log_flush(service->access_log);
    log_sink_flush(service->slow_query_log);
    log_sink_flush(service->error_log);
}

static void close_file(struct log_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

void logs_close(struct logs *logs, struct service *service)
{
    access_log_destroy(service->access_log);
    service->access_log = NULL;
    if (service->slow_query_log != service->error_log)
        log_sink_close(service->slow_query_log);
    service->slow_query_log = service->error_log;
    close_file(&logs->access);
    close_file(&logs->slow_query);
}
