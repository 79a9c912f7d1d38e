/* A server with --admin-listen: what is answered at which address, and that the admin address
   answers whatever is done to the public one or to itself. */
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/metrics_sample.h"
#include "tests/support/raw_connection.h"
#include "tests/support/served_file.h"
#include "tests/support/two_indexes.h"

#include <msgpack.h>
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
#define RELOAD_HEADER "X-Cratedex-Reload: 1\n"
#define NO_CORS "!Access-Control-Allow-Origin"

/* A server with both addresses, of a file that a test may replace. */
struct scene {
    struct served_file file; /* its client asks the public address */
    struct test_server server;
    struct test_server admin; /* the same process, as it is reached at the other address */
    struct http_client *client;
};

static void begin(struct scene *scene, const char *const *more)
{
    const char *arguments[6] = {"--admin-listen", "127.0.0.1:0"};
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        arguments[2 + i] = more[i];
    served_file_make(&scene->file);
    served_file_start(&scene->file, arguments);
    scene->server = scene->file.http.server;
    scene->admin = scene->server;
    memcpy(scene->admin.url, scene->server.admin_url, sizeof scene->admin.url);
    scene->admin.port = (unsigned short)strtoul(strrchr(scene->admin.url, ':') + 1, NULL, 10);
    scene->client = http_client_open(scene->admin.url);
}

static void end(struct scene *scene)
{
    http_client_close(scene->client);
    served_file_end(&scene->file);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    begin(scene, NULL);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    end(*state);
    free(*state);
    return 0;
}

/* The status of an answer of the admin address. */
static long ask(struct scene *scene, const char *method, const char *target, const char *headers)
{
    const struct http_request request = {.method = method, .target = target, .headers = headers};
    struct http_response response;
    http_send(scene->client, &request, &response);
    http_response_free(&response);
    return response.status;
}

static long reload(struct scene *scene)
{
    return ask(scene, "POST", "/-/reload", RELOAD_HEADER);
}

static void announces_both(void **state)
{
    struct scene *scene = *state;
    char expected[300];
    snprintf(expected, sizeof expected,
             "cratedex-server " CRATEDEX_VERSION " listening on http://127.0.0.1:%u and for "
             "operators on http://127.0.0.1:%u (329 crates, dump of 2026-11-01T02:00:00Z)",
             scene->server.port, scene->admin.port);
    assert_string_equal(scene->server.first_line, expected);
}

static void the_public_address_has_nothing_for_operators(void **state)
{
    struct scene *scene = *state;
    static const struct http_case cases[] = {
        {{.target = "/healthz"}, 404, {0}, {{"errors[0].detail", "\"Not Found\""}}},
        {{.target = "/readyz"}, 404, {0}, {{"errors[0].detail", "\"Not Found\""}}},
        {{.target = "/metrics"}, 404, {0}, {{"errors[0].detail", "\"Not Found\""}}},
        {{.target = "/-/reload"}, 404, {0}, {{"errors[0].detail", "\"Not Found\""}}},
        {{.method = "POST", .target = "/-/reload", .headers = RELOAD_HEADER}, 404, {0}, {{0}}},
        {{.method = "OPTIONS", .target = "/metrics"}, 404, {0}, {{0}}},
        {{.method = "HEAD", .target = "/healthz"}, 404, {0}, {{0}}},
        {{.target = "/api/v1/crates?q=serde&per_page=1"},
         200,
         {"Access-Control-Allow-Origin: *"},
         {{"crates[0].name", "\"serde\""}}},
        {{.target = "/api/openapi.json"},
         200,
         {0},
         {{"paths./healthz", "absent"},
          {"paths./readyz", "absent"},
          {"paths./metrics", "absent"},
          {"paths./-/reload", "absent"},
          {"paths./api/v1/summary.get.operationId", "\"get_summary\""}}},
    };
    http_cases_run(scene->file.http.client, cases, N_ELEMENTS(cases));
}

static void the_admin_address_has_nothing_else(void **state)
{
    struct scene *scene = *state;
    static const char *const elsewhere[] = {
        "/",
        "/api/v1/crates?q=serde",
        "/api/v1/crates/serde",
        "/api/v1/summary",
        "/api/openapi.json",
        "/api/v1/me",
        "/api/private/session/begin",
        "/index/config.json",
        "/index/se/rd/serde",
        "/-/",
        "/-/reload/",
        "/metrics/",
        "/METRICS",
    };
    static const struct http_case cases[] = {
        {{.target = "/healthz"},
         200,
         {NO_CORS, "Cache-Control: no-store", "X-Request-Id"},
         {{"status", "\"ok\""}}},
        {{.target = "/readyz"},
         200,
         {NO_CORS},
         {{"crates", "329"}, {"dump", "\"2026-11-01T02:00:00Z\""}}},
        {{.target = "/metrics"}, 200, {NO_CORS, "Content-Type: text/plain; version=0.0.4"}, {{0}}},
        {{.method = "HEAD", .target = "/metrics"}, 200, {NO_CORS}, {{0}}},
        {{.method = "OPTIONS", .target = "/metrics"},
         204,
         {NO_CORS, "!Access-Control-Allow-Methods", "!Access-Control-Allow-Headers",
          "Allow: GET, HEAD, OPTIONS"},
         {{0}}},
        {{.method = "POST", .target = "/metrics"},
         405,
         {NO_CORS, "Allow: GET, HEAD, OPTIONS"},
         {{0}}},
        {{.method = "DELETE", .target = "/api/private/session"}, 404, {NO_CORS}, {{0}}},
        {{.method = "PUT", .target = "/api/v1/me/tokens"}, 404, {NO_CORS}, {{0}}},
        {{.target = "/healthz?a=%ff", .headers = "Origin: http://x\n"}, 400, {NO_CORS}, {{0}}},
        {{.target = "/healthz", .headers = "Accept: image/png\n"}, 406, {NO_CORS}, {{0}}},
    };
    for (size_t i = 0; i < N_ELEMENTS(elsewhere); i++) {
        const struct http_case test = {
            {.target = elsewhere[i]}, 404, {NO_CORS}, {{"errors[0].detail", "\"Not Found\""}}};
        http_cases_run(scene->client, &test, 1);
    }
    http_cases_run(scene->client, cases, N_ELEMENTS(cases));
}

static void reloads_only_for_who_says_so(void **state)
{
    struct scene *scene = *state;
    static const struct http_case cases[] = {
        {{.method = "POST", .target = "/-/reload"},
         403,
         {NO_CORS, "Cache-Control: no-store"},
         {{"errors[0].detail", "\"a reload needs the header X-Cratedex-Reload: 1\""}}},
        {{.method = "POST", .target = "/-/reload", .headers = "X-Cratedex-Reload: 0\n"},
         403,
         {0},
         {{0}}},
        {{.method = "POST", .target = "/-/reload", .headers = "X-Cratedex-Reload: 11\n"},
         403,
         {0},
         {{0}}},
        {{.method = "POST", .target = "/-/reload", .headers = "X-Cratedex-Reload: 1, 1\n"},
         403,
         {0},
         {{0}}},
        {{.method = "POST",
          .target = "/-/reload",
          .headers = "Content-Type: text/plain\n",
          .body = "X-Cratedex-Reload: 1"},
         403,
         {0},
         {{0}}},
        {{.method = "POST",
          .target = "/-/reload",
          .headers = RELOAD_HEADER "Origin: http://127.0.0.1\n"},
         403,
         {NO_CORS},
         {{0}}},
        {{.method = "POST", .target = "/-/reload", .headers = RELOAD_HEADER "Origin: null\n"},
         403,
         {0},
         {{0}}},
        {{.method = "OPTIONS",
          .target = "/-/reload",
          .headers = "Origin: http://x\nAccess-Control-Request-Method: POST\n"
                     "Access-Control-Request-Headers: x-cratedex-reload\n"},
         405,
         {NO_CORS, "!Access-Control-Allow-Methods", "!Access-Control-Allow-Headers", "Allow: POST"},
         {{0}}},
        {{.target = "/-/reload", .headers = RELOAD_HEADER},
         405,
         {"Allow: POST"},
         {{"errors[0].detail", "\"method not allowed: use POST\""}}},
        {{.method = "HEAD", .target = "/-/reload", .headers = RELOAD_HEADER},
         405,
         {"Allow: POST"},
         {{0}}},
        {{.method = "PUT", .target = "/-/reload", .headers = RELOAD_HEADER},
         405,
         {"Allow: POST"},
         {{0}}},
        {{.method = "POST", .target = "/-/reload", .headers = RELOAD_HEADER "Accept: text/html\n"},
         406,
         {0},
         {{0}}},
        {{.method = "POST", .target = "/-/reload?a=%ff", .headers = RELOAD_HEADER},
         400,
         {0},
         {{0}}},
        /* The first reload of all. */
        {{.method = "POST", .target = "/-/reload", .headers = RELOAD_HEADER},
         200,
         {NO_CORS, "Cache-Control: no-store", "Content-Type: application/json", "X-Request-Id"},
         {{"status", "\"ok\""},
          {"crates", "329"},
          {"dump", "\"2026-11-01T02:00:00Z\""},
          {"generation", "2"}}},
        {{.method = "POST",
          .target = "/-/reload",
          .headers = "x-cratedex-reload:1 \t\n",
          .body = "x"},
         200,
         {0},
         {{"generation", "3"}}},
    };
    http_cases_run(scene->client, cases, N_ELEMENTS(cases));
    assert_true(metrics_sample(scene->client, "cratedex_http_requests_total",
                               "route=\"reload\",status=\"403\"") == 7);
    assert_true(metrics_sample(scene->client, "cratedex_http_requests_total",
                               "route=\"reload\",status=\"200\"") == 2);
}

/* The same members in the same order. */
static void answers_in_message_pack(void **state)
{
    struct scene *scene = *state;
    static const char *const names[] = {"status", "crates", "dump", "generation"};
    const struct http_request request = {.method = "POST",
                                         .target = "/-/reload",
                                         .headers = RELOAD_HEADER "Accept: application/msgpack\n"};
    struct http_response response;
    msgpack_unpacked answer;
    http_send(scene->client, &request, &response);
    assert_int_equal(response.status, 200);
    http_check_header("reload", &response, "Content-Type: application/msgpack");
    msgpack_unpacked_init(&answer);
    assert_int_equal(msgpack_unpack_next(&answer, response.body, response.size, NULL),
                     MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(answer.data.type, MSGPACK_OBJECT_MAP);
    assert_int_equal(answer.data.via.map.size, N_ELEMENTS(names));
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        const msgpack_object_str *name = &answer.data.via.map.ptr[i].key.via.str;
        assert_int_equal(name->size, strlen(names[i]));
        assert_memory_equal(name->ptr, names[i], name->size);
    }
    assert_int_equal(answer.data.via.map.ptr[1].val.via.u64, 329);
    msgpack_unpacked_destroy(&answer);
    http_response_free(&response);
}

/* Another file takes the path, and then none. */
static void serves_what_was_reloaded(void **state)
{
    struct scene *scene = *state;
    struct two_indexes indexes;
    char beside[FOLDER_PATH_SIZE];
    two_indexes_make(&indexes);
    file_write(folder_join(beside, scene->file.folder, "beside"), indexes.other.bytes,
               indexes.other.size);
    assert_int_equal(rename(beside, scene->file.path), 0);
    assert_int_equal(reload(scene), 200);
    json_t *page = http_get_json(scene->file.http.client, "/api/v1/crates/serde", 200);
    assert_string_equal(json_text_at(page, "crate.max_version"), "7.0.0");
    json_decref(page);

    static const struct http_request request = {
        .method = "POST", .target = "/-/reload", .headers = RELOAD_HEADER};
    struct http_response response;
    assert_int_equal(unlink(scene->file.path), 0);
    http_send(scene->client, &request, &response);
    assert_int_equal(response.status, 409);
    http_check_header("no file", &response, NO_CORS);
    assert_non_null(strstr(response.body, "live.cdx: No such file or directory"));
    http_response_free(&response);
    file_write(scene->file.path, "no index", 8);
    assert_int_equal(reload(scene), 409);
    page = http_get_json(scene->file.http.client, "/api/v1/crates/json", 200);
    json_decref(page);
    assert_int_equal(ask(scene, "GET", "/readyz", NULL), 200);

    file_write(beside, indexes.sample.bytes, indexes.sample.size);
    assert_int_equal(rename(beside, scene->file.path), 0);
    assert_int_equal(reload(scene), 200);
    page = http_get_json(scene->file.http.client, "/api/v1/crates/serde", 200);
    assert_string_equal(json_text_at(page, "crate.max_version"), "1.0.228");
    json_decref(page);
    two_indexes_free(&indexes);
}

/* Many at once, on connections of their own. */
static void many_may_ask_at_once(void **state)
{
    struct scene *scene = *state;
    int connections[30];
    char text[RAW_MAX_ANSWER];
    for (size_t i = 0; i < N_ELEMENTS(connections); i++) {
        connections[i] = test_server_connect(&scene->admin);
        raw_send(connections[i],
                 "POST /-/reload HTTP/1.1\r\nHost: x\r\nX-Cratedex-Reload: 1\r\n\r\n");
    }
    assert_int_equal(ask(scene, "GET", "/healthz", NULL), 200);
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
    struct scene scene;
    int crowd[10];
    begin(&scene, arguments);
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
        assert_int_equal(ask(&scene, "GET", "/healthz", NULL), 200);
        assert_int_equal(ask(&scene, "GET", "/readyz", NULL), 200);
    }
    assert_true(metrics_sample(scene.client, "cratedex_http_connections_limit", "") == 10);
    assert_true(metrics_sample(scene.client, "cratedex_http_connections", "") <= 10);
    assert_int_equal(reload(&scene), 200);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++)
        close(crowd[i]);
    end(&scene);
}

/* Sends what there is room for. */
static void send_some(int connection, const char *text)
{
    (void)!send(connection, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* More than it takes, of those that say nothing and of those whose head never ends. */
static void a_crowd_shuts_nobody_out(void **state)
{
    struct scene *scene = *state;
    static int crowd[300];
    char text[RAW_MAX_ANSWER];
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        crowd[i] = test_server_connect(&scene->admin);
        if (i % 2 == 0)
            send_some(crowd[i], "GET /metrics HTTP/1.1\r\nHost: x\r\nX: ");
        if (i % 20 == 0)
            assert_int_equal(ask(scene, "GET", "/metrics", NULL), 200);
    }
    int newcomer = test_server_connect(&scene->admin);
    raw_ask(newcomer, "/readyz");
    assert_int_equal(raw_receive(newcomer, text), 200);
    assert_int_equal(reload(scene), 200);
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
    struct scene *scene = *state;
    int crowd[40];
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        crowd[i] = test_server_connect(&scene->admin);
        for (size_t j = 0; j < 200; j++)
            send_some(crowd[i], "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(ask(scene, "GET", "/healthz", NULL), 200);
    assert_int_equal(reload(scene), 200);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++)
        close(crowd[i]);
}

/* What is refused by the head is refused here too, and is for no script either. */
static void refuses_bad_heads(void **state)
{
    struct scene *scene = *state;
    static char long_target[9100] = "GET /metrics?";
    static char long_fields[26000] = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    static char many_fields[26000];
    while (strlen(long_target) < 9000)
        strcat(long_target, "abcdefghijklmnopqrstuvwxyz&");
    strcat(long_target, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    strcpy(many_fields, long_fields);
    strcat(long_fields, "X: ");
    while (strlen(long_fields) < 17000)
        strcat(long_fields, "abcdefghijklmnopqrstuvwxyz");
    strcat(long_fields, "\r\n\r\n");
    for (unsigned i = 0; i < 450; i++)
        strcat(many_fields, "Cookie: a=b; c=d\r\n");
    strcat(many_fields, "\r\n");
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
    assert_int_equal(ask(scene, "GET", "/healthz", NULL), 200);
}

/* The public address drains: one request waits for its body. */
static void answers_while_the_server_drains(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads=1", NULL};
    struct scene scene;
    char text[RAW_MAX_ANSWER];
    begin(&scene, arguments);
    int running = test_server_connect(&scene.server);
    raw_send(running, "GET /api/v1/suggest?q=serde&limit=1 HTTP/1.1\r\nHost: x\r\n"
                      "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    assert_true(recv(running, text, 25, MSG_WAITALL) == 25); /* "HTTP/1.1 100 Continue" */
    assert_int_equal(kill(scene.server.pid, SIGTERM), 0);
    while (ask(&scene, "GET", "/readyz", NULL) != 503)
        ;
    int newcomer = test_server_connect(&scene.admin);
    raw_ask(newcomer, "/healthz");
    assert_int_equal(raw_receive(newcomer, text), 200);
    assert_int_equal(ask(&scene, "GET", "/metrics", NULL), 200);
    assert_int_equal(reload(&scene), 503);
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

/* Without the option all is where it was. */
static void there_is_no_reload_without_it(void **state)
{
    (void)state;
    static const struct http_case cases[] = {
        {{.target = "/healthz"}, 200, {"Access-Control-Allow-Origin: *"}, {{0}}},
        {{.target = "/readyz"}, 200, {0}, {{0}}},
        {{.target = "/metrics"}, 200, {0}, {{0}}},
        {{.target = "/-/reload"}, 404, {0}, {{0}}},
        {{.method = "POST", .target = "/-/reload", .headers = RELOAD_HEADER}, 404, {0}, {{0}}},
        {{.target = "/api/openapi.json"},
         200,
         {0},
         {{"paths./healthz.get.operationId", "\"get_health\""}, {"paths./-/reload", "absent"}}},
    };
    struct http_fixture fixture;
    http_fixture_open(&fixture, NULL);
    assert_string_equal(fixture.server.admin_url, "");
    http_cases_run(fixture.client, cases, N_ELEMENTS(cases));
    http_fixture_close(&fixture);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(announces_both),
        TEST(the_public_address_has_nothing_for_operators),
        TEST(the_admin_address_has_nothing_else),
        TEST(reloads_only_for_who_says_so),
        TEST(answers_in_message_pack),
        TEST(serves_what_was_reloaded),
        TEST(many_may_ask_at_once),
        cmocka_unit_test(answers_when_the_public_address_is_full),
        TEST(a_crowd_shuts_nobody_out),
        TEST(nobody_who_does_not_read_shuts_others_out),
        TEST(refuses_bad_heads),
        cmocka_unit_test(answers_while_the_server_drains),
        cmocka_unit_test(there_is_no_reload_without_it),
    };
    return cmocka_run_group_tests_name("admin", tests, NULL, NULL);
}
