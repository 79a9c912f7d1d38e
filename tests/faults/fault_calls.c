/* The calls of the system, each with the errno that it is most likely to fail with. glibc's own
   calls among its functions pass by, which is why mkostemp is here as well as open. What is written
   to standard error is left alone: it holds the message that is tested. */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "tests/faults/fault_next.h"
#include "tests/faults/fault_points.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name,bugprone-macro-parentheses) */
/* One that moves `size` bytes, and may move fewer, or be interrupted. */
#define TRANSFER(error, is_ours, name, parameters, arguments)                                      \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        FAULT_FIND_NEXT(name)                                                                      \
        if (is_ours) {                                                                             \
            if (fault_is_due(FAULT_FAILS, #name)) {                                                \
                errno = (error);                                                                   \
                return -1;                                                                         \
            }                                                                                      \
            if (fault_is_due(FAULT_IS_INTERRUPTED, #name)) {                                       \
                errno = EINTR;                                                                     \
                return -1;                                                                         \
            }                                                                                      \
            if (size > 1 && fault_is_due(FAULT_FALLS_SHORT, #name))                                \
                size /= 2;                                                                         \
        }                                                                                          \
        return next arguments;                                                                     \
    }

TRANSFER(EIO, true, read, (int file, void *bytes, size_t size), (file, bytes, size))
TRANSFER(EIO, true, pread, (int file, void *bytes, size_t size, off_t at), (file, bytes, size, at))
TRANSFER(EIO, true, pread64, (int file, void *bytes, size_t size, off64_t at),
         (file, bytes, size, at))
TRANSFER(ENOSPC, file != STDERR_FILENO, write, (int file, const void *bytes, size_t size),
         (file, bytes, size))
TRANSFER(ENOSPC, true, pwrite, (int file, const void *bytes, size_t size, off_t at),
         (file, bytes, size, at))
TRANSFER(ENOSPC, true, pwrite64, (int file, const void *bytes, size_t size, off64_t at),
         (file, bytes, size, at))
TRANSFER(EIO, true, sendfile, (int to, int from, off_t *at, size_t size), (to, from, at, size))
TRANSFER(ECONNRESET, (flags & MSG_PEEK) == 0, recv,
         (int socket, void *bytes, size_t size, int flags), (socket, bytes, size, flags))
TRANSFER(EPIPE, true, send, (int socket, const void *bytes, size_t size, int flags),
         (socket, bytes, size, flags))
FAULT_CALL(ssize_t, -1, EPIPE, sendmsg, (int socket, const struct msghdr *message, int flags),
           (socket, message, flags))

/* open and openat have one parameter more where they create. */
#define OPENING(name, first_parameter, first_argument)                                             \
    int name(first_parameter const char *path, int flags, ...)                                     \
    {                                                                                              \
        FAULT_FIND_NEXT(name)                                                                      \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode =                                                                              \
            (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0; \
        va_end(more);                                                                              \
        if (fault_is_due(FAULT_FAILS, #name)) {                                                    \
            errno = EMFILE;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        return next(first_argument path, flags, mode);                                             \
    }
#define NOTHING
#define FOLDER_PARAMETER int folder,
#define FOLDER_ARGUMENT folder,
OPENING(open, NOTHING, NOTHING)
OPENING(open64, NOTHING, NOTHING)
OPENING(openat, FOLDER_PARAMETER, FOLDER_ARGUMENT)
OPENING(openat64, FOLDER_PARAMETER, FOLDER_ARGUMENT)

FAULT_CALL(int, -1, EMFILE, mkostemp, (char *path, int flags), (path, flags))
FAULT_CALL(DIR *, NULL, EMFILE, opendir, (const char *path), (path))
FAULT_CALL(DIR *, NULL, ENOMEM, fdopendir, (int file), (file))
FAULT_CALL(struct dirent *, NULL, EIO, readdir, (DIR * folder), (folder))
FAULT_CALL(struct dirent64 *, NULL, EIO, readdir64, (DIR * folder), (folder))
FAULT_CALL(int, -1, EIO, stat, (const char *path, struct stat *status), (path, status))
FAULT_CALL(int, -1, EIO, stat64, (const char *path, struct stat64 *status), (path, status))
FAULT_CALL(int, -1, EIO, lstat64, (const char *path, struct stat64 *status), (path, status))
FAULT_CALL(int, -1, EIO, fstat, (int file, struct stat *status), (file, status))
FAULT_CALL(int, -1, EIO, fstat64, (int file, struct stat64 *status), (file, status))
FAULT_CALL(int, -1, EIO, fstatat, (int folder, const char *path, struct stat *status, int flags),
           (folder, path, status, flags))
FAULT_CALL(int, -1, EIO, access, (const char *path, int how), (path, how))
FAULT_CALL(void *, MAP_FAILED, ENOMEM, mmap,
           (void *place, size_t size, int protection, int flags, int file, off_t at),
           (place, size, protection, flags, file, at))
FAULT_CALL(void *, MAP_FAILED, ENOMEM, mmap64,
           (void *place, size_t size, int protection, int flags, int file, off64_t at),
           (place, size, protection, flags, file, at))
FAULT_CALL(int, -1, EINVAL, madvise, (void *place, size_t size, int advice), (place, size, advice))
FAULT_CALL(int, -1, EIO, msync, (void *place, size_t size, int flags), (place, size, flags))
FAULT_CALL(int, -1, EIO, fsync, (int file), (file))
FAULT_CALL(int, -1, EIO, fdatasync, (int file), (file))
FAULT_CALL(int, -1, EIO, rename, (const char *from, const char *to), (from, to))
FAULT_CALL(int, -1, EIO, link, (const char *from, const char *to), (from, to))
FAULT_CALL(int, -1, EIO, unlink, (const char *path), (path))
FAULT_CALL(int, -1, EIO, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
FAULT_CALL(int, -1, ENOSPC, ftruncate, (int file, off_t size), (file, size))
FAULT_CALL(int, -1, ENOSPC, ftruncate64, (int file, off64_t size), (file, size))
FAULT_CALL(int, ENOSPC, errno, posix_fallocate, (int file, off_t at, off_t size), (file, at, size))
FAULT_CALL(int, -1, EPERM, fchmod, (int file, mode_t mode), (file, mode))
FAULT_CALL(int, -1, EMFILE, eventfd, (unsigned value, int flags), (value, flags))
FAULT_CALL(int, -1, EMFILE, dup3, (int from, int to, int flags), (from, to, flags))
FAULT_CALL(int, -1, EMFILE, socket, (int family, int type, int protocol), (family, type, protocol))
FAULT_CALL(int, -1, EADDRINUSE, bind, (int socket, __CONST_SOCKADDR_ARG name, socklen_t size),
           (socket, name, size))
FAULT_CALL(int, -1, EADDRINUSE, listen, (int socket, int backlog), (socket, backlog))
FAULT_CALL(int, -1, ENOBUFS, getsockname, (int socket, __SOCKADDR_ARG name, socklen_t *size),
           (socket, name, size))
FAULT_CALL(int, -1, ENOBUFS, setsockopt,
           (int socket, int level, int option, const void *value, socklen_t size),
           (socket, level, option, value, size))
FAULT_CALL(int, -1, EMFILE, accept4,
           (int socket, __SOCKADDR_ARG address, socklen_t *size, int flags),
           (socket, address, size, flags))
FAULT_CALL(int, -1, EMFILE, epoll_create1, (int flags), (flags))
FAULT_CALL(int, EAGAIN, errno, pthread_create,
           (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *),
            void *context),
           (thread, attributes, run, context))

/* A file is closed in any case. */
int close(int file)
{
    FAULT_FIND_NEXT(close)
    int result = next(file);
    if (!fault_is_due(FAULT_FAILS, "close"))
        return result;
    errno = EIO;
    return -1;
}

/* Only who comes into a set needs memory and a place (/proc/sys/fs/epoll/max_user_watches). */
int epoll_ctl(int set, int operation, int file, struct epoll_event *event)
{
    FAULT_FIND_NEXT(epoll_ctl)
    if (operation != EPOLL_CTL_ADD || !fault_is_due(FAULT_FAILS, "epoll_ctl"))
        return next(set, operation, file, event);
    errno = ENOSPC;
    return -1;
}

/* Waiting can only be interrupted. */
int epoll_wait(int set, struct epoll_event *events, int n, int timeout)
{
    FAULT_FIND_NEXT(epoll_wait)
    if (!fault_is_due(FAULT_IS_INTERRUPTED, "epoll_wait"))
        return next(set, events, n, timeout);
    errno = EINTR;
    return -1;
}

/* A server that looks after its files once a second does so 50 times. */
int sigtimedwait(const sigset_t *signals, siginfo_t *info, const struct timespec *timeout)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    FAULT_FIND_NEXT(sigtimedwait)
    bool is_short = fault_control() != NULL && timeout != NULL && timeout->tv_sec > 0;
    return next(signals, info, is_short ? &moment : timeout);
}

time_t time(time_t *seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct fault_control *control = fault_control();
    if (control != NULL)
        now.tv_sec += __atomic_load_n(&control->clock_ahead, __ATOMIC_RELAXED);
    if (seconds != NULL)
        *seconds = now.tv_sec;
    return now.tv_sec;
}

long sysconf(int name)
{
    FAULT_FIND_NEXT(sysconf)
    const struct fault_control *control = fault_control();
    if (name == _SC_NPROCESSORS_ONLN && control != NULL && control->n_processors != 0)
        return (long)control->n_processors;
    return next(name);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name,bugprone-macro-parentheses) */
