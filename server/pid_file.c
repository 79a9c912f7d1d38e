/* A server holds a lock on its PID file (flock) as long as it runs: the kernel gives it back
   whatever ends the process, so that a file that was left behind says nothing, even where its
   number is another process's by now. The file is written and locked under another name beside it,
   and renamed: nobody reads half a number, and nobody finds it without its lock.

   The file beside is the turnstile of servers that start at once. It is locked before a byte of it
   is changed, and then looked at once more, for who held the lock before may have renamed it. Who
   has it alone looks at the path and renames; so nobody takes the path in between.

   What has something else than a number in it is no PID file, and is left alone. */
#define _GNU_SOURCE /* asprintf */

#include "server/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER_SIZE 32

struct pid_file {
    const char *path;
    int descriptor; /* that holds the lock */
};

/* Says who has the file. */
static int refuse(int descriptor, const char *path, struct error *error)
{
    char number[NUMBER_SIZE] = "";
    ssize_t length = pread(descriptor, number, sizeof number - 1, 0);
    number[length > 0 ? length : 0] = '\0';
    number[strspn(number, "0123456789")] = '\0';
    return error_set(error,
                     "%s is the file of a server that runs, process %s: stop it, or name another "
                     "file with --pid-file",
                     path, number[0] != '\0' ? number : "unknown");
}

static bool is_number_line(const char *text, size_t length)
{
    size_t n_digits = strspn(text, "0123456789");
    return n_digits > 0 && n_digits + 1 == length && text[n_digits] == '\n';
}

/* Refuses what is no PID file, nor one that is empty yet. */
static int refuse_other(int descriptor, const char *path, struct error *error)
{
    struct stat status;
    char text[NUMBER_SIZE] = "";
    if (fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(error, "the PID file %s is no ordinary file", path);
    ssize_t length = pread(descriptor, text, sizeof text - 1, 0);
    if (length < 0)
        return error_set(error, "cannot read the PID file %s: %s", path, strerror(errno));
    if (length == 0 || ((size_t)length < sizeof text - 1 && is_number_line(text, (size_t)length)))
        return 0;
    return error_set(error,
                     "%s is no PID file, for it holds something else than a number: it stays as it "
                     "is; name another file with --pid-file, or remove it",
                     path);
}

int pid_file_check(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return errno == ENOENT
                   ? 0
                   : error_set(error, "cannot read the PID file %s: %s", path, strerror(errno));
    int result = refuse_other(descriptor, path, error);
    if (result == 0 && flock(descriptor, LOCK_SH | LOCK_NB) != 0)
        result = refuse(descriptor, path, error);
    close(descriptor);
    return result;
}

static bool is_at(int descriptor, const char *path)
{
    struct stat own;
    struct stat there;
    return fstat(descriptor, &own) == 0 && stat(path, &there) == 0 && own.st_dev == there.st_dev &&
           own.st_ino == there.st_ino;
}

static int cannot_write(const char *path, struct error *error)
{
    return error_set(error, "cannot write the PID file %s: %s", path, strerror(errno));
}

/* Returns the descriptor of the file that is at `beside`, which the caller alone has, or -1. */
static int lock_beside(const char *path, const char *beside, struct error *error)
{
    for (;;) {
        int descriptor =
            open(beside, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0644);
        if (descriptor < 0)
            return cannot_write(path, error);
        bool is_locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
        if (is_locked && !is_at(descriptor, beside)) { /* it is another server's PID file by now */
            close(descriptor);
            continue;
        }
        if (is_locked && refuse_other(descriptor, beside, error) == 0)
            return descriptor;
        if (!is_locked && errno == EWOULDBLOCK)
            error_set(
                error,
                "another server is starting with the PID file %s: let it run, or name another "
                "file with --pid-file",
                path);
        else if (!is_locked)
            cannot_write(path, error);
        close(descriptor);
        return -1;
    }
}

static int write_number(int descriptor)
{
    char text[NUMBER_SIZE];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    return ftruncate(descriptor, 0) == 0 && write(descriptor, text, (size_t)length) == length ? 0
                                                                                              : -1;
}

/* Returns the descriptor of a locked file that stands at `path` now, or -1. */
static int place(const char *path, const char *beside, struct error *error)
{
    int descriptor = lock_beside(path, beside, error);
    if (descriptor < 0)
        return -1;
    if (pid_file_check(path, error) == 0) {
        if (write_number(descriptor) == 0 && rename(beside, path) == 0)
            return descriptor;
        cannot_write(path, error);
    }
    unlink(beside);
    close(descriptor);
    return -1;
}

struct pid_file *pid_file_create(const char *path, struct error *error)
{
    struct pid_file *file = malloc(sizeof *file);
    char *beside = NULL;
    if (file == NULL || asprintf(&beside, "%s" PID_FILE_BESIDE, path) < 0) {
        free(file);
        error_out_of_memory(error);
        return NULL;
    }
    *file = (struct pid_file){path, place(path, beside, error)};
    free(beside);
    if (file->descriptor >= 0)
        return file;
    free(file);
    return NULL;
}

void pid_file_remove(struct pid_file *file)
{
    if (file == NULL)
        return;
    if (is_at(file->descriptor, file->path))
        unlink(file->path);
    close(file->descriptor);
    free(file);
}
