/* A real server for tests: build/cratedex-server with an index of the sample dump, on a free port
   of the loopback interface. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_TEST_SERVER_H
#define CRATEDEX_TESTS_SUPPORT_TEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TEST_SERVER_MAX_ARGUMENTS 24
#define TEST_SERVER_LINE_SIZE 16384

struct test_server {
    pid_t pid;
    int output;      /* its standard output, behind the first line where that is there */
    pid_t forwarder; /* of its standard error to ours, where the first line was there; else 0 */
    char *first_line;
    char url[128]; /* "http://127.0.0.1:PORT" */
    unsigned short port;
    char admin_url[128]; /* likewise, of --admin-listen; empty: there is none */
};

/* The path of an index of the dump in data/, built by build/cratedex-index into the build folder
   where it is missing or older than the program or a table. Static. */
const char *test_index(void);

/* The path of a program or file in the build folder. Returns `path`. */
const char *test_build_path(char path[1024], const char *name);

/* Called in the process of a server before that becomes one; NULL: nothing. */
extern void (*test_server_prepare)(void);

/* Starts a server with `--index` and `--listen 127.0.0.1:0` and further arguments (a list that ends
   with NULL, or NULL; a later option overrides), and waits for its first line. */
void test_server_start(struct test_server *server, const char *const *arguments);

/* The same with just these arguments. */
void test_server_launch(struct test_server *server, const char *const *arguments);

/* The next line of its output, without the line's end, waiting for it. The caller frees. */
char *test_server_read_line(struct test_server *server);

/* Sends SIGTERM and waits: the exit status must be 0. Frees what belongs to the server. */
void test_server_stop(struct test_server *server);

/* Waits for the end of a server that got a signal, and frees as above. Returns its exit status, 128
   and more for a signal. */
int test_server_wait(struct test_server *server);

/* A TCP connection to 127.0.0.1 at the server's port; -1 where it is refused. */
int test_server_connect(const struct test_server *server);

/* Sends bytes as they are on a new connection. With `read_answer` it reads until the server closes
   the connection, which the request must make it do, and returns the text (the caller frees; a NUL
   stands behind it). Else it hangs up at once and returns NULL. */
char *test_server_exchange(const struct test_server *server, const void *bytes, size_t size,
                           bool read_answer);

#endif
