/* What signals do that neither end the server in its own time (test_shutdown, test_drain) nor have
   it read its configuration again (test_reloaded_options): nothing, or the logs, or the end. */
#include "tests/support/http_case.h"
#include "tests/support/served_file.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define LAST_SIGNAL 64
#define TIMEOUT_MILLISECONDS 60000
#define METADATA "/api/v1/site_metadata"

static bool is_one_of(const int *numbers, size_t n, int number)
{
    for (size_t i = 0; i < n; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* All but those that nobody can ignore, those that end the server, those of faults and those by
   which a shell stops it. */
static void survives_all_others(void **state)
{
    (void)state;
    static const int left_out[] = {SIGKILL, SIGSTOP, SIGTERM, SIGINT, SIGQUIT, SIGSEGV, SIGBUS,
                                   SIGABRT, SIGFPE,  SIGILL,  SIGSYS, SIGTRAP, SIGTSTP};
    struct http_fixture fixture;
    http_fixture_open(&fixture, NULL);
    for (int number = 1; number <= LAST_SIGNAL; number++) {
        if (is_one_of(left_out, N_ELEMENTS(left_out), number))
            continue;
        assert_int_equal(kill(fixture.server.pid, number), 0);
        if (http_fixture_status(&fixture, "/healthz") != 200)
            fail_msg("no answer after signal %d", number);
    }
    http_fixture_close(&fixture);
}

/* A server that does not get through its start, for nothing is written to the FIFO that it reads.
   */
static void ends_at_once_while_it_starts(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGINT, SIGQUIT};
    char folder[FOLDER_PATH_SIZE];
    char fifo[FOLDER_PATH_SIZE];
    char program[1024];
    folder_make(folder);
    assert_int_equal(mkfifo(folder_join(fifo, folder, "ranking"), 0600), 0);
    for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
        int status;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            alarm(30);
            execl(test_build_path(program, "cratedex-server"), "cratedex-server", "--index",
                  test_index(), "--ranking", fifo, "--listen", "127.0.0.1:0", (char *)NULL);
            _exit(127);
        }
        int writer = open(fifo, O_WRONLY); /* waits for who reads */
        assert_true(writer >= 0);
        assert_int_equal(kill(pid, numbers[i]), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        close(writer);
    }
    folder_remove(folder);
}

/* A server whose stop waits for a reload, which waits for who writes its configuration. */
static void ends_at_once_while_it_stops(void **state)
{
    (void)state;
    struct served_file file;
    char config[FOLDER_PATH_SIZE];
    served_file_make(&file);
    file_write(folder_join(config, file.folder, "server.conf"), "", 0);
    served_file_start(&file, (const char *const[]){"--config", config, NULL});
    const struct test_server *server = &file.http.server;
    assert_int_equal(unlink(config), 0);
    assert_int_equal(mkfifo(config, 0600), 0);
    assert_int_equal(kill(server->pid, SIGHUP), 0);
    alarm(30);
    int writer = open(config, O_WRONLY | O_CLOEXEC); /* waits for who reads */
    assert_true(writer >= 0);
    http_client_close(file.http.client);
    assert_int_equal(kill(server->pid, SIGTERM), 0);
    for (int other = 0; other >= 0;) {
        other = test_server_connect(server);
        if (other >= 0)
            close(other);
    }
    assert_int_equal(kill(server->pid, SIGINT), 0);
    assert_int_equal(test_server_wait(&file.http.server), 0);
    alarm(0);
    close(writer);
    folder_remove(file.folder);
}

/* A server on a terminal of its own, the leader of its session. */
struct at_terminal {
    struct served_file file; /* only its folder and index */
    char config[FOLDER_PATH_SIZE];
    int terminal;
    pid_t pid;
    struct http_client *client;
};

static void configure(const struct at_terminal *server, const char *text)
{
    file_write(server->config, text, strlen(text));
}

static void start_at_terminal(struct at_terminal *server, bool by_nohup)
{
    char program[1024];
    char text[4096];
    size_t length = 0;
    char *url = NULL;
    served_file_make(&server->file);
    folder_join(server->config, server->file.folder, "server.conf");
    configure(server, "banner = one\n");
    test_build_path(program, "cratedex-server");
    server->pid = forkpty(&server->terminal, NULL, NULL, NULL);
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (by_nohup)
            signal(SIGHUP, SIG_IGN);
        execl(program, program, "--index", server->file.path, "--listen", "127.0.0.1:0", "--config",
              server->config, (char *)NULL);
        _exit(127);
    }
    while (url == NULL || strchr(url, '(') == NULL) {
        struct pollfd polled = {.fd = server->terminal, .events = POLLIN};
        assert_int_equal(poll(&polled, 1, TIMEOUT_MILLISECONDS), 1);
        ssize_t n = read(server->terminal, text + length, sizeof text - 1 - length);
        assert_true(n > 0);
        length += (size_t)n;
        text[length] = '\0';
        url = strstr(text, "http://");
    }
    url[strcspn(url, " ")] = '\0';
    server->client = http_client_open(url);
}

static void await_banner(const struct at_terminal *server, const char *banner)
{
    for (bool is_there = false; !is_there;) {
        json_t *body = http_get_json(server->client, METADATA, 200);
        is_there = strcmp(json_text_at(body, "banner_message"), banner) == 0;
        json_decref(body);
    }
}

static void end_at_terminal(struct at_terminal *server)
{
    int status;
    http_client_close(server->client);
    assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
    assert_int_equal(status, 0);
    folder_remove(server->file.folder);
}

/* While the terminal is there, HUP means what it means without one. */
static void ends_with_its_terminal(void **state)
{
    (void)state;
    struct at_terminal server;
    start_at_terminal(&server, false);
    configure(&server, "banner = two\n");
    assert_int_equal(kill(server.pid, SIGHUP), 0);
    await_banner(&server, "two");
    close(server.terminal);
    end_at_terminal(&server);
}

static void survives_its_terminal_by_nohup(void **state)
{
    (void)state;
    struct at_terminal server;
    start_at_terminal(&server, true);
    configure(&server, "banner = two\n");
    close(server.terminal);
    await_banner(&server, "two");
    assert_int_equal(kill(server.pid, SIGTERM), 0);
    end_at_terminal(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_all_others),
        cmocka_unit_test(ends_at_once_while_it_starts),
        cmocka_unit_test(ends_at_once_while_it_stops),
        cmocka_unit_test(ends_with_its_terminal),
        cmocka_unit_test(survives_its_terminal_by_nohup),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
