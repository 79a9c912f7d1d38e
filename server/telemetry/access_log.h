/* One line a request, as JSON or in the combined format of Apache's httpd. */
#ifndef CRATEDEX_SERVER_ACCESS_LOG_H
#define CRATEDEX_SERVER_ACCESS_LOG_H

#include "server/telemetry/outcome.h"

#include <cratedex/error.h>
#include <stdint.h>
#include <time.h>

enum access_log_format { ACCESS_LOG_OFF, ACCESS_LOG_JSON, ACCESS_LOG_COMBINED };

struct access_log;
struct log_sink;

/* One answered request. Text is borrowed for the call; NULL is written as `-` (JSON: null). */
struct access_record {
    struct timespec time; /* of the answer, CLOCK_REALTIME */
    const char *address;
    const char *method;
    const char *target;
    const char *version; /* "HTTP/1.1" */
    unsigned status;
    uint64_t body_bytes;
    double seconds;
    enum cache_state cache_state;
    const char *referer;
    const char *user_agent;
    const char *request_id;  /* in JSON only: the combined format has no place for it */
    enum experiment_arm arm; /* likewise */
};

/* Lines go to `descriptor`, which stays the caller's; none waits for whoever reads it, and what is
   lost is said on standard error. Returns NULL when memory runs out. */
struct access_log *access_log_create(enum access_log_format format, int descriptor,
                                     struct error *error);

/* Its sink, which belongs to it; NULL of NULL. */
struct log_sink *access_log_sink(const struct access_log *log);

/* Flushes, too. NULL is allowed, as below. */
void access_log_destroy(struct access_log *log);

/* Adds a line. Thread-safe. Bytes outside printable ASCII are escaped; targets over 8 KiB, user
   agents and referers over 1 KiB (escaped) are cut. */
void access_log_write(struct access_log *log, const struct access_record *record);

/* Writes what has gathered; to be called about once a second. Thread-safe. */
void access_log_flush(struct access_log *log);

#endif
