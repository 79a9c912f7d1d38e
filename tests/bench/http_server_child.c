/* The server's first line names the port that it got. The processor time is the kernel's clock of the
   process, which counts nanoseconds where /proc counts hundredths of a second. */
#define _GNU_SOURCE /* pipe2, environ */
#include "tests/bench/http_server_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int find_server(const char *folder, char *path, size_t size, struct error *error)
{
    if (folder != NULL) {
        int written = snprintf(path, size, "%s/cratedex-server", folder);
        return written > 0 && (size_t)written < size
                   ? 0
                   : error_set(error, "the folder's name is too long: %s", folder);
    }
    ssize_t length = readlink("/proc/self/exe", path, size - sizeof "cratedex-server");
    if (length < 0)
        return error_set(error, "/proc/self/exe: %s", strerror(errno));
    path[length] = '\0';
    char *name = strrchr(path, '/') + 1;
    memcpy(name, "cratedex-server", sizeof "cratedex-server");
    return 0;
}

/* Reads the first line, `… http://127.0.0.1:PORT…`. */
static int read_port(struct http_server_child *server, struct error *error)
{
    char line[512];
    size_t length = 0;
    ssize_t n_read = 1;
    while (length < sizeof line - 1 && (length == 0 || line[length - 1] != '\n') && n_read > 0) {
        n_read = read(server->output, line + length, 1);
        length += n_read > 0 ? (size_t)n_read : 0;
    }
    line[length] = '\0';
    static const char address[] = "http://127.0.0.1:";
    const char *found = strstr(line, address);
    unsigned long port = found != NULL ? strtoul(found + sizeof address - 1, NULL, 10) : 0;
    if (port == 0 || port > UINT16_MAX)
        return error_set(error, "the server did not start: %s", line);
    server->port = (uint16_t)port;
    return 0;
}

int http_server_child_start(struct http_server_child *server, const char *index_path,
                            const char *cache_bytes, struct error *error)
{
    return http_server_child_start_from(server, NULL, index_path, cache_bytes, error);
}

int http_server_child_start_from(struct http_server_child *server, const char *folder,
                                 const char *index_path, const char *cache_bytes,
                                 struct error *error)
{
    *server = (struct http_server_child){.output = -1};
    char program[4096];
    char index_copy[4096];
    char cache_copy[32];
    int ends[2];
    if (find_server(folder, program, sizeof program, error) != 0)
        return -1;
    snprintf(index_copy, sizeof index_copy, "%s", index_path);
    snprintf(cache_copy, sizeof cache_copy, "%s", cache_bytes);
    char words[][16] = {"--index", "--listen", "127.0.0.1:0", "--threads", "1", "--cache-bytes"};
    char *const arguments[] = {program,  words[0], index_copy, words[1],   words[2],
                               words[3], words[4], words[5],   cache_copy, NULL};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, "cannot make a pipe: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    int fault = posix_spawn_file_actions_init(&actions);
    if (fault == 0) {
        fault = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (fault == 0)
            fault = posix_spawn(&server->process, program, &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    server->output = ends[0];
    if (fault != 0) {
        server->process = 0;
        return error_set(error, "cannot run %s: %s", program, strerror(fault));
    }
    if (clock_getcpuclockid(server->process, &server->clock) != 0)
        return error_set(error, "the server's processor time cannot be read");
    return read_port(server, error);
}

double http_server_child_cpu(const struct http_server_child *server)
{
    struct timespec used = {0};
    (void)clock_gettime(server->clock, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

void http_server_child_stop(struct http_server_child *server)
{
    if (server->process > 0) {
        (void)kill(server->process, SIGTERM);
        while (waitpid(server->process, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (server->output >= 0)
        close(server->output);
    *server = (struct http_server_child){.output = -1};
}
