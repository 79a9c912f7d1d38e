/* fork and exec; the first line is read through a pipe. An access log has standard output for
   itself: then the first line comes through another pipe from standard error, the rest of which
   a process of its own passes on to the test's. Else standard error is the test's own. Either
   way a sanitizer's report is seen; its fault shows in the exit status. */
#define _GNU_SOURCE /* close_range */

#include "tests/support/test_server.h"

#include "tests/support/folder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define LINE_TIMEOUT_MILLISECONDS 60000

void (*test_server_prepare)(void);

const char *test_build_path(char path[1024], const char *name)
{
    const char *build = getenv("CRATEDEX_BUILD");
    snprintf(path, 1024, "%s/%s", build != NULL ? build : "build", name);
    return path;
}

static int is_newer(const struct timespec *left, const struct timespec *right)
{
    return left->tv_sec != right->tv_sec ? left->tv_sec > right->tv_sec
                                         : left->tv_nsec > right->tv_nsec;
}

/* The latest change of a file or of anything below a folder. */
static struct timespec last_change(const char *path)
{
    struct timespec last = {0};
    char *const roots[] = {(char *)path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(walk);
    for (FTSENT *entry = fts_read(walk); entry != NULL; entry = fts_read(walk))
        if (entry->fts_info == FTS_F && is_newer(&entry->fts_statp->st_mtim, &last))
            last = entry->fts_statp->st_mtim;
    fts_close(walk);
    return last;
}

static int wait_for(pid_t pid)
{
    int status;
    pid_t ended;
    do
        ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    assert_int_equal(ended, pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void build_index(const char *program, const char *path)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execl(program, program, "build", "data", "-o", path, "--quiet", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(wait_for(pid), 0);
}

const char *test_index(void)
{
    static char path[1024];
    if (path[0] != '\0')
        return path;
    char program[1024];
    char folder[1024];
    mkdir(test_build_path(folder, "tests"), 0777);
    test_build_path(path, "tests/sample.cdx");
    test_build_path(program, "cratedex-index");
    struct stat file;
    struct timespec dump = last_change("data");
    struct timespec indexer = last_change(program);
    if (stat(path, &file) != 0 || is_newer(&dump, &file.st_mtim) ||
        is_newer(&indexer, &file.st_mtim))
        build_index(program, path);
    return path;
}

static char *read_line(int descriptor)
{
    size_t length = 0;
    char *line = malloc(TEST_SERVER_LINE_SIZE);
    assert_non_null(line);
    while (length + 1 < TEST_SERVER_LINE_SIZE) {
        struct pollfd polled = {.fd = descriptor, .events = POLLIN};
        if (poll(&polled, 1, LINE_TIMEOUT_MILLISECONDS) != 1)
            fail_msg("the server printed nothing");
        if (read(descriptor, &line[length], 1) != 1)
            fail_msg("the server ended without a line");
        if (line[length] == '\n')
            break;
        length++;
    }
    line[length] = '\0';
    return line;
}

char *test_server_read_line(struct test_server *server)
{
    return read_line(server->output);
}

/* Whether the arguments, or the file that they name, ask for an access log on standard output. */
static bool has_access_log(const char *const *arguments)
{
    bool is_found = false;
    for (; *arguments != NULL; arguments++) {
        if (strcmp(*arguments, "--access-log-file") == 0)
            return false;
        is_found |= strcmp(*arguments, "--access-log") == 0;
        if (strcmp(*arguments, "--config") == 0) {
            size_t size;
            char *text = file_read(arguments[1], &size);
            bool has_file = strstr(text, "access-log-file") != NULL;
            is_found |= strstr(text, "access-log") != NULL;
            free(text);
            if (has_file)
                return false;
        }
    }
    return is_found;
}

/* Copies what comes out of a pipe to our standard error, in a process that ends with the pipe. */
static pid_t forward(int from)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char bytes[4096];
        ssize_t n;
        /* A pipe that the test closes must be closed. */
        dup2(from, STDIN_FILENO);
        close_range(STDERR_FILENO + 1, UINT_MAX, 0);
        while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
            if (write(STDERR_FILENO, bytes, (size_t)n) != n)
                break;
        _exit(0);
    }
    close(from);
    return pid;
}

/* The first URL of a text, or an empty one; returns what is behind. */
static const char *read_url(const char *text, char url[128])
{
    const char *begin = strstr(text, "http://");
    size_t length = begin != NULL ? strcspn(begin, " ") : 0;
    assert_true(length < 128);
    memcpy(url, begin != NULL ? begin : "", length);
    url[length] = '\0';
    return begin != NULL ? begin + length : text;
}

static void read_urls(struct test_server *server)
{
    const char *behind = read_url(server->first_line, server->url);
    read_url(behind, server->admin_url);
    assert_true(server->url[0] != '\0');
    server->port = (unsigned short)strtoul(strrchr(server->url, ':') + 1, NULL, 10);
    assert_true(server->port != 0);
}

void test_server_launch(struct test_server *server, const char *const *arguments)
{
    char program[1024];
    const char *line[TEST_SERVER_MAX_ARGUMENTS + 2] = {test_build_path(program, "cratedex-server")};
    for (size_t i = 0; arguments[i] != NULL; i++) {
        assert_true(i < TEST_SERVER_MAX_ARGUMENTS);
        line[1 + i] = arguments[i];
    }
    bool is_logged = has_access_log(arguments);
    int ends[2];
    int error_ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(error_ends), 0);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        /* A test that fails does not stop its server. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (test_server_prepare != NULL)
            test_server_prepare();
        dup2(ends[1], STDOUT_FILENO);
        if (is_logged)
            dup2(error_ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        close(error_ends[0]);
        close(error_ends[1]);
        execv(program, (char *const *)line);
        _exit(127);
    }
    close(ends[1]);
    close(error_ends[1]);
    server->output = ends[0];
    server->first_line = read_line(is_logged ? error_ends[0] : ends[0]);
    server->forwarder = 0;
    if (is_logged)
        server->forwarder = forward(error_ends[0]);
    else
        close(error_ends[0]);
    read_urls(server);
}

void test_server_start(struct test_server *server, const char *const *arguments)
{
    const char *line[TEST_SERVER_MAX_ARGUMENTS + 1] = {"--index", test_index(), "--listen",
                                                       "127.0.0.1:0"};
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++) {
        assert_true(4 + i < TEST_SERVER_MAX_ARGUMENTS);
        line[4 + i] = arguments[i];
    }
    test_server_launch(server, line);
}

int test_server_wait(struct test_server *server)
{
    int status = wait_for(server->pid);
    if (server->forwarder != 0)
        wait_for(server->forwarder);
    close(server->output);
    free(server->first_line);
    return status;
}

void test_server_stop(struct test_server *server)
{
    assert_int_equal(kill(server->pid, SIGTERM), 0);
    assert_int_equal(test_server_wait(server), 0);
}

/* Reads until the other end closes. */
static char *read_all(int descriptor)
{
    size_t length = 0;
    size_t capacity = 65536;
    char *text = malloc(capacity);
    assert_non_null(text);
    for (;;) {
        ssize_t n_read = read(descriptor, text + length, capacity - length - 1);
        if (n_read < 0 && errno == EINTR)
            continue;
        if (n_read <= 0)
            break;
        length += (size_t)n_read;
        if (capacity - length < 4096) {
            capacity *= 2;
            char *larger = realloc(text, capacity);
            assert_non_null(larger);
            text = larger;
        }
    }
    text[length] = '\0';
    return text;
}

int test_server_connect(const struct test_server *server)
{
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(descriptor >= 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    assert_int_equal(errno, ECONNREFUSED);
    close(descriptor);
    return -1;
}

char *test_server_exchange(const struct test_server *server, const void *bytes, size_t size,
                           bool read_answer)
{
    int descriptor = test_server_connect(server);
    assert_true(descriptor >= 0);
    size_t sent = 0;
    while (sent < size) {
        /* The server may close before it has read everything. */
        ssize_t n = send(descriptor, (const char *)bytes + sent, size - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    char *text = read_answer ? read_all(descriptor) : NULL;
    close(descriptor);
    return text;
}
