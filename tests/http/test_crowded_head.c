/* Heads that fill what libmicrohttpd keeps for a connection: with parameters, fields, cookies, long
   values, empty lines in front, and all of these together. Whatever the mixture, the client gets an
   answer with a status that says so, the connection closes, and the log has a line of it. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */

#include "tests/support/http_case.h"
#include "tests/support/test_server.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_REQUEST_BYTES 65536
#define MAX_EXCHANGES 8192
#define ANSWER_MILLISECONDS 10000

struct text {
    size_t length;
    char bytes[MAX_REQUEST_BYTES];
};

/* A server whose log a thread reads to its end. */
struct crowd {
    struct test_server server;
    pthread_t reader;
    int log_descriptor; /* the reader's own */
    char *log;
    struct text request; /* the next one */
    size_t n_exchanges;
    long statuses[MAX_EXCHANGES]; /* that were answered, in order */
};

static void add(struct text *text, const char *unit, size_t n)
{
    size_t length = strlen(unit);
    for (size_t i = 0; i < n; i++) {
        assert_true(length <= sizeof text->bytes - text->length);
        memcpy(text->bytes + text->length, unit, length);
        text->length += length;
    }
}

static void *read_log(void *context)
{
    struct crowd *crowd = context;
    FILE *log = fdopen(crowd->log_descriptor, "r");
    size_t capacity = 0;
    if (log != NULL && getdelim(&crowd->log, &capacity, EOF, log) < 0)
        crowd->log = NULL;
    if (log != NULL)
        fclose(log);
    return NULL;
}

static struct crowd *crowd_start(void)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    assert_non_null(crowd);
    test_server_start(&crowd->server, (const char *const[]){"--access-log", "json", "--threads",
                                                            "1", "--max-wait-ms", "0", NULL});
    /* So that the thread may be late: a server does not wait for who reads its log. */
    fcntl(crowd->server.output, F_SETPIPE_SZ, 1 << 20);
    crowd->log_descriptor = dup(crowd->server.output);
    assert_int_equal(pthread_create(&crowd->reader, NULL, read_log, crowd), 0);
    return crowd;
}

/* Stops the server, whose log is complete then. */
static void crowd_end_log(struct crowd *crowd)
{
    test_server_stop(&crowd->server);
    assert_int_equal(pthread_join(crowd->reader, NULL), 0);
    assert_non_null(crowd->log);
}

static void crowd_free(struct crowd *crowd)
{
    free(crowd->log);
    free(crowd);
}

/* Stops the server, whose log must have a line for every answer, in order. */
static void crowd_stop(struct crowd *crowd)
{
    crowd_end_log(crowd);
    size_t n_lines = 0;
    for (char *line = strtok(crowd->log, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        json_t *record = json_loads(line, 0, NULL);
        assert_non_null(record);
        assert_true(n_lines < crowd->n_exchanges);
        if (json_integer_at(record, "status") != crowd->statuses[n_lines])
            fail_msg("answer %zu has status %ld, but this line: %.300s", n_lines,
                     crowd->statuses[n_lines], line);
        json_decref(record);
        n_lines++;
    }
    assert_int_equal(n_lines, crowd->n_exchanges);
    crowd_free(crowd);
}

/* Reads until the server closes, which it must within a time that nobody waits for where all is
   well. */
static void read_answer(int descriptor, const char *subject, char *answer, size_t size)
{
    size_t length = 0;
    for (;;) {
        char rest[4096];
        struct pollfd polled = {.fd = descriptor, .events = POLLIN};
        if (poll(&polled, 1, ANSWER_MILLISECONDS) != 1)
            fail_msg("%s: no answer, or no end of it", subject);
        ssize_t n = recv(descriptor, rest, sizeof rest, 0);
        if (n <= 0)
            break;
        size_t kept = (size_t)n < size - 1 - length ? (size_t)n : size - 1 - length;
        memcpy(answer + length, rest, kept);
        length += kept;
    }
    answer[length] = '\0';
}

/* Sends the request on a connection of its own; returns the answer's status. */
static long ask(struct crowd *crowd, const char *subject)
{
    static const long allowed[] = {200, 400, 414, 431};
    char answer[1024];
    int descriptor = test_server_connect(&crowd->server);
    assert_true(descriptor >= 0);
    (void)send(descriptor, crowd->request.bytes, crowd->request.length, MSG_NOSIGNAL);
    read_answer(descriptor, subject, answer, sizeof answer);
    close(descriptor);
    long status = strncmp(answer, "HTTP/1.1 ", 9) == 0 ? strtol(answer + 9, NULL, 10) : 0;
    bool is_allowed = false;
    for (size_t i = 0; i < N_ELEMENTS(allowed); i++)
        is_allowed |= status == allowed[i];
    if (!is_allowed)
        fail_msg("%s: %.300s", subject, answer);
    assert_true(crowd->n_exchanges < MAX_EXCHANGES);
    crowd->statuses[crowd->n_exchanges++] = status;
    return status;
}

/* A request of three parts, in the order of these functions; fields come before its end. */
static struct text *begin(struct crowd *crowd, const char *target)
{
    crowd->request.length = 0;
    add(&crowd->request, "GET ", 1);
    add(&crowd->request, target, 1);
    return &crowd->request;
}

static void add_host(struct text *request)
{
    add(request, " HTTP/1.1\r\nHost: x\r\n", 1);
}

static void end(struct text *request)
{
    add(request, "Connection: close\r\n\r\n", 1);
}

/* Asks for /healthz with `front`, `n` times `unit` and `back` among the fields. */
static long ask_with(struct crowd *crowd, const char *front, const char *unit, size_t n,
                     const char *back)
{
    char subject[80];
    struct text *request = begin(crowd, "/healthz");
    add_host(request);
    add(request, front, 1);
    add(request, unit, n);
    add(request, back, 1);
    end(request);
    snprintf(subject, sizeof subject, "'%s' and %zu of '%.30s'", front, n, unit);
    return ask(crowd, subject);
}

/* Every number of parameters with every number of fields. */
static void answers_parameters_beside_fields(void **state)
{
    static const char *const parameters[] = {"&", "a&", "a=b&"};
    static const size_t n_parameters[] = {0, 1, 250, 256, 257, 350, 440, 445, 446, 500, 2000};
    static const size_t n_fields[] = {0, 1, 50, 150, 250, 320, 340, 360, 400, 440, 460};
    struct crowd *crowd = crowd_start();
    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(parameters) * N_ELEMENTS(n_parameters); i++)
        for (size_t j = 0; j < N_ELEMENTS(n_fields); j++) {
            const char *parameter = parameters[i % N_ELEMENTS(parameters)];
            size_t n = n_parameters[i / N_ELEMENTS(parameters)];
            char subject[80];
            struct text *request = begin(crowd, "/api/v1/crates?");
            add(request, parameter, n);
            add_host(request);
            add(request, "a: b\r\n", n_fields[j]);
            end(request);
            snprintf(subject, sizeof subject, "%zu of '%s', %zu fields", n, parameter, n_fields[j]);
            long status = ask(crowd, subject);
            bool has_room = n_fields[j] <= 150;
            long expected = !has_room ? status : n > 256 && parameter[0] != '&' ? 400 : 200;
            if (status != expected)
                fail_msg("%s: status %ld, not %ld", subject, status, expected);
        }
    crowd_stop(crowd);
}

/* One by one to where nothing fits any more: there is no number between those that are answered and
   those that are refused. */
static void answers_every_number_of_fields(void **state)
{
    static const char *const fields[] = {"a: b\r\n", "a:\n", "Cookie: a\r\n",
                                         "X-Longer-Name: and a longer value\r\n"};
    struct crowd *crowd = crowd_start();
    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(fields); i++) {
        bool is_refused = false;
        for (size_t n = 250; n < 470; n++) {
            bool is_answered = ask_with(crowd, "", fields[i], n, "") == 200;
            assert_false(is_answered && is_refused);
            is_refused |= !is_answered;
        }
        assert_true(is_refused);
    }
    crowd_stop(crowd);
}

/* The number after this one: few up to the edge, and then closer ones. */
static size_t after(size_t n, size_t edge, size_t step, size_t close_step)
{
    return n + (n <= edge ? step : close_step);
}

/* In one field, in the white space before its value, in the URL. */
static void answers_every_length(void **state)
{
    struct crowd *crowd = crowd_start();
    (void)state;
    for (size_t length = 7000; length < 29000; length = after(length, 24000, 367, 13)) {
        char subject[80];
        assert_int_equal(ask_with(crowd, "X: ", "a", length, "\r\n"), length < 16300 ? 200 : 431);
        ask_with(crowd, "X: ", " ", length, "\r\n");
        struct text *request = begin(crowd, "/healthz?");
        add(request, "a", length);
        add_host(request);
        end(request);
        snprintf(subject, sizeof subject, "a URL of %zu bytes", length);
        long status = ask(crowd, subject);
        /* Where the URL has all the memory, libmicrohttpd says that the fields do not fit. */
        assert_int_equal(status, length < 8180 ? 200 : length > 28000 && status == 431 ? 431 : 414);
    }
    crowd_stop(crowd);
}

/* libmicrohttpd copies the field and keeps a record of each cookie, whether anybody wants them or
   not. (Of its own page it sends the head twice: the first counts.) */
static void answers_every_number_of_cookies(void **state)
{
    struct crowd *crowd = crowd_start();
    (void)state;
    for (size_t n = 1; n < 480; n = after(n, 300, 23, 1)) {
        long status = ask_with(crowd, "Cookie: ", "a=b; ", n, "\r\n");
        assert_int_equal(status, n < 250 || status == 200 ? 200 : 431);
    }
    crowd_stop(crowd);
}

/* What comes before or behind the request is in the same memory, and cannot be seen when the answer
   is made: then the answer that was made does not fit, and another one tells so. */
static void answers_beside_what_is_no_part_of_it(void **state)
{
    struct crowd *crowd = crowd_start();
    (void)state;
    for (size_t n = 20000; n < 28700; n = after(n, 27000, 401, 7)) {
        char subject[80];
        crowd->request.length = 0;
        add(&crowd->request, "\n", n);
        add(&crowd->request, "GET /healthz", 1);
        add_host(&crowd->request);
        end(&crowd->request);
        snprintf(subject, sizeof subject, "%zu empty lines in front", n);
        ask(crowd, subject);
    }
    for (size_t n = 60; n < 300; n += 3) {
        char subject[80];
        struct text *request = begin(crowd, "/healthz");
        add_host(request);
        add(request, "a: b\r\n", n);
        end(request);
        add(request, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 900);
        snprintf(subject, sizeof subject, "%zu fields and 900 requests behind", n);
        ask(crowd, subject);
    }
    /* An answer that was dropped has been logged before the one that took its place. */
    crowd_end_log(crowd);
    assert_non_null(strstr(crowd->log, "\"status\":431"));
    crowd_free(crowd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_parameters_beside_fields),
        cmocka_unit_test(answers_every_number_of_fields),
        cmocka_unit_test(answers_every_length),
        cmocka_unit_test(answers_every_number_of_cookies),
        cmocka_unit_test(answers_beside_what_is_no_part_of_it),
    };
    return cmocka_run_group_tests_name("crowded_head", tests, NULL, NULL);
}
