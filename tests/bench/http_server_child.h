/* An HTTP server as a process of its own, for measurements through HTTP. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_SERVER_CHILD_H
#define CRATEDEX_TESTS_BENCH_HTTP_SERVER_CHILD_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define HTTP_SERVER_MAX_PROCESSES 64
#define HTTP_SERVER_MAX_ARGUMENTS 24

struct http_server_child {
    pid_t process; /* 0: none */
    uint16_t port; /* on 127.0.0.1 */
    int output;    /* what it prints is read from here; open as long as it runs; -1: none */
    unsigned n_clocks;
    clockid_t clocks[HTTP_SERVER_MAX_PROCESSES]; /* of the processes that answer */
};

/* Of a cratedex-server. */
struct http_server_settings {
    const char *cache_bytes; /* such as "0" or "256M" */
    unsigned n_threads;
    /* Of its program, such as one that was built from another commit; NULL: that of this
       program. */
    const char *folder;
    const char *const *more; /* arguments, ended by NULL; NULL: none */
};

/* Starts the cratedex-server of a folder, and waits until it listens. Returns 0, or
   -1 and why; http_server_child_stop is right for `server` in any case, as below. */
int http_server_child_start(struct http_server_child *server, const char *index_path,
                            const struct http_server_settings *settings, struct error *error);

/* Starts a program, found by PATH or in /usr/sbin, whose first line names its address:
   `http://127.0.0.1:PORT`. */
int http_server_child_run(struct http_server_child *server, char *const arguments[],
                          struct error *error);

/* Starts one that was told to listen on `port`, and waits until it takes connections, for 10 s at
   most. The processes that answer are its `n_workers` children, which it waits for as well, or
   where that is 0 itself. */
int http_server_child_run_on(struct http_server_child *server, uint16_t port,
                             char *const arguments[], unsigned n_workers, struct error *error);

/* Whether a program is found by PATH or in /usr/sbin. */
bool http_server_child_is_installed(const char *name);

/* Writes the path of a program that was built beside this one. Returns 0, or -1 and why. */
int http_server_child_find(char *path, size_t size, const char *name, struct error *error);

/* A port of 127.0.0.1 that nobody listens on now; 0 and why where there is none. */
uint16_t http_server_child_free_port(struct error *error);

/* Processor time that it has used so far, in seconds. `server` is a struct http_server_child. */
double http_server_child_cpu(const void *server);

/* Ends it by SIGTERM and waits for it; nothing for one that does not run. */
void http_server_child_stop(struct http_server_child *server);

#endif
