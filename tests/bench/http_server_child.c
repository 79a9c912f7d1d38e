/* A server of ours names the port that it got in its first line; of others the port is chosen here,
   which another program may take before they do: then they do not start, and say so. The processor
   time is the kernel's clock of the process, which counts nanoseconds where /proc counts hundredths
   of a second. */
#define _GNU_SOURCE /* pipe2 */
#include "tests/bench/http_server_child.h"

#include "tests/bench/bench_child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADDRESS "http://127.0.0.1:"
#define MAX_TRIES 500
#define NANOSECONDS_A_TRY 20000000

int http_server_child_find(char *path, size_t size, const char *name, struct error *error)
{
    ssize_t length = readlink("/proc/self/exe", path, size);
    if (length < 0 || (size_t)length == size)
        return error_set(error, "the path of this program cannot be read");
    path[length] = '\0';
    char *own_name = strrchr(path, '/') + 1;
    size_t room = size - (size_t)(own_name - path);
    if (snprintf(own_name, room, "%s", name) >= (int)room)
        return error_set(error, "the path of %s is too long", name);
    return 0;
}

bool http_server_child_is_installed(const char *name)
{
    char path[4096];
    const char *folders = getenv("PATH");
    snprintf(path, sizeof path, "/usr/sbin/%s", name);
    bool is_installed = access(path, X_OK) == 0;
    while (!is_installed && folders != NULL && *folders != '\0') {
        size_t length = strcspn(folders, ":");
        if (snprintf(path, sizeof path, "%.*s/%s", (int)length, folders, name) < (int)sizeof path)
            is_installed = access(path, X_OK) == 0;
        folders += length + (folders[length] == ':');
    }
    return is_installed;
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
    const char *found = strstr(line, ADDRESS);
    unsigned long port = found != NULL ? strtoul(found + sizeof ADDRESS - 1, NULL, 10) : 0;
    if (port == 0 || port > UINT16_MAX)
        return error_set(error, "the server did not start: %s", line);
    server->port = (uint16_t)port;
    return 0;
}

/* What it prints goes to `output`. */
static int spawn(struct http_server_child *server, char *const arguments[], int output,
                 struct error *error)
{
    pid_t process = bench_child_start(arguments, output, error);
    server->process = process > 0 ? process : 0;
    return process > 0 ? 0 : -1;
}

static int add_clock(struct http_server_child *server, pid_t process, struct error *error)
{
    if (server->n_clocks == HTTP_SERVER_MAX_PROCESSES ||
        clock_getcpuclockid(process, &server->clocks[server->n_clocks]) != 0)
        return error_set(error, "the server's processor time cannot be read");
    server->n_clocks++;
    return 0;
}

int http_server_child_run(struct http_server_child *server, char *const arguments[],
                          struct error *error)
{
    int ends[2];
    *server = (struct http_server_child){.output = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, "cannot make a pipe: %s", strerror(errno));
    int status = spawn(server, arguments, ends[1], error);
    close(ends[1]);
    server->output = ends[0];
    if (status == 0)
        status = add_clock(server, server->process, error);
    return status == 0 ? read_port(server, error) : -1;
}

int http_server_child_start(struct http_server_child *server, const char *index_path,
                            const struct http_server_settings *settings, struct error *error)
{
    char program[4096];
    char index_copy[4096];
    char cache_copy[32];
    char threads[16];
    *server = (struct http_server_child){.output = -1};
    if (settings->folder == NULL) {
        if (http_server_child_find(program, sizeof program, "cratedex-server", error) != 0)
            return -1;
    } else if (snprintf(program, sizeof program, "%s/cratedex-server", settings->folder) >=
               (int)sizeof program) {
        return error_set(error, "the folder's name is too long: %s", settings->folder);
    }
    snprintf(index_copy, sizeof index_copy, "%s", index_path);
    snprintf(cache_copy, sizeof cache_copy, "%s", settings->cache_bytes);
    snprintf(threads, sizeof threads, "%u", settings->n_threads);
    char words[][16] = {"--index", "--listen", "127.0.0.1:0", "--threads", "--cache-bytes"};
    char *arguments[HTTP_SERVER_MAX_ARGUMENTS + 1] = {
        program, words[0], index_copy, words[1], words[2], words[3], threads, words[4], cache_copy};
    for (size_t i = 0, n = 9; settings->more != NULL && settings->more[i] != NULL; i++)
        if (n < HTTP_SERVER_MAX_ARGUMENTS)
            arguments[n++] = (char *)settings->more[i]; /* execv changes none */
    return http_server_child_run(server, arguments, error);
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

uint16_t http_server_child_free_port(struct error *error)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint16_t port = 0;
    if (probe >= 0 && bind(probe, (const struct sockaddr *)&address, size) == 0 &&
        getsockname(probe, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    else
        error_set(error, "cannot find a free port: %s", strerror(errno));
    if (probe >= 0)
        close(probe);
    return port;
}

static bool takes_connections(uint16_t port)
{
    const struct sockaddr_in address = loopback(port);
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool takes =
        probe >= 0 && connect(probe, (const struct sockaddr *)&address, sizeof address) == 0;
    if (probe >= 0)
        close(probe);
    return takes;
}

/* The first `max` processes that it has started; how many they are. */
static unsigned find_workers(const struct http_server_child *server, pid_t *workers, unsigned max)
{
    char path[64];
    char line[1024] = "";
    char *at = line;
    unsigned n_workers = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)server->process,
             (int)server->process);
    FILE *children = fopen(path, "r");
    if (children == NULL)
        return 0;
    bool has_any = fgets(line, sizeof line, children) != NULL;
    fclose(children);
    while (has_any && n_workers < max) {
        char *end;
        workers[n_workers] = (pid_t)strtol(at, &end, 10);
        if (end == at)
            break;
        at = end;
        n_workers++;
    }
    return n_workers;
}

/* A server with workers listens before it starts them. */
static int wait_until_ready(const struct http_server_child *server, const char *name,
                            pid_t *workers, unsigned n_workers, struct error *error)
{
    const struct timespec pause = {.tv_nsec = NANOSECONDS_A_TRY};
    for (int i = 0; i < MAX_TRIES; i++) {
        siginfo_t ended = {0};
        if (waitid(P_PID, (id_t)server->process, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            ended.si_pid != 0)
            return error_set(error, "%s ended at once", name);
        if (takes_connections(server->port) &&
            find_workers(server, workers, n_workers) == n_workers)
            return 0;
        nanosleep(&pause, NULL);
    }
    return error_set(error, "%s does not answer on port %u", name, server->port);
}

int http_server_child_run_on(struct http_server_child *server, uint16_t port,
                             char *const arguments[], unsigned n_workers, struct error *error)
{
    pid_t answering[HTTP_SERVER_MAX_PROCESSES] = {0};
    *server = (struct http_server_child){.output = -1, .port = port};
    if (n_workers > HTTP_SERVER_MAX_PROCESSES)
        return error_set(error, "a server has %d workers at most", HTTP_SERVER_MAX_PROCESSES);
    if (spawn(server, arguments, STDERR_FILENO, error) != 0 ||
        wait_until_ready(server, arguments[0], answering, n_workers, error) != 0)
        return -1;
    if (n_workers == 0)
        answering[n_workers++] = server->process;
    int status = 0;
    for (unsigned i = 0; i < n_workers && status == 0; i++)
        status = add_clock(server, answering[i], error);
    return status;
}

double http_server_child_cpu(const void *server)
{
    const struct http_server_child *child = server;
    double seconds = 0;
    for (unsigned i = 0; i < child->n_clocks; i++) {
        struct timespec used = {0};
        (void)clock_gettime(child->clocks[i], &used);
        seconds += (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
    }
    return seconds;
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
