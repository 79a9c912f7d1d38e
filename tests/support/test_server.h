/* A real server for tests: build/cratedex-server with an index of the sample dump, on a free port of
   the loopback interface. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_TEST_SERVER_H
#define CRATEDEX_TESTS_SUPPORT_TEST_SERVER_H

#include <stddef.h>
#include <sys/types.h>

#define TEST_SERVER_MAX_ARGUMENTS 16

struct test_server {
    pid_t pid;
    int output; /* its standard output, behind the first line */
    char first_line[512];
    char url[128]; /* "http://127.0.0.1:PORT" */
    unsigned short port;
};

/* The path of an index of the dump in data/, built by build/cratedex-index into the build folder
   where it is missing or older than the program or a table. Static. */
const char *test_index(void);

/* The path of a program or file in the build folder. Returns `path`. */
const char *test_build_path(char path[1024], const char *name);

/* Starts a server with `--index` and `--listen 127.0.0.1:0` and further arguments (a list that ends
   with NULL, or NULL; a later option overrides), and waits for its first line. */
void test_server_start(struct test_server *server, const char *const *arguments);

/* Sends SIGTERM and waits: the exit status must be 0. */
void test_server_stop(struct test_server *server);

/* Waits for the end of a server that got a signal. Returns its exit status, 128 and more for a
   signal. */
int test_server_wait(struct test_server *server);

/* Everything the server printed after its first line, up to its end (after it has ended). The caller
   frees. */
char *test_server_read_output(struct test_server *server);

/* A TCP connection to 127.0.0.1 at the server's port; with `receive_bytes` not 0 its receive buffer
   is so small. */
int test_server_connect(const struct test_server *server, int receive_bytes);

/* Sends bytes as they are on a new connection and reads until the server closes it: the caller frees
   the text, which ends with a NUL. */
char *test_server_exchange(const struct test_server *server, const void *bytes, size_t size);

#endif
