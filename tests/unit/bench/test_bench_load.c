/* The load generator against a server of few lines in a thread, whose behaviour is known. */
#include "tests/bench/bench_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include <cmocka.h>

#define MAX_CONNECTIONS 16
#define STALL_NANOSECONDS 60000000
#define REQUEST "GET / HTTP/1.1\r\nHost: test\r\n\r\n"
#define ANSWER "HTTP/1.1 200 OK\r\nServer: test\r\ncontent-length: 5\r\n\r\nhello"

/* Answers every request with `answer`, but nothing in the `stall` nanoseconds after the first
   `n_prompt`. */
struct small_server {
    const char *answer;
    uint64_t stall;
    unsigned n_prompt;
    bool closes;    /* a connection after its answer */
    bool is_choppy; /* sends byte by byte */
    uint16_t port;
    int listener;
    int stop[2]; /* a pipe: closed at one end to stop */
    pthread_t thread;
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Reads one request, which comes in one piece, and answers it. Returns false at the end of the
   connection. */
static bool serve_one(const struct small_server *server, int connection)
{
    char request[512];
    const int on = 1;
    if (recv(connection, request, sizeof request, 0) <= 0)
        return false;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    size_t size = strlen(server->answer);
    size_t piece = server->is_choppy ? 1 : size;
    for (size_t at = 0; at < size; at += piece)
        if (send(connection, server->answer + at, piece, MSG_NOSIGNAL) != (ssize_t)piece)
            return false;
    return !server->closes;
}

/* The first place that no connection has. */
static void add_connection(struct pollfd *polled, nfds_t *n_polled, int connection)
{
    nfds_t place = 2;
    while (place < *n_polled && polled[place].fd >= 0)
        place++;
    if (place == 2 + MAX_CONNECTIONS) {
        close(connection);
        return;
    }
    polled[place] = (struct pollfd){.fd = connection, .events = POLLIN};
    *n_polled = place < *n_polled ? *n_polled : place + 1;
}

static void *serve(void *context)
{
    const struct small_server *server = context;
    struct pollfd polled[2 + MAX_CONNECTIONS] = {{.fd = server->stop[0], .events = POLLIN},
                                                 {.fd = server->listener, .events = POLLIN}};
    nfds_t n_polled = 2;
    uint64_t silent_until = 0;
    unsigned n_requests = 0;
    while (poll(polled, n_polled, -1) > 0 && polled[0].revents == 0) {
        if (polled[1].revents != 0)
            add_connection(polled, &n_polled, accept(server->listener, NULL, NULL));
        for (nfds_t i = 2; i < n_polled; i++) {
            if (polled[i].fd < 0 || polled[i].revents == 0)
                continue;
            if (n_requests++ == server->n_prompt)
                silent_until = now() + server->stall;
            while (now() < silent_until)
                ;
            if (!serve_one(server, polled[i].fd)) {
                close(polled[i].fd);
                polled[i].fd = -1; /* poll passes it over */
            }
            polled[i].revents = 0;
        }
    }
    for (nfds_t i = 2; i < n_polled; i++)
        if (polled[i].fd >= 0)
            close(polled[i].fd);
    return NULL;
}

static void start(struct small_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, MAX_CONNECTIONS), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pipe(server->stop), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct small_server *server)
{
    close(server->stop[1]);
    pthread_join(server->thread, NULL);
    close(server->stop[0]);
    close(server->listener);
}

static const struct load_request request = {REQUEST, sizeof REQUEST - 1};

static struct load_plan plan_for(const struct small_server *server, double rate)
{
    return (struct load_plan){.port = server->port,
                              .requests = &request,
                              .n_requests = 1,
                              .n_connections = 4,
                              .rate = rate,
                              .seconds = 0.1};
}

static void a_body_is_fetched(void **state)
{
    (void)state;
    struct small_server server = {.answer = ANSWER};
    start(&server);
    msgpack_sbuffer body;
    struct error error = {.message = ""};
    msgpack_sbuffer_init(&body);
    assert_int_equal(load_fetch(server.port, &request, &body, &error), 0);
    assert_int_equal(body.size, 5);
    assert_memory_equal(body.data, "hello", 5);
    msgpack_sbuffer_destroy(&body);
    stop(&server);
}

static void a_full_load_asks_again_and_again(void **state)
{
    (void)state;
    struct small_server server = {.answer = ANSWER};
    struct load_result result;
    struct error error = {.message = ""};
    start(&server);
    const struct load_plan plan = plan_for(&server, 0);
    assert_int_equal(load_run(&plan, &result, &error), 0);
    assert_true(result.n_answers > 4); /* more than one on each connection */
    assert_int_equal(result.n_received - result.n_answers, 4); /* those in flight at the end */
    assert_int_equal(result.latency.n_samples, result.n_received);
    assert_true(result.latency.p50 > 0 && result.latency.max < 1000000000);
    assert_true(result.client_cpu > 0);
    assert_true(result.server_cpu == 0); /* nobody told how to read it */
    stop(&server);
}

/* Wants a full load of these answers to go well; one of them is `body_bytes` long. */
static void expect_answers(struct small_server *server, unsigned status, size_t body_bytes)
{
    struct load_result result;
    struct response_head head;
    char bytes[LOAD_MAX_HEAD];
    struct error error = {.message = ""};
    msgpack_sbuffer body;
    start(server);
    struct load_plan plan = plan_for(server, 0);
    plan.status = status;
    if (load_run(&plan, &result, &error) != 0)
        fail_msg("%s", error.message);
    assert_true(result.n_answers > 4);
    plan.status = status + 1;
    assert_int_equal(load_run(&plan, &result, &error), -1);
    msgpack_sbuffer_init(&body);
    assert_int_equal(load_fetch_head(server->port, &request, bytes, &head, &body, &error), 0);
    assert_int_equal(head.status, status);
    assert_memory_equal(bytes, "HTTP/1.1 ", 9);
    assert_int_equal(body.size, body_bytes);
    msgpack_sbuffer_destroy(&body);
    stop(server);
}

/* RFC 9110, section 8.6: Content-Length of a 304 is that of the 200. */
static void a_304_has_no_body(void **state)
{
    (void)state;
    struct small_server server = {.answer =
                                      "HTTP/1.1 304 Not Modified\r\nContent-Length: 8423\r\n\r\n"};
    expect_answers(&server, 304, 0);
}

static void a_204_has_no_body(void **state)
{
    (void)state;
    struct small_server server = {.answer = "HTTP/1.1 204 No Content\r\nAllow: GET\r\n\r\n"};
    expect_answers(&server, 204, 0);
}

static void long_bodies_are_taken_whole(void **state)
{
    (void)state;
    enum { BODY_BYTES = 800000 };
    static char answer[BODY_BYTES + 100];
    int head = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                        BODY_BYTES);
    memset(answer + head, 'x', BODY_BYTES);
    struct small_server server = {.answer = answer};
    expect_answers(&server, 200, BODY_BYTES);
}

static void a_head_in_pieces_is_put_together(void **state)
{
    (void)state;
    struct small_server server = {.answer = ANSWER, .is_choppy = true};
    expect_answers(&server, 200, 5);
}

static void a_connection_that_ends_is_followed_by_another(void **state)
{
    (void)state;
    struct small_server server = {
        .answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        .closes = true};
    expect_answers(&server, 200, 2);
}

static void a_connection_that_ends_unsaid_is_a_fault(void **state)
{
    (void)state;
    struct small_server server = {.answer = ANSWER, .closes = true};
    struct load_result result;
    struct error error = {.message = ""};
    start(&server);
    const struct load_plan plan = plan_for(&server, 0);
    assert_int_equal(load_run(&plan, &result, &error), -1);
    assert_true(error.message[0] != '\0');
    stop(&server);
}

static double fake_cpu(const void *server)
{
    unsigned *n_calls = *(unsigned *const *)server;
    return 7 + 5 * (*n_calls)++;
}

static void the_servers_processor_time_is_the_difference(void **state)
{
    (void)state;
    unsigned n_calls = 0;
    unsigned *counter = &n_calls;
    struct small_server server = {.answer = ANSWER};
    struct load_result result;
    struct error error = {.message = ""};
    start(&server);
    struct load_plan plan = plan_for(&server, 0);
    plan.server_cpu = fake_cpu;
    plan.server = &counter;
    assert_int_equal(load_run(&plan, &result, &error), 0);
    assert_true(result.server_cpu == 5);
    assert_int_equal(n_calls, 2);
    stop(&server);
}

static void a_number_of_requests_is_sent_exactly(void **state)
{
    (void)state;
    struct small_server server = {.answer = ANSWER};
    struct load_result result;
    struct error error = {.message = ""};
    start(&server);
    struct load_plan plan = plan_for(&server, 0);
    plan.seconds = 60; /* which the test does not take */
    plan.n_to_send = 10;
    uint64_t begin = now();
    assert_int_equal(load_run(&plan, &result, &error), 0);
    assert_int_equal(result.n_answers, 10);
    assert_int_equal(result.latency.n_samples, 10);
    assert_true(now() - begin < UINT64_C(30000000000));
    stop(&server);
}

/* What a client of a server in a certain state is told; it ends the run with the 20th answer. */
struct listener {
    struct load_answer expected;
    unsigned n_answers;
    unsigned n_right;
};

static bool hear(void *context, const struct load_answer *answer)
{
    struct listener *listener = context;
    const struct load_answer *expected = &listener->expected;
    listener->n_right += answer->status == expected->status && answer->is_hit == expected->is_hit &&
                         answer->body_hash == expected->body_hash && answer->request < 2 &&
                         answer->sent > 0 && answer->sent < answer->received;
    return ++listener->n_answers < 20;
}

static void expect_told(const char *answer, bool is_choppy, unsigned status, bool is_hit,
                        const char *body)
{
    const struct load_request both[] = {request, request};
    struct small_server server = {.answer = answer, .is_choppy = is_choppy};
    struct listener listener = {.expected = {.status = status,
                                             .is_hit = is_hit,
                                             .body_hash = XXH64(body, strlen(body), 0)}};
    struct load_result result;
    struct error error = {.message = ""};
    start(&server);
    struct load_plan plan = plan_for(&server, 0);
    plan.requests = both;
    plan.n_requests = 2;
    plan.seconds = 60; /* which the test does not take */
    plan.answered = hear;
    plan.context = &listener;
    if (load_run(&plan, &result, &error) != 0)
        fail_msg("%s", error.message);
    assert_in_range(listener.n_answers, 20, 20 + 4); /* those in flight are heard, too */
    assert_int_equal(listener.n_right, listener.n_answers);
    stop(&server);
}

static void every_answer_is_told(void **state)
{
    (void)state;
    expect_told(ANSWER, false, 200, false, "hello");
    expect_told(ANSWER, true, 200, false, "hello");
    expect_told("HTTP/1.1 503 No\r\nx-cache: hit\r\nContent-Length: 2\r\n\r\nno", false, 503, true,
                "no");
    expect_told("HTTP/1.1 200 OK\r\nX-Cache: miss\r\nContent-Length: 0\r\n\r\n", false, 200, false,
                "");
}

/* Each of the 4 connections is answered once before the time begins.

   1,000 a second for 0.1 s, the first 60 ms without an answer: 4 requests are on the connections
   and some 56 wait. Timed from their sending, one in ten at most would have taken long; timed from
   when they were due, the upper half has. */
static void waiting_for_a_connection_counts(void **state)
{
    (void)state;
    struct small_server server = {.answer = ANSWER, .stall = STALL_NANOSECONDS, .n_prompt = 4};
    struct load_result result;
    struct error error = {.message = ""};
    start(&server);
    const struct load_plan plan = plan_for(&server, 1000);
    assert_int_equal(load_run(&plan, &result, &error), 0);
    assert_int_equal(result.latency.n_samples, 100);
    assert_true(result.latency.p90 > STALL_NANOSECONDS / 2);
    assert_true(result.latency.p50 > STALL_NANOSECONDS / 20);
    assert_true(result.latency.max >= STALL_NANOSECONDS);
    stop(&server);
}

/* What is not answered by the end is not in time. */
static void a_rate_out_of_reach_is_seen(void **state)
{
    (void)state;
    struct small_server server = {.answer = ANSWER, .stall = 2 * STALL_NANOSECONDS, .n_prompt = 4};
    struct load_result result;
    struct error error = {.message = ""};
    start(&server);
    const struct load_plan plan = plan_for(&server, 1000); /* for 0.1 of the 0.12 s of silence */
    assert_int_equal(load_run(&plan, &result, &error), 0);
    assert_int_equal(result.n_answers, 0);
    assert_true(result.share_in_time == 0);
    stop(&server);
}

static void numbers_of_connections_have_a_bound(void **state)
{
    (void)state;
    struct load_plan plan = {.requests = &request, .n_requests = 1};
    struct load_result result;
    struct error error = {.message = ""};
    assert_int_equal(load_run(&plan, &result, &error), -1);
    plan.n_connections = LOAD_MAX_CONNECTIONS + 1;
    assert_int_equal(load_run(&plan, &result, &error), -1);
    assert_non_null(strstr(error.message, "4096"));
}

static void bad_answers_are_faults(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nlonger than it says",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct small_server server = {.answer = answers[i]};
        struct load_result result;
        struct error error = {.message = ""};
        start(&server);
        const struct load_plan plan = plan_for(&server, 100);
        assert_int_equal(load_run(&plan, &result, &error), -1);
        assert_true(error.message[0] != '\0');
        stop(&server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_fetched),
        cmocka_unit_test(a_full_load_asks_again_and_again),
        cmocka_unit_test(a_304_has_no_body),
        cmocka_unit_test(a_204_has_no_body),
        cmocka_unit_test(long_bodies_are_taken_whole),
        cmocka_unit_test(a_head_in_pieces_is_put_together),
        cmocka_unit_test(a_connection_that_ends_is_followed_by_another),
        cmocka_unit_test(a_connection_that_ends_unsaid_is_a_fault),
        cmocka_unit_test(the_servers_processor_time_is_the_difference),
        cmocka_unit_test(numbers_of_connections_have_a_bound),
        cmocka_unit_test(a_number_of_requests_is_sent_exactly),
        cmocka_unit_test(every_answer_is_told),
        cmocka_unit_test(waiting_for_a_connection_counts),
        cmocka_unit_test(a_rate_out_of_reach_is_seen),
        cmocka_unit_test(bad_answers_are_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
