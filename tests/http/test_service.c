/* The server under a service manager, which a test plays: what it tells by sd_notify(3), and the
   sockets that it takes (sd_listen_fds(3)); and its PID file. */
#define _GNU_SOURCE /* asprintf, SOCK_CLOEXEC */

#include "tests/support/http_case.h"
#include "tests/support/program.h"
#include "tests/support/service_manager_scene.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TIMEOUT_MILLISECONDS 60000
#define FIRST_PASSED 3
#define MAX_PASSED 2
#define MAX_THREADS 64
#define WATCHDOG_MICROSECONDS "400000"
#define MAX_MEALS 100                /* that may follow: some seconds of them do */
#define LONG_PAUSE_MILLISECONDS 1500 /* well above that */

/* ---- Told ---- */

static uint64_t monotonic_microseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void tells_how_it_is(void **state)
{
    (void)state;
    struct manager manager;
    char folder[FOLDER_PATH_SIZE];
    char config[FOLDER_PATH_SIZE];
    char message[MANAGER_MESSAGE_SIZE];
    char *status;
    const char *arguments[] = {"--config", config, NULL};
    folder_make(folder);
    folder_join(config, folder, "server.conf");
    file_write(config, "", 0);
    manager_open(&manager, NULL, arguments);
    assert_true(
        asprintf(&status, "\nSTATUS=%s (329 crates, dump of ", manager.file.http.server.url) > 0);
    manager_expect(&manager, "READY=1", status);

    uint64_t before = monotonic_microseconds();
    assert_int_equal(kill(manager.file.http.server.pid, SIGHUP), 0);
    assert_true(manager_receive(&manager, TIMEOUT_MILLISECONDS, message));
    static const char reloading[] = "RELOADING=1\nMONOTONIC_USEC=";
    assert_int_equal(strncmp(message, reloading, strlen(reloading)), 0);
    uint64_t told = strtoull(message + strlen(reloading), NULL, 10);
    assert_true(told >= before && told <= monotonic_microseconds());
    manager_expect(&manager, "READY=1", status);

    file_write(config, "no-such-option = 1\n", strlen("no-such-option = 1\n"));
    assert_int_equal(kill(manager.file.http.server.pid, SIGHUP), 0);
    manager_expect(&manager, "RELOADING=1", "");
    manager_expect(&manager, "READY=1\nSTATUS=Not reloaded: ", "no-such-option");
    manager_close(&manager);
    folder_remove(folder);
    free(status);
}

/* Of a process: all threads but the main one. Returns how many. */
static size_t find_threads(pid_t pid, pid_t threads[MAX_THREADS])
{
    char path[64];
    size_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread > 0 && thread != pid && n < MAX_THREADS)
            threads[n++] = thread;
    }
    closedir(folder);
    return n;
}

/* A server whose threads a test holds, all but the main one and the `n_spared` that began last. */
struct held {
    struct manager manager;
    pid_t threads[MAX_THREADS];
    size_t n_threads;
};

static int compare_threads(const void *a, const void *b)
{
    const pid_t one = *(const pid_t *)a;
    const pid_t other = *(const pid_t *)b;
    return (one > other) - (one < other);
}

static void open_held(struct held *held, const char *const *arguments, size_t n_spared)
{
    manager_open(&held->manager, WATCHDOG_MICROSECONDS, arguments);
    manager_expect(&held->manager, "READY=1", "");
    for (int i = 0; i < 3; i++)
        manager_expect(&held->manager, "WATCHDOG=1", "");
    size_t n_threads = find_threads(held->manager.file.http.server.pid, held->threads);
    qsort(held->threads, n_threads, sizeof *held->threads, compare_threads);
    assert_true(n_threads > n_spared);
    held->n_threads = n_threads - n_spared;
    for (size_t i = 0; i < held->n_threads; i++) {
        pid_t thread = held->threads[i];
        if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) != 0)
            continue; /* it has ended */
        assert_int_equal(ptrace(PTRACE_INTERRUPT, thread, NULL, NULL), 0);
        assert_int_equal(waitpid(thread, NULL, __WALL), thread);
    }
}

/* It is fed no more, and again when the threads go on. */
static void close_held(struct held *held)
{
    char message[MANAGER_MESSAGE_SIZE];
    const pid_t pid = held->manager.file.http.server.pid;
    for (int i = 0; manager_receive(&held->manager, LONG_PAUSE_MILLISECONDS, message); i++) {
        assert_string_equal(message, "WATCHDOG=1");
        assert_true(i < MAX_MEALS);
    }
    for (size_t i = 0; i < held->n_threads; i++)
        ptrace(PTRACE_DETACH, held->threads[i], NULL, NULL);
    manager_expect(&held->manager, "WATCHDOG=1", "");
    assert_int_equal(kill(pid, SIGTERM), 0);
    while (manager_receive(&held->manager, TIMEOUT_MILLISECONDS, message) &&
           strncmp(message, "STOPPING=1", 10) != 0)
        assert_string_equal(message, "WATCHDOG=1");
    manager_await_end(&held->manager);
}

/* It is fed as long as every thread goes round, and no longer: also where those for clients do,
   which begin last. The two servers wait at the same time. */
static void feeds_the_watchdog_while_it_works(void **state)
{
    (void)state;
    static const char *const public[] = {"--threads", "1", NULL};
    static const char *const both[] = {"--threads", "1", "--admin-listen", "127.0.0.1:0", NULL};
    struct held all;
    struct held operators;
    open_held(&all, public, 0);
    open_held(&operators, both, 1);
    struct http_fixture *http = &operators.manager.file.http;
    assert_int_equal(http_fixture_status(http, "/api/v1/summary"), 200);
    close_held(&all);
    close_held(&operators);
}

/* ---- Its sockets ---- */

/* What the next server finds from descriptor 3 on. */
static struct {
    int sockets[MAX_PASSED];
    int n_sockets;
    const char *names;
} passed;

static void pass(void)
{
    char text[32];
    int copies[MAX_PASSED];
    for (int i = 0; i < passed.n_sockets; i++)
        copies[i] = fcntl(passed.sockets[i], F_DUPFD, FIRST_PASSED + MAX_PASSED);
    for (int i = 0; i < passed.n_sockets; i++)
        dup2(copies[i], FIRST_PASSED + i);
    snprintf(text, sizeof text, "%d", (int)getpid());
    setenv("LISTEN_PID", text, 1);
    snprintf(text, sizeof text, "%d", passed.n_sockets);
    setenv("LISTEN_FDS", text, 1);
    setenv("LISTEN_FDNAMES", passed.names, 1);
}

/* A socket of the loopback interface, at a port that is free; `port` (NULL: not wanted) is which.
   */
static int open_socket(int type, bool listens, unsigned short *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, size), 0);
    if (listens)
        assert_int_equal(listen(descriptor, 16), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &size), 0);
    if (port != NULL)
        *port = ntohs(address.sin_port);
    return descriptor;
}

static void start_activated(struct http_fixture *fixture)
{
    test_server_prepare = pass;
    http_fixture_open(fixture, NULL);
    test_server_prepare = NULL;
}

/* Whatever its name, in place of --listen. It goes on listening when the server has ended. */
static void serves_on_the_only_socket(void **state)
{
    (void)state;
    struct http_fixture fixture;
    unsigned short port;
    passed.sockets[0] = open_socket(SOCK_STREAM, true, &port);
    passed.n_sockets = 1;
    passed.names = "cratedex-server.socket";
    for (int i = 0; i < 2; i++) {
        start_activated(&fixture);
        assert_int_equal(fixture.server.port, port);
        assert_int_equal(http_fixture_status(&fixture, "/readyz"), 200);
        http_fixture_close(&fixture);
        int connection = test_server_connect(&fixture.server);
        assert_true(connection >= 0);
        close(connection);
    }
    close(passed.sockets[0]);
}

static void tells_sockets_by_their_names(void **state)
{
    (void)state;
    struct http_fixture fixture;
    unsigned short ports[2];
    char url[64];
    passed.sockets[0] = open_socket(SOCK_STREAM, true, &ports[0]);
    passed.sockets[1] = open_socket(SOCK_STREAM, true, &ports[1]);
    passed.n_sockets = 2;
    passed.names = "admin:http";
    start_activated(&fixture);
    assert_int_equal(fixture.server.port, ports[1]);
    assert_int_equal(http_fixture_status(&fixture, "/healthz"), 404);
    assert_int_equal(http_fixture_status(&fixture, "/api/v1/summary"), 200);
    http_client_close(fixture.client);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)ports[0]);
    fixture.client = http_client_open(url);
    assert_int_equal(http_fixture_status(&fixture, "/healthz"), 200);
    http_fixture_close(&fixture);
    close(passed.sockets[0]);
    close(passed.sockets[1]);
}

/* Runs a server that must refuse what it is passed: status 1, and says so. */
static void expect_refused(const char *said)
{
    char program[1024];
    char text[4096];
    int ends[2];
    int status;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        test_build_path(program, "cratedex-server");
        alarm(30);
        pass();
        execl(program, program, "--index", test_index(), "--listen", "127.0.0.1:0", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *errors = fdopen(ends[0], "r");
    text[fread(text, 1, sizeof text - 1, errors)] = '\0';
    fclose(errors);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 || strstr(text, said) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", said, text);
}

static void refuses_what_it_cannot_serve_on(void **state)
{
    (void)state;
    const struct {
        int sockets[MAX_PASSED];
        int n_sockets;
        const char *names;
        const char *said;
    } cases[] = {
        {{open_socket(SOCK_DGRAM, false, NULL)}, 1, "http", "write ListenStream="},
        {{open_socket(SOCK_STREAM, false, NULL)}, 1, "http", "does not listen: write Accept=no"},
        {{socket(AF_UNIX, SOCK_STREAM, 0)}, 1, "http", "is not of TCP"},
        {{open("/dev/null", O_RDWR)}, 1, "http", "is no socket"},
        {{open_socket(SOCK_STREAM, true, NULL), open_socket(SOCK_STREAM, true, NULL)},
         2,
         "http:http",
         "two sockets named 'http'"},
        {{open_socket(SOCK_STREAM, true, NULL), open_socket(SOCK_STREAM, true, NULL)},
         2,
         "http:other",
         "named 'other': write FileDescriptorName=http"},
    };
    passed.sockets[0] = open_socket(SOCK_STREAM, true, NULL);
    passed.sockets[1] = passed.sockets[0];
    passed.n_sockets = 2;
    passed.names = "http:admin";
    expect_refused("gives one socket as 'http' and as 'admin': write a ListenStream=");
    passed.names = "http";
    expect_refused("to start without any, unset LISTEN_FDS");
    close(passed.sockets[0]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(passed.sockets, cases[i].sockets, sizeof passed.sockets);
        passed.n_sockets = cases[i].n_sockets;
        passed.names = cases[i].names;
        expect_refused(cases[i].said);
        for (int k = 0; k < cases[i].n_sockets; k++)
            close(cases[i].sockets[k]);
    }
}

/* ---- Its PID file ---- */

static void has_a_pid_file_while_it_serves(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    char line[32];
    size_t size;
    struct test_server server;
    struct program_run run;
    folder_make(folder);
    const char *arguments[] = {"--pid-file", folder_join(path, folder, "server.pid"), NULL};
    test_server_start(&server, arguments);
    char *text = file_read(path, &size);
    snprintf(line, sizeof line, "%d\n", (int)server.pid);
    assert_string_equal(text, line);
    free(text);

    const char *const second[] = {"cratedex-server", "--index",    test_index(), "--listen",
                                  "127.0.0.1:0",     "--pid-file", path,         NULL};
    const struct program_options options = {.arguments = second};
    program_run(&options, &run);
    assert_int_equal(run.status, 1);
    assert_non_null(strstr(run.error_out, "the file of a server that runs, process "));
    program_run_free(&run);
    test_server_stop(&server);
    assert_int_equal(folder_count(folder), 0);

    /* What else is there it leaves alone. */
    file_write(path, "notes\n", 6);
    program_run(&options, &run);
    assert_int_equal(run.status, 1);
    assert_non_null(strstr(run.error_out, "is no PID file"));
    program_run_free(&run);
    text = file_read(path, &size);
    assert_string_equal(text, "notes\n");
    free(text);
    assert_int_equal(unlink(path), 0);

    /* One that was killed leaves it behind, for the next to replace. */
    test_server_start(&server, arguments);
    assert_int_equal(kill(server.pid, SIGKILL), 0);
    assert_int_equal(test_server_wait(&server), 128 + SIGKILL);
    assert_int_equal(folder_count(folder), 1);
    test_server_start(&server, arguments);
    test_server_stop(&server);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_how_it_is),
        cmocka_unit_test(feeds_the_watchdog_while_it_works),
        cmocka_unit_test(serves_on_the_only_socket),
        cmocka_unit_test(tells_sockets_by_their_names),
        cmocka_unit_test(refuses_what_it_cannot_serve_on),
        cmocka_unit_test(has_a_pid_file_while_it_serves),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
