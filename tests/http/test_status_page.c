/* The page for operators: who may see it, and what it tells of those who search. */
#include "tests/support/admin_scene.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/page_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define BROWSER "Accept: text/html\n"
#define PRIVATE "Cache-Control: private, no-store", "!Access-Control-Allow-Origin"

/* Where there is no admin address: for who asks from here, by a name of this machine, for nobody
   else. */
static void is_for_this_machine_alone(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/status"},
         .status = 200,
         .headers = {PRIVATE, "Content-Security-Policy", "X-Frame-Options: DENY"},
         .body = {"<h1>Status</h1>", "329 crates", "href=\"/docs\""}},
        {.request = {.target = "/status.json"},
         .status = 200,
         .headers = {PRIVATE, "Content-Type: application/json"}},
        {.request = {.target = "/status.json", .headers = "Accept: application/msgpack\n"},
         .status = 200,
         .headers = {PRIVATE, "Content-Type: application/msgpack"}},
        {.request = {.target = "/status.json", .method = "OPTIONS"},
         .status = 204,
         .headers = {"!Access-Control-Allow-Origin"}},
        {.request = {.target = "/status", .headers = "Host: localhost:80\n"}, .status = 200},
        {.request = {.target = "/status", .headers = "Host: [::1]\n"}, .status = 200},
        {.request = {.target = "/status", .headers = BROWSER "Host: crates.example.org\n"},
         .status = 404,
         .body = {"Nothing here", "!Hit ratio"}},
        {.request = {.target = "/status", .headers = BROWSER "Host: 127.0.0.1.example.org\n"},
         .status = 404},
        {.request = {.target = "/status", .headers = BROWSER "Host: localhost.example.org\n"},
         .status = 404},
        {.request = {.target = "/status", .headers = BROWSER "X-Forwarded-For: 127.0.0.1\n"},
         .status = 404,
         .body = {"Nothing here"}},
        {.request = {.target = "/status.json", .headers = "Forwarded: for=127.0.0.1\n"},
         .status = 404},
        {.request = {.target = "/status.json", .headers = "X-Forwarded-Proto: http\n"},
         .status = 404},
        {.request = {.target = "/status.json", .headers = "X-Real-IP: 127.0.0.1\n"}, .status = 404},
        {.request = {.target = "/status.json", .headers = "Via: 1.1 proxy\n"}, .status = 404},
        {.request = {.target = "/status.json?history=0"}, .status = 400},
        {.request = {.target = "/status/"}, .status = 404},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
    static const struct http_case described = {
        {.target = "/api/openapi.json"}, 200, {0}, {{"paths./status.json", "absent"}}};
    http_cases_run(client_of(state), &described, 1);
}

/* What operators ask is none of the figures. */
static void counts_what_clients_ask(void **state)
{
    struct http_client *client = client_of(state);
    json_t *before = http_get_json(client, "/status.json", 200);
    json_decref(http_get_json(client, "/api/v1/crates?q=counted", 200));
    json_decref(http_get_json(client, "/api/v1/crates?q=counted", 200));
    json_decref(http_get_json(client, "/metrics2", 404));
    json_t *after = http_get_json(client, "/status.json?history=9999", 200);
    static const char *const figures[] = {"requests.total", "answers.start.hit.count",
                                          "answers.start.miss.count", "requests.by_status.4xx"};
    static const json_int_t more[] = {3, 1, 1, 1};
    for (size_t i = 0; i < N_ELEMENTS(figures); i++)
        assert_int_equal(json_integer_at(after, figures[i]) - json_integer_at(before, figures[i]),
                         more[i]);
    assert_int_equal(json_integer_at(after, "index.crates"), 329);
    assert_int_equal(json_integer_at(after, "connections.open"), 1);
    assert_true(json_integer_at(after, "process.resident_bytes") > 1 << 20);
    json_decref(before);
    json_decref(after);
}

/* Asks from so many addresses, as a trusted proxy tells. */
static void ask_from(struct http_client *client, unsigned n, const char *target, long status)
{
    for (unsigned i = 1; i <= n; i++) {
        char headers[64];
        snprintf(headers, sizeof headers, "X-Forwarded-For: 198.51.100.%u\n", i);
        const struct http_case asked = {{.target = target, .headers = headers}, status, {0}, {{0}}};
        http_cases_run(client, &asked, 1);
    }
}

static bool has_text(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(list, i), "text")), text) == 0)
            return true;
    return false;
}

/* What five addresses asked for, and were answered, in either encoding or on a page; nothing else,
   also among the slowest. */
static void tells_what_five_addresses_asked_for(struct admin_scene *scene)
{
    struct http_client *client = scene->file.http.client;
    ask_from(client, 3, "/api/v1/crates?q=Parser", 200);
    ask_from(client, 5, "/search?q=parser", 200);
    ask_from(client, 4, "/api/v1/crates?q=private+words", 200);
    ask_from(client, 4, "/api/v1/crates?q=private+words&page=1", 200);
    ask_from(client, 6, "/api/v1/crates?q=refused&per_page=none", 400);
    ask_from(client, 6, "/api/v1/crates?q=json&page=2", 200);
    ask_from(client, 6, "/api/v1/suggest?q=suggested", 200);
    ask_from(client, 5, "/api/v1/crates?q=zzqqxxyy", 200);
    ask_from(client, 5, "/api/v1/crates?q=wwkkvvjj&license=MIT", 200);
    json_t *status = http_get_json(scene->client, "/status.json", 200);
    const json_t *asked = json_object_get(status, "asked");
    const json_t *most = json_object_get(asked, "most");
    const json_t *in_vain = json_object_get(asked, "in_vain");
    assert_int_equal(json_array_size(most), 3);
    assert_string_equal(json_text_at(asked, "most[0].text"), "parser");
    assert_int_equal(json_integer_at(asked, "most[0].at_least"), 8);
    assert_true(has_text(most, "zzqqxxyy") && has_text(most, "wwkkvvjj"));
    assert_int_equal(json_array_size(in_vain), 1);
    assert_true(has_text(in_vain, "zzqqxxyy"));
    char *text = json_dumps(status, 0);
    assert_true(json_array_size(json_object_get(status, "slowest")) > 3);
    assert_null(strstr(text, "private"));
    assert_null(strstr(text, "refused&"));
    free(text);
    json_decref(status);
}

static void is_at_the_admin_address_alone(void **state)
{
    (void)state;
    struct admin_scene scene;
    struct http_response page;
    char asset[128];
    admin_scene_begin(&scene, (const char *const[]){"--trust-proxy", "127.0.0.1", NULL});
    static const struct page_case public_cases[] = {
        {.request = {.target = "/status", .headers = BROWSER}, .status = 404},
        {.request = {.target = "/status.json"}, .status = 404},
    };
    page_cases_run(scene.file.http.client, public_cases, N_ELEMENTS(public_cases));
    tells_what_five_addresses_asked_for(&scene);
    http_get(scene.client, "/status", NULL, &page);
    assert_int_equal(page.status, 200);
    assert_non_null(strstr(page.body, "<bdi class=\"asked\">parser</bdi>"));
    assert_null(strstr(page.body, "/search")); /* nothing that is not there */
    const char *link = strstr(page.body, "/assets/status-");
    assert_non_null(link);
    snprintf(asset, sizeof asset, "%.*s", (int)strcspn(link, "\""), link);
    http_response_free(&page);
    assert_int_equal(admin_scene_ask(&scene, "GET", asset, NULL), 200);
    admin_scene_end(&scene);
}

static void can_be_switched_off(void **state)
{
    (void)state;
    static const char *const switches[] = {"--status", "--ui"};
    for (size_t i = 0; i < N_ELEMENTS(switches); i++) {
        struct http_fixture fixture;
        http_fixture_open(&fixture, (const char *const[]){switches[i], "no", NULL});
        json_decref(http_get_json(fixture.client, "/status.json", 404));
        json_decref(http_get_json(fixture.client, "/api/v1/crates?q=serde", 200));
        http_fixture_close(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_for_this_machine_alone),
        cmocka_unit_test(counts_what_clients_ask),
        cmocka_unit_test(is_at_the_admin_address_alone),
        cmocka_unit_test(can_be_switched_off),
    };
    return cmocka_run_group_tests_name("status_page", tests, http_fixture_start, http_fixture_stop);
}
