/* A server with --admin-listen: what is answered at which address, and what a reload does. */
#include "tests/support/admin_scene.h"
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/metrics_sample.h"
#include "tests/support/program.h"
#include "tests/support/two_indexes.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define NO_CORS "!Access-Control-Allow-Origin"

static void announces_both(void **state)
{
    struct admin_scene *scene = *state;
    char expected[300];
    snprintf(expected, sizeof expected,
             "cratedex-server " CRATEDEX_VERSION " listening on http://127.0.0.1:%u and for "
             "operators on http://127.0.0.1:%u (329 crates, dump of 2026-11-01T02:00:00Z)",
             scene->server.port, scene->admin.port);
    assert_string_equal(scene->server.first_line, expected);
}

static void the_public_address_has_nothing_for_operators(void **state)
{
    struct admin_scene *scene = *state;
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
    struct admin_scene *scene = *state;
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
    struct admin_scene *scene = *state;
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
    struct admin_scene *scene = *state;
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
    struct admin_scene *scene = *state;
    struct two_indexes indexes;
    char beside[FOLDER_PATH_SIZE];
    two_indexes_make(&indexes);
    file_write(folder_join(beside, scene->file.folder, "beside"), indexes.other.bytes,
               indexes.other.size);
    assert_int_equal(rename(beside, scene->file.path), 0);
    assert_int_equal(admin_scene_reload(scene), 200);
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
    assert_int_equal(admin_scene_reload(scene), 409);
    page = http_get_json(scene->file.http.client, "/api/v1/crates/json", 200);
    json_decref(page);
    assert_int_equal(admin_scene_ask(scene, "GET", "/readyz", NULL), 200);

    file_write(beside, indexes.sample.bytes, indexes.sample.size);
    assert_int_equal(rename(beside, scene->file.path), 0);
    assert_int_equal(admin_scene_reload(scene), 200);
    page = http_get_json(scene->file.http.client, "/api/v1/crates/serde", 200);
    assert_string_equal(json_text_at(page, "crate.max_version"), "1.0.228");
    json_decref(page);
    two_indexes_free(&indexes);
}

static void expect_banner(const struct admin_scene *scene, const char *expected)
{
    json_t *site = http_get_json(scene->file.http.client, "/api/v1/site_metadata", 200);
    assert_string_equal(json_text_at(site, "banner_message"), expected);
    json_decref(site);
}

/* What a signal reads anew a request does. */
static void reads_options_again(void **state)
{
    (void)state;
    static const char first[] = "banner = one\n";
    static const char second[] = "banner = two\n";
    static const char wrong[] = "banner = three\nread-only = maybe\n";
    struct admin_scene scene;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    file_write(folder_join(path, folder, "server.conf"), first, sizeof first - 1);
    admin_scene_begin(&scene, (const char *const[]){"--config", path, NULL});
    expect_banner(&scene, "one");
    file_write(path, second, sizeof second - 1);
    assert_int_equal(admin_scene_reload(&scene), 200);
    expect_banner(&scene, "two");
    file_write(path, wrong, sizeof wrong - 1);

    static const struct http_case refused = {
        {.method = "POST", .target = "/-/reload", .headers = RELOAD_HEADER}, 409, {0}, {{0}}};
    http_cases_run(scene.client, &refused, 1);
    served_file_await_said(&scene.file, "server.conf", 1);
    served_file_await_said(&scene.file, "bad value 'maybe': write yes or no", 1);
    expect_banner(&scene, "two");
    /* Nobody is waited for, neither now nor at the end. */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    http_cases_run(scene.client, &refused, 1);
    admin_scene_end(&scene);
    folder_remove(folder);
}

/* Nobody may take the address of somebody else, nor the own one. */
static void says_which_address_is_taken(void **state)
{
    struct admin_scene *scene = *state;
    char taken[64];
    char expected[256];
    snprintf(taken, sizeof taken, "127.0.0.1:%u", scene->admin.port);
    snprintf(expected, sizeof expected,
             "cannot listen on 127.0.0.1, port %u: Address already in use: stop the program that "
             "uses it or choose another port with --admin-listen\n",
             scene->admin.port);
    const char *const arguments[] = {"cratedex-server",
                                     "--index",
                                     scene->file.path,
                                     "--listen",
                                     "127.0.0.1:0",
                                     "--admin-listen",
                                     taken,
                                     NULL};
    const struct program_options options = {.arguments = arguments};
    struct program_run run;
    program_run(&options, &run);
    assert_int_equal(run.status, 1);
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.error_out, expected));
    program_run_free(&run);
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, admin_scene_set_up, admin_scene_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(announces_both),
        TEST(the_public_address_has_nothing_for_operators),
        TEST(the_admin_address_has_nothing_else),
        TEST(reloads_only_for_who_says_so),
        TEST(answers_in_message_pack),
        TEST(serves_what_was_reloaded),
        cmocka_unit_test(reads_options_again),
        TEST(says_which_address_is_taken),
        cmocka_unit_test(there_is_no_reload_without_it),
    };
    return cmocka_run_group_tests_name("admin", tests, NULL, NULL);
}
