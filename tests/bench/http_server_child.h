/* A cratedex-server as a process of its own, for measurements through HTTP. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_SERVER_CHILD_H
#define CRATEDEX_TESTS_BENCH_HTTP_SERVER_CHILD_H

#include <cratedex/error.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct http_server_child {
    pid_t process; /* 0: none */
    uint16_t port; /* on 127.0.0.1 */
    int output;    /* what it prints is read from here; open as long as it runs */
    clockid_t clock;
};

/* Starts the cratedex-server beside this program (in the same folder) with one thread and this much
   cache ("0", "256M"), and waits until it listens. Returns 0, or -1 and why. */
int http_server_child_start(struct http_server_child *server, const char *index_path,
                            const char *cache_bytes, struct error *error);

/* The same with the cratedex-server of this folder, such as one that was built from another commit. */
int http_server_child_start_from(struct http_server_child *server, const char *folder,
                                 const char *index_path, const char *cache_bytes,
                                 struct error *error);

/* Processor time that it has used so far, in seconds. */
double http_server_child_cpu(const struct http_server_child *server);

/* Ends it by SIGTERM and waits for it; nothing for one that does not run. */
void http_server_child_stop(struct http_server_child *server);

#endif
