/* A server holds a lock on its PID file (flock) as long as it runs: the kernel gives it back
   whatever ends the process, so that a file that was left behind says nothing, even where its
   number is another process's by now. The file is written and locked under another name beside it,
   and renamed: nobody reads half a number, and nobody finds it without its lock. */
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

int pid_file_check(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return errno == ENOENT
                   ? 0
                   : error_set(error, "cannot read the PID file %s: %s", path, strerror(errno));
    struct stat status;
    int result = 0;
    if (fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode))
        result = error_set(error, "the PID file %s is no ordinary file", path);
    else if (flock(descriptor, LOCK_SH | LOCK_NB) != 0)
        result = refuse(descriptor, path, error);
    close(descriptor);
    return result;
}

static int write_number(int descriptor)
{
    char text[NUMBER_SIZE];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    return write(descriptor, text, (size_t)length) == length ? 0 : -1;
}

/* Returns the descriptor of a locked file that stands at `path` now, or -1. */
static int place(const char *path, const char *beside)
{
    int descriptor = open(beside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0)
        return -1;
    bool is_locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    if (is_locked && write_number(descriptor) == 0 && rename(beside, path) == 0)
        return descriptor;
    int reason = errno;
    if (is_locked) /* else another server is about to rename it */
        unlink(beside);
    close(descriptor);
    errno = reason;
    return -1;
}

struct pid_file *pid_file_create(const char *path, struct error *error)
{
    if (pid_file_check(path, error) != 0)
        return NULL;
    struct pid_file *file = malloc(sizeof *file);
    char *beside = NULL;
    if (file == NULL || asprintf(&beside, "%s.new", path) < 0) {
        free(file);
        error_out_of_memory(error);
        return NULL;
    }
    *file = (struct pid_file){path, place(path, beside)};
    free(beside);
    if (file->descriptor >= 0)
        return file;
    error_set(error, "cannot write the PID file %s: %s", path, strerror(errno));
    free(file);
    return NULL;
}

void pid_file_remove(struct pid_file *file)
{
    struct stat own;
    struct stat there;
    if (file == NULL)
        return;
    if (fstat(file->descriptor, &own) == 0 && stat(file->path, &there) == 0 &&
        own.st_dev == there.st_dev && own.st_ino == there.st_ino)
        unlink(file->path);
    close(file->descriptor);
    free(file);
}
