/* The admin address answers whatever is done to the public one or to itself: a crowd, clients who
   are never done, heads that mean harm, the server's end. */
#include "tests/support/admin_scene.h"
#include "tests/support/http_case.h"
#include "tests/support/metrics_sample.h"
#include "tests/support/raw_connection.h"

#include <setjmp.h>
#include <signal.h>
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

/* Many at once, on connections of their own. */
static void many_may_ask_at_once(void **state)
{
    struct admin_scene *scene = *state;
    int connections[30];
    char text[RAW_MAX_ANSWER];
    for (size_t i = 0; i < N_ELEMENTS(connections); i++) {
        connections[i] = test_server_connect(&scene->admin);
        raw_send(connections[i],
                 "POST /-/reload HTTP/1.1\r\nHost: x\r\nX-Cratedex-Reload: 1\r\n\r\n");
    }
    assert_int_equal(admin_scene_ask(scene, "GET", "/healthz", NULL), 200);
    for (size_t i = 0; i < N_ELEMENTS(connections); i++) {
        assert_int_equal(raw_receive(connections[i], text), 200);
        close(connections[i]);
    }
}

/* Every thread computes, every connection is held, and the limit is the public address's own. */
static void answers_when_the_public_address_is_full(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--max-connections", "10", "--threads=1", NULL};
    struct admin_scene scene;
    int crowd[10];
    admin_scene_begin(&scene, arguments);
    raw_stop_process(scene.server.pid);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        crowd[i] = test_server_connect(&scene.server);
        for (size_t j = 0; j < 50; j++) {
            char target[80];
            snprintf(target, sizeof target, "/api/v1/crates?q=a+json+b&page=%zu", 50 * i + j + 1);
            raw_ask(crowd[i], target);
        }
    }
    raw_continue_process(scene.server.pid);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(admin_scene_ask(&scene, "GET", "/healthz", NULL), 200);
        assert_int_equal(admin_scene_ask(&scene, "GET", "/readyz", NULL), 200);
    }
    assert_true(metrics_sample(scene.client, "cratedex_http_connections_limit", "") == 10);
    assert_true(metrics_sample(scene.client, "cratedex_http_connections", "") <= 10);
    assert_int_equal(admin_scene_reload(&scene), 200);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++)
        close(crowd[i]);
    admin_scene_end(&scene);
}

/* Sends what there is room for. */
static void send_some(int connection, const char *text)
{
    (void)!send(connection, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* More than it takes, of those that say nothing and of those whose head never ends. */
static void a_crowd_shuts_nobody_out(void **state)
{
    struct admin_scene *scene = *state;
    static int crowd[300];
    char text[RAW_MAX_ANSWER];
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        crowd[i] = test_server_connect(&scene->admin);
        if (i % 2 == 0)
            send_some(crowd[i], "GET /metrics HTTP/1.1\r\nHost: x\r\nX: ");
        if (i % 20 == 0)
            assert_int_equal(admin_scene_ask(scene, "GET", "/metrics", NULL), 200);
    }
    int newcomer = test_server_connect(&scene->admin);
    raw_ask(newcomer, "/readyz");
    assert_int_equal(raw_receive(newcomer, text), 200);
    assert_int_equal(admin_scene_reload(scene), 200);
    assert_true(metrics_sample(scene->client, "cratedex_http_connections_ended_total", "") == 0);
    json_t *page = http_get_json(scene->file.http.client, "/api/v1/summary", 200);
    json_decref(page);
    close(newcomer);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++)
        close(crowd[i]);
}

/* Sockets that take no more of the answers. */
static void nobody_who_does_not_read_shuts_others_out(void **state)
{
    struct admin_scene *scene = *state;
    int crowd[40];
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        crowd[i] = test_server_connect(&scene->admin);
        for (size_t j = 0; j < 200; j++)
            send_some(crowd[i], "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(admin_scene_ask(scene, "GET", "/healthz", NULL), 200);
    assert_int_equal(admin_scene_reload(scene), 200);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++)
        close(crowd[i]);
}

/* Begins with `head`, has `part` so many times and ends with `rest`; to be freed. */
static char *make_long(const char *head, const char *part, unsigned n, const char *rest)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fputs(head, out);
    for (unsigned i = 0; i < n; i++)
        fputs(part, out);
    fputs(rest, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* What is refused by the head is refused here too, and is for no script either. */
static void refuses_bad_heads(void **state)
{
    struct admin_scene *scene = *state;
    char *long_target = make_long("GET /metrics?", "abcdefghijklmnopqrstuvwxyz&", 333,
                                  " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    char *long_fields = make_long("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ",
                                  "abcdefghijklmnopqrstuvwxyz", 652, "\r\n\r\n");
    char *many_fields = make_long("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
                                  "Cookie: a=b; c=d\r\n", 450, "\r\n");
    const struct {
        const char *text;
        const char *status;
    } cases[] = {
        {long_target, "HTTP/1.1 414 "},
        {long_fields, "HTTP/1.1 431 "},
        {many_fields, "HTTP/1.1 431 "},
        {"GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 "},
        {"POST /-/reload HTTP/1.1\r\nHost: x\r\nX-Cratedex-Reload: 1\r\nContent-Length: 0\r\n"
         "Content-Length: 5\r\n\r\n",
         "HTTP/1.1 400 "},
        {"POST /-/reload HTTP/1.1\r\nHost: x\r\nX-Cratedex-Reload:\r\n 1\r\n\r\n", "HTTP/1.1 400 "},
        {"POST /-/reload HTTP/1.1\r\nHost: x\r\nX-Cratedex-Reload: 1\r\n"
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "HTTP/1.1 501 "},
        {"POST /-/reload HTTP/1.1\r\nHost: x\r\nX-Cratedex-Reload: 1\r\n"
         "Content-Length: 9999999\r\n\r\n",
         "HTTP/1.1 413 "},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char *answer =
            test_server_exchange(&scene->admin, cases[i].text, strlen(cases[i].text), true);
        if (strncmp(answer, cases[i].status, strlen(cases[i].status)) != 0)
            fail_msg("%.60s: %.200s", cases[i].text, answer);
        assert_null(strstr(answer, "Access-Control"));
        free(answer);
    }
    free(long_target);
    free(long_fields);
    free(many_fields);
    assert_int_equal(admin_scene_ask(scene, "GET", "/healthz", NULL), 200);
}

/* The public address drains: one request waits for its body. */
static void answers_while_the_server_drains(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads=1", NULL};
    struct admin_scene scene;
    char text[RAW_MAX_ANSWER];
    admin_scene_begin(&scene, arguments);
    int running = test_server_connect(&scene.server);
    raw_send(running, "GET /api/v1/suggest?q=serde&limit=1 HTTP/1.1\r\nHost: x\r\n"
                      "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    assert_true(recv(running, text, 25, MSG_WAITALL) == 25); /* "HTTP/1.1 100 Continue" */
    assert_int_equal(kill(scene.server.pid, SIGTERM), 0);
    while (admin_scene_ask(&scene, "GET", "/readyz", NULL) != 503)
        ;
    int newcomer = test_server_connect(&scene.admin);
    raw_ask(newcomer, "/healthz");
    assert_int_equal(raw_receive(newcomer, text), 200);
    assert_int_equal(admin_scene_ask(&scene, "GET", "/metrics", NULL), 200);
    assert_int_equal(admin_scene_reload(&scene), 503);
    raw_send(running, "body");
    assert_int_equal(raw_receive(running, text), 200);
    close(running);
    close(newcomer);
    assert_int_equal(test_server_wait(&scene.file.http.server), 0);
    assert_int_equal(test_server_connect(&scene.admin), -1);
    http_client_close(scene.client);
    http_client_close(scene.file.http.client);
    folder_remove(scene.file.folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, admin_scene_set_up, admin_scene_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(many_may_ask_at_once),     cmocka_unit_test(answers_when_the_public_address_is_full),
        TEST(a_crowd_shuts_nobody_out), TEST(nobody_who_does_not_read_shuts_others_out),
        TEST(refuses_bad_heads),        cmocka_unit_test(answers_while_the_server_drains),
    };
    return cmocka_run_group_tests_name("admin_crowd", tests, NULL, NULL);
}
