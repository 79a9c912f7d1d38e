/* The child's output comes through one pipe, which is read to its end before the child is waited for,
   so that neither waits for the other. */
#define _GNU_SOURCE /* pipe2, environ */
#include "tests/bench/bench_child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int read_to_end(int descriptor, msgpack_sbuffer *output)
{
    char bytes[65536];
    for (;;) {
        ssize_t n_read = read(descriptor, bytes, sizeof bytes);
        if (n_read == 0)
            return 0;
        if (n_read < 0 && errno == EINTR)
            continue;
        if (n_read < 0 || msgpack_sbuffer_write(output, bytes, (size_t)n_read) != 0)
            return -1;
    }
}

static int wait_for(pid_t child, const char *program, struct error *error)
{
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return error_set(error, "%s: %s", program, strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status))
        return error_set(error, "%s: exit status %d", program, WEXITSTATUS(status));
    return error_set(error, "%s: ended by a signal", program);
}

int bench_child_run(char *const arguments[], msgpack_sbuffer *output, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, "cannot make a pipe: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int fault = posix_spawn_file_actions_init(&actions);
    if (fault == 0) {
        fault = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (fault == 0)
            fault = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    int status = 0;
    if (fault != 0)
        status = error_set(error, "cannot run %s: %s", arguments[0], strerror(fault));
    else if (read_to_end(ends[0], output) != 0)
        status = error_set(error, "%s: its output cannot be read", arguments[0]);
    close(ends[0]);
    struct error why;
    if (fault == 0 && wait_for(child, arguments[0], &why) != 0 && status == 0)
        status = error_set(error, "%s", why.message);
    return status;
}

int bench_folder_create(char folder[BENCH_FOLDER_MAX], struct error *error)
{
    const char *parent = getenv("TMPDIR");
    int length = snprintf(folder, BENCH_FOLDER_MAX, "%s/cratedex-bench-XXXXXX",
                          parent != NULL ? parent : "/tmp");
    if (length < 0 || length >= BENCH_FOLDER_MAX)
        return error_set(error, "TMPDIR is too long");
    if (mkdtemp(folder) == NULL) {
        error_set(error, "cannot make a folder %s: %s", folder, strerror(errno));
        folder[0] = '\0';
        return -1;
    }
    return 0;
}

void bench_folder_remove(const char *folder)
{
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL)
        (void)unlinkat(dirfd(listing), entry->d_name, 0); /* `.` and `..` refuse */
    closedir(listing);
    (void)rmdir(folder);
}

int bench_folder_write(const char *folder, const char *name, const void *bytes, size_t size,
                       struct error *error)
{
    char path[BENCH_FOLDER_MAX + 256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return error_set(error, "%s: %s", path, strerror(errno));
    size_t written = fwrite(bytes, 1, size, file);
    if (fclose(file) != 0 || written != size)
        return error_set(error, "%s: cannot be written", path);
    return 0;
}
