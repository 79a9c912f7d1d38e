/* Nobody reads what the server prints, or it cannot be printed: it goes on answering, counts what
   is lost, and ends when it is told to. */
#define _GNU_SOURCE /* pipe2 */

#include "tests/support/http_case.h"
#include "tests/support/test_server.h"

#include <fcntl.h>
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

#define N_REQUESTS 400
#define TARGET_BYTES 4000
#define MAX_ARGUMENTS 16

/* A server whose output nobody reads but for the first line. */
struct silenced {
    pid_t pid;
    int error_output;
    struct http_client *client;
};

/* Where `output` is negative, standard output is a pipe, too. */
static void start(struct silenced *silenced, int output, const char *const *more)
{
    char program[1024];
    char line[512];
    size_t length = 0;
    int out[2];
    int errors[2];
    const char *arguments[MAX_ARGUMENTS] = {test_build_path(program, "cratedex-server"), "--index",
                                            test_index(), "--listen", "127.0.0.1:0"};
    for (size_t i = 0; more[i] != NULL; i++)
        arguments[5 + i] = more[i];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(errors, O_CLOEXEC), 0);
    silenced->pid = fork();
    assert_true(silenced->pid >= 0);
    if (silenced->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(output >= 0 ? output : out[1], STDOUT_FILENO);
        dup2(errors[1], STDERR_FILENO);
        dup2(out[0], 9); /* there is a reader, who does not read */
        dup2(errors[0], 8);
        execv(program, (char *const *)arguments);
        _exit(127);
    }
    close(out[0]);
    close(out[1]);
    close(errors[1]);
    silenced->error_output = errors[0];
    do
        assert_int_equal(read(errors[0], &line[length], 1), 1);
    while (line[length++] != '\n' && length + 1 < sizeof line);
    line[length] = '\0';
    char *url = strstr(line, "http://");
    assert_non_null(url);
    url[strcspn(url, " ")] = '\0';
    silenced->client = http_client_open(url);
}

/* Ends by the signal, well within the time that running requests have. */
static void stop(struct silenced *silenced)
{
    int status;
    http_client_close(silenced->client);
    alarm(30);
    assert_int_equal(kill(silenced->pid, SIGTERM), 0);
    assert_int_equal(waitpid(silenced->pid, &status, 0), silenced->pid);
    alarm(0);
    assert_int_equal(status, 0);
    close(silenced->error_output);
}

static void ask(struct silenced *silenced)
{
    char target[TARGET_BYTES];
    memset(target, 'a', sizeof target);
    target[sizeof target - 1] = '\0';
    memcpy(target, "/healthz?", 9);
    alarm(60);
    for (int i = 0; i < N_REQUESTS; i++) {
        struct http_response response;
        http_get(silenced->client, target, NULL, &response);
        assert_int_equal(response.status, 200);
        http_response_free(&response);
    }
    alarm(0);
}

static uint64_t counted(struct silenced *silenced, const char *sample)
{
    struct http_response response;
    http_get(silenced->client, "/metrics", NULL, &response);
    const char *at = strstr(response.body, sample);
    if (at == NULL)
        fail_msg("no %s", sample);
    uint64_t value = strtoull(at + strlen(sample), NULL, 10);
    http_response_free(&response);
    return value;
}

static void answers_while_nobody_reads_the_access_log(void **state)
{
    (void)state;
    struct silenced silenced;
    start(&silenced, -1, (const char *const[]){"--access-log", "json", NULL});
    ask(&silenced);
    assert_true(counted(&silenced, "\ncratedex_log_dropped_lines_total{log=\"access\"} ") > 0);
    assert_int_equal(counted(&silenced, "\ncratedex_log_failed_writes_total{log=\"access\"} "), 0);
    stop(&silenced);
}

/* Where lines about single requests go, and what the server says of itself. */
static void answers_while_nobody_reads_standard_error(void **state)
{
    (void)state;
    struct silenced silenced;
    start(&silenced, -1,
          (const char *const[]){"--access-log", "json", "--slow-query-ms", "0.000001", NULL});
    ask(&silenced);
    assert_true(counted(&silenced, "\ncratedex_log_dropped_lines_total{log=\"error\"} ") > 0);
    stop(&silenced);
}

static void answers_while_the_log_cannot_be_written(void **state)
{
    (void)state;
    struct silenced silenced;
    char said[4096];
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    start(&silenced, full, (const char *const[]){"--access-log", "combined", NULL});
    ask(&silenced);
    assert_true(counted(&silenced, "\ncratedex_log_failed_writes_total{log=\"access\"} ") > 1);
    assert_true(counted(&silenced, "\ncratedex_log_dropped_lines_total{log=\"access\"} ") > 10);
    assert_int_equal(fcntl(silenced.error_output, F_SETFL, O_NONBLOCK), 0);
    ssize_t n = read(silenced.error_output, said, sizeof said - 1);
    assert_true(n > 0);
    said[n] = '\0';
    assert_string_equal(said, "cratedex-server: cannot write the access log: No space left on "
                              "device; lines are lost\n");
    stop(&silenced);
    close(full);
}

/* A FIFO that nobody has opened is no place for a log: that is said, not waited for. */
static void expect_fifo_refused(const char *option, const char *path)
{
    int status;
    char program[1024];
    test_build_path(program, "cratedex-server");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDERR_FILENO);
        execl(program, program, "--index", test_index(), "--listen", "127.0.0.1:0", "--access-log",
              "json", option, path, (char *)NULL);
        _exit(127);
    }
    alarm(30);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    alarm(0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void refuses_a_fifo_without_a_reader(void **state)
{
    (void)state;
    static const char *const options[] = {"--slow-query-log", "--access-log-file"};
    char path[1024];
    snprintf(path, sizeof path, "/tmp/cratedex-fifo-%d", (int)getpid());
    assert_int_equal(mkfifo(path, 0600), 0);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        expect_fifo_refused(options[i], path);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_while_nobody_reads_the_access_log),
        cmocka_unit_test(answers_while_nobody_reads_standard_error),
        cmocka_unit_test(answers_while_the_log_cannot_be_written),
        cmocka_unit_test(refuses_a_fifo_without_a_reader),
    };
    return cmocka_run_group_tests_name("stalled_log", tests, NULL, NULL);
}
