/* Lines gather in one buffer behind a mutex and are written when enough have come or at a flush: a
   request costs a copy, a system call comes once in hundreds of lines.

   No write waits. O_NONBLOCK belongs to what was opened, not to the descriptor: set on standard
   output it would be set for the shell and for whoever else has it. So a pipe or a terminal is
   opened once more through /proc, which gives us one of our own; a socket, which cannot be, is
   written to by send with MSG_DONTWAIT; what is left (a pipe of another user's) is asked by poll
   and gets no more than PIPE_BUF at a time. Files never make a writer wait for a reader, and keep
   their descriptor for its offset.

   What does not go stays in the buffer. When that is full, new lines are dropped and counted, never
   a part of one: a line that was written in part is finished first. A write that fails (full disk,
   closed pipe) loses what was in the buffer, which is counted too. Either is told once until a line
   gets through again, and at most once a minute.

   So of a line that is cut the buffer begins with the rest, for as long as its beginning is where
   we write to. It is not when another file takes the place of this one, or this one is emptied:
   then the rest is dropped. Nor may a line follow another's beginning: a file that ends within a
   line, as a full disk and a server that ended by then leave it, gets a line feed first, as if that
   were the rest of it. */
#include "server/telemetry/log_sink.h"

#include "server/service/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for what a reader may be behind: some 2,000 lines of an access log. */
#define BUFFER_BYTES 524288
#define CLOSE_MILLISECONDS 1000
#define QUIET_SECONDS 60
/* While a reader is behind: bytes that come between two tries, or lines if the buffer is full. */
#define BYTES_A_TRY 4096
#define LINES_A_TRY 8

enum way { BY_WRITE, BY_SEND, BY_POLL };

struct log_sink {
    const char *name;
    FILE *troubles;
    int descriptor;
    enum way way;
    bool is_own; /* the descriptor */
    size_t gather_bytes;
    pthread_mutex_t mutex; /* guards all below and the order of writes */
    struct log_sink_figures figures;
    unsigned n_refused; /* since the buffer is full */
    bool is_mid_line;   /* the last write ended within a line */
    bool is_troubled;   /* what was said last was of trouble */
    double said_at;
    size_t try_at; /* bytes in the buffer */
    size_t length;
    char buffer[BUFFER_BYTES];
};

static void choose_way(struct log_sink *sink)
{
    struct stat status;
    char path[32];
    sink->way = BY_WRITE;
    if (fstat(sink->descriptor, &status) != 0)
        return;
    if (S_ISSOCK(status.st_mode))
        sink->way = BY_SEND;
    if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", sink->descriptor);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own < 0) {
        sink->way = BY_POLL;
        return;
    }
    sink->descriptor = own;
    sink->is_own = true;
}

/* Whether what is appended there comes behind the beginning of a line. False where that cannot be
   read, which it need not be. */
static bool ends_within_line(int descriptor)
{
    struct stat status;
    char path[32];
    char last = '\n';
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0 ||
        (fcntl(descriptor, F_GETFL) & O_APPEND) == 0)
        return false;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool is_read = pread(file, &last, 1, status.st_size - 1) == 1;
    close(file);
    return is_read && last != '\n';
}

/* Has lines begin as lines in what is written to from now on. */
static void begin_line(struct log_sink *sink)
{
    if (!ends_within_line(sink->descriptor))
        return;
    memmove(sink->buffer + 1, sink->buffer, sink->length++);
    sink->buffer[0] = '\n';
    sink->is_mid_line = true;
}

struct log_sink *log_sink_open(const char *name, int descriptor, size_t gather_bytes,
                               FILE *troubles, struct error *error)
{
    struct log_sink *sink = malloc(sizeof *sink); /* whose buffer is touched as far as it fills */
    if (sink == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    memset(sink, 0, offsetof(struct log_sink, buffer));
    sink->name = name;
    sink->troubles = troubles;
    sink->descriptor = descriptor;
    sink->gather_bytes = gather_bytes;
    sink->try_at = gather_bytes;
    sink->said_at = -QUIET_SECONDS;
    pthread_mutex_init(&sink->mutex, NULL);
    choose_way(sink);
    begin_line(sink);
    return sink;
}

/* Waits so long for room. */
static bool has_room(const struct log_sink *sink, int milliseconds)
{
    struct pollfd polled = {.fd = sink->descriptor, .events = POLLOUT};
    return poll(&polled, 1, milliseconds) == 1;
}

static ssize_t write_some(const struct log_sink *sink, const char *bytes, size_t length)
{
    if (sink->way == BY_SEND)
        return send(sink->descriptor, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sink->way == BY_WRITE)
        return write(sink->descriptor, bytes, length);
    if (has_room(sink, 0))
        return write(sink->descriptor, bytes, length < PIPE_BUF ? length : PIPE_BUF);
    errno = EAGAIN;
    return -1;
}

static uint64_t count_lines(const char *text, size_t length)
{
    uint64_t n = 0;
    const char *end = text + length;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        n++;
    return n;
}

/* After a failed write: keeps the rest of a line that has begun. */
static void lose(struct log_sink *sink)
{
    size_t kept = 0;
    if (sink->is_mid_line) {
        const char *end = memchr(sink->buffer, '\n', sink->length);
        kept = end != NULL ? (size_t)(end - sink->buffer) + 1 : sink->length;
    }
    sink->figures.n_failed_writes++;
    sink->figures.n_dropped_lines += count_lines(sink->buffer + kept, sink->length - kept);
    sink->length = kept;
}

/* Drops the rest of a line whose beginning is not there. */
static void drop_rest(struct log_sink *sink)
{
    const char *end = sink->is_mid_line ? memchr(sink->buffer, '\n', sink->length) : NULL;
    if (end == NULL)
        return;
    size_t rest = (size_t)(end - sink->buffer) + 1;
    sink->figures.n_dropped_lines += rest > 1; /* a line feed is none */
    sink->length -= rest;
    memmove(sink->buffer, sink->buffer + rest, sink->length);
    sink->is_mid_line = false;
}

/* As logrotate's copytruncate does it, and whoever needs room. */
static bool was_emptied(const struct log_sink *sink)
{
    struct stat status;
    return sink->way == BY_WRITE && fstat(sink->descriptor, &status) == 0 &&
           S_ISREG(status.st_mode) && status.st_size == 0;
}

/* Writes what goes at once. Returns 0, or the error number of a write that failed. The caller holds
   the mutex, as below. */
static int drain(struct log_sink *sink)
{
    size_t done = 0;
    int fault = 0;
    if (sink->is_mid_line && was_emptied(sink))
        drop_rest(sink);
    while (done < sink->length) {
        ssize_t written = write_some(sink, sink->buffer + done, sink->length - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno != EINTR) {
            fault = written == 0 || errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
            break;
        }
    }
    if (done > 0) {
        sink->is_mid_line = sink->buffer[done - 1] != '\n';
        sink->length -= done;
        memmove(sink->buffer, sink->buffer + done, sink->length);
    }
    if (fault != 0)
        lose(sink);
    else if (sink->length == 0)
        sink->is_troubled = false;
    size_t more =
        sink->length == 0 || sink->gather_bytes < BYTES_A_TRY ? sink->gather_bytes : BYTES_A_TRY;
    sink->try_at = sink->length + more;
    return fault;
}

/* Whether this trouble is to be told. */
static bool is_news(struct log_sink *sink)
{
    if (sink->is_troubled)
        return false;
    sink->is_troubled = true;
    double now = monotonic_seconds();
    bool is_due = now - sink->said_at >= QUIET_SECONDS;
    if (is_due)
        sink->said_at = now;
    return is_due && sink->troubles != NULL;
}

/* Without the mutex: where it is told is a log, too. */
static void tell(const struct log_sink *sink, int fault)
{
    if (fault != 0)
        fprintf(sink->troubles, "cratedex-server: cannot write the %s log: %s; lines are lost\n",
                sink->name, strerror(fault));
    else
        fprintf(sink->troubles,
                "cratedex-server: whoever reads the %s log does not keep up; lines are lost\n",
                sink->name);
}

/* A byte is left to begin_line. */
static bool has_space(const struct log_sink *sink, size_t length)
{
    return length < sizeof sink->buffer - sink->length;
}

int log_sink_write(struct log_sink *sink, const char *lines, size_t length)
{
    int fault = 0;
    if (sink == NULL)
        return 0;
    pthread_mutex_lock(&sink->mutex);
    if (!has_space(sink, length) && sink->n_refused++ % LINES_A_TRY == 0)
        fault = drain(sink);
    bool is_dropped = !has_space(sink, length);
    if (is_dropped) {
        sink->figures.n_dropped_lines += count_lines(lines, length);
    } else {
        memcpy(sink->buffer + sink->length, lines, length);
        sink->length += length;
        sink->n_refused = 0;
        if (sink->length >= sink->try_at)
            fault = drain(sink);
    }
    bool is_told = (is_dropped || fault != 0) && is_news(sink);
    pthread_mutex_unlock(&sink->mutex);
    if (is_told)
        tell(sink, fault);
    return fault == 0 ? 0 : -1;
}

void log_sink_flush(struct log_sink *sink)
{
    if (sink == NULL)
        return;
    pthread_mutex_lock(&sink->mutex);
    int fault = drain(sink);
    bool is_told = fault != 0 && is_news(sink);
    pthread_mutex_unlock(&sink->mutex);
    if (is_told)
        tell(sink, fault);
}

static bool are_same(int one, int other)
{
    struct stat a;
    struct stat b;
    return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

void log_sink_move(struct log_sink *sink, int descriptor)
{
    pthread_mutex_lock(&sink->mutex);
    int fault = drain(sink);
    bool is_told = fault != 0 && is_news(sink);
    bool goes_on = are_same(sink->descriptor, descriptor);
    if (!goes_on)
        drop_rest(sink);
    if (sink->is_own)
        close(sink->descriptor);
    sink->is_own = false;
    sink->descriptor = descriptor;
    sink->is_troubled = false;
    choose_way(sink);
    if (!goes_on)
        begin_line(sink);
    pthread_mutex_unlock(&sink->mutex);
    if (is_told)
        tell(sink, fault);
}

void log_sink_close(struct log_sink *sink)
{
    if (sink == NULL)
        return;
    double end = monotonic_seconds() + CLOSE_MILLISECONDS / 1e3;
    log_sink_flush(sink);
    while (sink->length > 0 && monotonic_seconds() < end) {
        has_room(sink, CLOSE_MILLISECONDS / 10);
        log_sink_flush(sink);
    }
    if (sink->is_own)
        close(sink->descriptor);
    pthread_mutex_destroy(&sink->mutex);
    free(sink);
}

const char *log_sink_name(const struct log_sink *sink)
{
    return sink->name;
}

void log_sink_read_figures(struct log_sink *sink, struct log_sink_figures *figures)
{
    pthread_mutex_lock(&sink->mutex);
    *figures = sink->figures;
    pthread_mutex_unlock(&sink->mutex);
}
