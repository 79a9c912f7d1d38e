/* cargo's sparse index: the crates' paths, types, validators and conditions. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

#define SERDE "/index/se/rd/serde"
#define SERDE_MODIFIED "Tue, 02 Sep 2025 14:12:01 GMT"
#define CONFIG "/index/config.json"

static void a_file_lies_at_one_path(void **state)
{
    static const struct {
        const char *target;
        long status;
    } cases[] = {
        {"/index/1/k", 200},
        {"/index/2/cc", 200},
        {"/index/3/c/csv", 200},
        {SERDE, 200},
        {SERDE "?anything=is&ignored", 200},
        {"/index/li/bc/libc", 200},
        {"/index/in/fl/inflector", 200}, /* Inflector */
        {"/index/ab/_g/ab_glyph", 200},
        {"/index/%73e/rd/serd%65", 200},
        {"/index/In/fl/Inflector", 404},
        {"/index/SE/RD/SERDE", 404},
        {"/index/se/rd/Serde", 404},
        {"/index/ab/-g/ab-glyph", 404}, /* cargo asks for each spelling in turn */
        {"/index/rd/se/serde", 404},
        {"/index/se/r/serde", 404},
        {"/index/3/s/serde", 404},
        {"/index/1/cc", 404},
        {"/index/2/k", 404},
        {"/index/3/cs/csv", 404},
        {"/index/3/csv", 404},
        {"/index/serde", 404},
        {"/index/se/rd/serde/", 404},
        {"/index//se/rd/serde", 404},
        {"/index/se/rd", 404},
        {"/index/no/th/nothing-like-it", 404},
        {"/index/se/rd/serde.json", 404},
        {"/index/config.json/", 404},
        {"/index/", 404},
        {"/index", 404},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct http_response response;
        http_get(client_of(state), cases[i].target, NULL, &response);
        if (response.status != cases[i].status)
            fail_msg("%s: %ld", cases[i].target, response.status);
        http_response_free(&response);
    }
}

static void names_what_is_missing(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/index/no/th/nothing-like-it"},
         .status = 404,
         .headers = {"Content-Type: application/json", "Cache-Control: no-store", "!ETag"},
         .body = {{"errors[0].detail", "\"crate `nothing-like-it` does not exist\""}}},
        {.request = {.target = "/index/se/rd/Serde"},
         .status = 404,
         .body = {{"errors[0].detail", "\"the crate `serde` lies at /index/se/rd/serde\""}}},
        {.request = {.method = "POST", .target = SERDE}, .status = 405, .headers = {"Allow"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void is_plain_text_whatever_is_asked_for(void **state)
{
    static const char *const accepts[] = {NULL,
                                          "Accept: text/plain\n",
                                          "Accept: */*\n",
                                          "Accept: application/json\n",
                                          "Accept: text/html\n",
                                          "Accept: application/msgpack\n"};
    struct http_response first;
    http_get(client_of(state), SERDE, NULL, &first);
    for (size_t i = 0; i < N_ELEMENTS(accepts); i++) {
        const struct http_case test = {
            .request = {.target = SERDE, .headers = accepts[i]},
            .status = 200,
            .headers = {"Content-Type: text/plain", "Vary: Accept-Encoding", "ETag",
                        "Cache-Control: public, max-age=600",
                        "CDN-Cache-Control: public, max-age=600, stale-while-revalidate=600",
                        ("Last-Modified: " SERDE_MODIFIED), "Surrogate-Key: crate/serde",
                        i == 0 ? "X-Cache" : "X-Cache: hit"},
        };
        http_cases_run(client_of(state), &test, 1);
        struct http_response response;
        http_get(client_of(state), SERDE, accepts[i], &response);
        assert_int_equal(response.size, first.size);
        assert_memory_equal(response.body, first.body, first.size);
        http_response_free(&response);
    }
    http_response_free(&first);
}

/* A JSON object a line, as many as versions, each with the crate's name and the number that is
   next. */
static void has_a_line_for_every_version(void **state)
{
    static const struct {
        const char *target;
        const char *name;
    } cases[] = {{SERDE, "serde"}, {"/index/1/k", "k"}, {"/index/in/fl/inflector", "Inflector"}};
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct http_response response;
        char query[512];
        char numbers[1024] = "";
        http_get(client_of(state), cases[i].target, NULL, &response);
        for (char *line = strtok(response.body, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
            assert_string_equal(json_text_at(object, "name"), cases[i].name);
            strncat(numbers, numbers[0] != '\0' ? "\n" : "", 2);
            strncat(numbers, json_text_at(object, "vers"), sizeof numbers - strlen(numbers) - 1);
            json_decref(object);
        }
        snprintf(query, sizeof query,
                 "SELECT num FROM versions JOIN crates ON crates.id = crate_id WHERE name = '%s'"
                 " ORDER BY rtrim(versions.created_at, 'Z'), versions.id",
                 cases[i].name);
        sql_expect(test_index(), query, numbers);
        http_response_free(&response);
    }
}

static void weighs_conditions(void **state)
{
    char matching[128];
    struct http_response response;
    http_get(client_of(state), SERDE, NULL, &response);
    snprintf(matching, sizeof matching, "If-None-Match: %s\n", http_header(&response, "ETag"));
    size_t size = response.size;
    http_response_free(&response);

    char matching_and_old[192];
    snprintf(matching_and_old, sizeof matching_and_old,
             "%sIf-Modified-Since: Tue, 02 Sep 2025 14:12:00 GMT\n", matching);
    const struct {
        const char *headers;
        long status;
    } cases[] = {
        {matching, 304},
        {"If-None-Match: *\n", 304},
        {"If-None-Match: \"other\"\n", 200},
        {"If-Modified-Since: " SERDE_MODIFIED "\n", 304},
        /* A date that we did not say is that of a file that may have more versions. */
        {"If-Modified-Since: Tue, 02 Sep 2025 14:12:02 GMT\n", 200},
        {"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\n", 200},
        {"If-Modified-Since: Tue, 02 Sep 2025 14:12:00 GMT\n", 200},
        {"If-Modified-Since: Tuesday, 02-Sep-25 14:12:01 GMT\n", 304},
        {"If-Modified-Since: yesterday\n", 200},
        /* RFC 9110, section 13.2.2: the entity tag decides alone where there is one. */
        {matching_and_old, 304},
        {"If-None-Match: \"other\"\nIf-Modified-Since: " SERDE_MODIFIED "\n", 200},
    };
    for (size_t i = 0; i < 2 * N_ELEMENTS(cases); i++) {
        const struct http_request request = {.method = i % 2 == 0 ? "GET" : "HEAD",
                                             .target = SERDE,
                                             .headers = cases[i / 2].headers};
        http_send(client_of(state), &request, &response);
        if (response.status != cases[i / 2].status)
            fail_msg("%s: %ld", request.headers, response.status);
        assert_int_equal(response.size, response.status == 200 && i % 2 == 0 ? size : 0);
        assert_non_null(http_header(&response, "ETag"));
        assert_string_equal(http_header(&response, "Last-Modified"), SERDE_MODIFIED);
        assert_non_null(http_header(&response, "Cache-Control"));
        http_response_free(&response);
    }
}

static void is_compressed_for_cargo(void **state)
{
    struct http_response plain;
    struct http_response coded;
    http_get(client_of(state), SERDE, NULL, &plain);
    http_get(client_of(state), SERDE, "Accept: text/plain\nAccept-Encoding: deflate, gzip\n",
             &coded);
    assert_string_equal(http_header(&coded, "Content-Encoding"), "gzip");
    assert_string_equal(http_header(&coded, "Content-Type"), "text/plain");
    assert_string_not_equal(http_header(&coded, "ETag"), http_header(&plain, "ETag"));
    assert_true(coded.size < plain.size / 4);
    unsigned char *text = malloc(plain.size + 1);
    assert_non_null(text);
    z_stream stream = {.next_in = (unsigned char *)coded.body,
                       .avail_in = (unsigned)coded.size,
                       .next_out = text,
                       .avail_out = (unsigned)plain.size + 1};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, plain.size);
    assert_memory_equal(text, plain.body, plain.size);
    inflateEnd(&stream);
    free(text);
    http_response_free(&plain);
    http_response_free(&coded);
}

/* What cargo sends over plain HTTP: the upgrade that it offers is passed over, and the connection
   kept. */
static void stays_with_http_1(void **state)
{
    static const char request[] =
        "GET " SERDE " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/plain\r\n"
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\ncargo-protocol: version=1\r\n\r\n"
        "GET " CONFIG " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    struct http_fixture *fixture = *state;
    char *answer = test_server_exchange(&fixture->server, request, strlen(request), true);
    assert_non_null(answer);
    assert_memory_equal(answer, "HTTP/1.1 200 OK\r\n", 17);
    char *config = strstr(answer, "\nHTTP/1.1 200 OK\r\n");
    assert_non_null(config);
    assert_non_null(strstr(config, "\r\n\r\n{\"dl\":\"http://127.0.0.1/api/v1/crates/{crate}/"
                                   "{version}/download\",\"api\":\"http://127.0.0.1\"}"));
    config[0] = '\0';
    assert_null(strstr(answer, "Upgrade"));
    assert_null(strstr(answer, "Connection: close"));
    assert_non_null(strstr(answer, "{\"name\":\"serde\",\"vers\":"));
    free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_lies_at_one_path),
        cmocka_unit_test(names_what_is_missing),
        cmocka_unit_test(is_plain_text_whatever_is_asked_for),
        cmocka_unit_test(has_a_line_for_every_version),
        cmocka_unit_test(weighs_conditions),
        cmocka_unit_test(is_compressed_for_cargo),
        cmocka_unit_test(stays_with_http_1),
    };
    return cmocka_run_group_tests_name("sparse_index", tests, http_fixture_start,
                                       http_fixture_stop);
}
