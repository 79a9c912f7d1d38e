/* What hangs on one version: where its files lie, its dependencies, its authors. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"
#include "tests/support/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define CRATES "/api/v1/crates/"
#define CDN "https://static.crates.io"

static void redirects_to_the_files(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde/1.0.228/download"},
         .status = 302,
         .headers = {"Location: https://static.crates.io/crates/serde/serde-1.0.228.crate",
                     "Vary: Accept, Accept-Encoding", "Cache-Control: public, max-age=3600",
                     "CDN-Cache-Control: public, max-age=3600, stale-while-revalidate=86400",
                     "Surrogate-Key: crate/serde", "Access-Control-Allow-Origin: *",
                     "Content-Length: 0", "!Content-Type", "!ETag"}},
        {.request = {.target = CRATES "serde/1.0.228/readme"},
         .status = 302,
         .headers = {"Location: " CDN "/readmes/serde/serde-1.0.228.html",
                     "Vary: Accept, Accept-Encoding", "Cache-Control: public, max-age=3600",
                     "CDN-Cache-Control: public, max-age=3600, stale-while-revalidate=86400"}},
        /* The crate's own spelling, whatever the client's; a plus sign is encoded, however it
           came. */
        {.request = {.target = CRATES "inflector/0.11.4/download"},
         .status = 302,
         .headers = {"Location: " CDN "/crates/Inflector/Inflector-0.11.4.crate",
                     "Surrogate-Key: crate/inflector"}},
        {.request = {.target = CRATES "CURL_SYS/0.4.70+curl-8.5.0/download"},
         .status = 302,
         .headers = {"Location: " CDN "/crates/curl-sys/curl-sys-0.4.70%2Bcurl-8.5.0.crate",
                     "Surrogate-Key: crate/curl_sys"}},
        {.request = {.target = CRATES "curl-sys/0.4.70%2Bcurl-8.5.0/readme"},
         .status = 302,
         .headers = {"Location: " CDN "/readmes/curl-sys/curl-sys-0.4.70%2Bcurl-8.5.0.html"}},
        {.request = {.method = "HEAD", .target = CRATES "serde/1.0.228/download"},
         .status = 302,
         .headers = {"Location: " CDN "/crates/serde/serde-1.0.228.crate"}},
        /* What a file is we do not know: every Accept but our own is redirected, not refused. */
        {.request = {.target = CRATES "serde/1.0.228/download", .headers = "Accept: */*\n"},
         .status = 302},
        {.request = {.target = CRATES "serde/1.0.228/download",
                     .headers = "Accept: application/gzip\n"},
         .status = 302},
        {.request = {.target = CRATES "serde/1.0.228/readme", .headers = "Accept: text/html\n"},
         .status = 302},
        {.request = {.target = CRATES "serde/1.0.228/readme",
                     .headers = "Accept: application/*, application/json;q=0\n"},
         .status = 302},
        /* A redirect is no representation that If-None-Match could name. */
        {.request = {.target = CRATES "serde/1.0.228/download", .headers = "If-None-Match: *\n"},
         .status = 302},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void gives_the_url_to_who_asks_for_a_document(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde/1.0.228/download",
                     .headers = "Accept: application/json\n"},
         .status = 200,
         .headers = {"Content-Type: application/json", "Vary: Accept, Accept-Encoding",
                     "Cache-Control: public, max-age=3600",
                     "CDN-Cache-Control: public, max-age=3600, stale-while-revalidate=86400",
                     "ETag", "!Location"},
         .body = {{"length", "1"}, {"url", "\"" CDN "/crates/serde/serde-1.0.228.crate\""}}},
        {.request = {.target = CRATES "SERDE/1.0.228/readme",
                     .headers = "Accept: text/html;q=0.9, application/json;q=0.1\n"},
         .status = 200,
         .body = {{"length", "1"}, {"url", "\"" CDN "/readmes/serde/serde-1.0.228.html\""}}},
        {.request = {.target = CRATES "curl-sys/0.4.70+curl-8.5.0/download",
                     .headers = "Accept: application/json, text/plain, */*\n"},
         .status = 200,
         .body = {{"url", "\"" CDN "/crates/curl-sys/curl-sys-0.4.70%2Bcurl-8.5.0.crate\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void reports_what_does_not_exist(void **state)
{
    static const char *const of_versions[] = {"download", "readme", "dependencies", "downloads"};
    for (size_t i = 0; i < N_ELEMENTS(of_versions); i++) {
        char target[128];
        snprintf(target, sizeof target, CRATES "No_Such/1.0.0/%s", of_versions[i]);
        json_t *body = http_get_json(client_of(state), target, 404);
        assert_string_equal(json_text_at(body, "errors[0].detail"),
                            "crate `No_Such` does not exist");
        json_decref(body);
        static const char *const versions[] = {"1.0.229", "1.0.0x", "latest"};
        for (size_t j = 0; j < N_ELEMENTS(versions); j++) {
            char detail[128];
            snprintf(target, sizeof target, CRATES "Serde/%s/%s", versions[j], of_versions[i]);
            snprintf(detail, sizeof detail, "crate `Serde` does not have a version `%s`",
                     versions[j]);
            body = http_get_json(client_of(state), target, 404);
            assert_string_equal(json_text_at(body, "errors[0].detail"), detail);
            json_decref(body);
        }
    }
    static const struct http_case cases[] = {
        /* Build metadata is a part of the number. */
        {.request = {.target = CRATES "curl-sys/0.4.70/download"}, .status = 404},
        {.request = {.target = CRATES "serde//download"}, .status = 404},
        {.request = {.target = CRATES "serde/1.0.228/download/"}, .status = 404},
        {.request = {.method = "POST", .target = CRATES "serde/1.0.228/download", .body = ""},
         .status = 405,
         .headers = {"Allow: GET, HEAD, OPTIONS"}},
        {.request = {.method = "PUT", .target = CRATES "serde/1.0.228/readme", .body = ""},
         .status = 405},
        /* Here Accept refuses, as everywhere. */
        {.request = {.target = CRATES "serde/1.0.228/dependencies",
                     .headers = "Accept: text/html\n"},
         .status = 406},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* crates.io looks nothing up. */
static void has_no_authors(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde/1.0.228/authors"},
         .status = 200,
         .headers = {"Content-Type: application/json", "ETag"},
         .body = {{"length", "2"}, {"users", "[]"}, {"meta", "{\"names\":[]}"}}},
        {.request = {.target = CRATES "no-such/1/authors"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {{"users", "[]"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void lists_dependencies(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "curl_sys/0.4.70+curl-8.5.0/dependencies"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
                     "Surrogate-Key: crate/curl_sys", "ETag"},
         .body = {{"length", "1"},
                  {"dependencies.length", "6"},
                  {"dependencies[2]",
                   "{\"id\":6980,\"version_id\":2013,\"crate_id\":\"libz-sys\",\"req\":\"^1.0.18\","
                   "\"optional\":false,\"default_features\":false,\"features\":[\"libc\"],"
                   "\"target\":null,\"kind\":\"normal\",\"downloads\":0}"},
                  {"dependencies[0].kind", "\"build\""},
                  {"dependencies[4].target", "\"cfg(windows)\""},
                  {"dependencies[5].crate_id", "\"openssl-sys\""},
                  {"dependencies[5].optional", "true"}}},
        {.request = {.target = CRATES "serde/0.2.0/dependencies"},
         .status = 200,
         .body = {{"dependencies", "[]"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Every version of the sample, against SQLite's own JSON. */
static void lists_every_dependency_of_the_index(void **state)
{
    char *rows = sql_text(
        test_index(),
        "SELECT c.name || '/' || v.num || '|' || (SELECT json_group_array(json_object('id', d.id,"
        " 'version_id', v.id, 'crate_id', d.name, 'req', d.req, 'optional', json(iif(d.optional,"
        " 'true', 'false')), 'default_features', json(iif(d.default_features, 'true', 'false')),"
        " 'features', json(d.features), 'target', d.target, 'kind', CASE d.kind WHEN 0 THEN"
        " 'normal' WHEN 1 THEN 'build' WHEN 2 THEN 'dev' END, 'downloads', 0)) FROM (SELECT"
        " dependencies.*, name FROM dependencies JOIN crates ON crates.id = crate_id WHERE"
        " version_id = v.id ORDER BY optional, name, dependencies.id) d) FROM versions v"
        " JOIN crates c ON c.id = v.crate_id ORDER BY v.id");
    unsigned n_versions = 0;
    unsigned n_dependencies = 0;
    char *rest;
    for (char *row = strtok_r(rows, "\n", &rest); row != NULL; row = strtok_r(NULL, "\n", &rest)) {
        char target[512];
        char *list = strchr(row, '|');
        assert_non_null(list);
        *list++ = '\0';
        snprintf(target, sizeof target, CRATES "%s/dependencies", row);
        json_t *expected = json_loads(list, 0, NULL);
        assert_non_null(expected);
        json_t *body = http_get_json(client_of(state), target, 200);
        if (!json_equal(json_object_get(body, "dependencies"), expected))
            fail_msg("%s differs from the rows", target);
        n_dependencies += (unsigned)json_array_size(expected);
        n_versions++;
        json_decref(body);
        json_decref(expected);
    }
    free(rows);
    assert_true(n_versions > 1000);
    assert_true(n_dependencies > 5000);
}

static const char *const documents[] = {
    CRATES "serde/1.0.228/download",
    CRATES "serde/1.0.228/readme",
    CRATES "serde/1.0.228/authors",
    CRATES "reqwest/0.12.24/dependencies",
    CRATES "serde/1.0.228/downloads",
    CRATES "serde/downloads",
    CRATES "zstd-sys/downloads?include=versions",
};

/* JSON and MessagePack say the same; each has its ETag, which is answered with 304; HEAD is GET
   without a body. */
static void represents_both_encodings(void **state)
{
    static const char json_only[] = "Accept: application/json\n";
    for (size_t i = 0; i < N_ELEMENTS(documents); i++) {
        struct http_response json;
        struct http_response packed;
        http_get(client_of(state), documents[i], json_only, &json);
        http_get(client_of(state), documents[i], "Accept: application/msgpack\n", &packed);
        assert_int_equal(json.status, 200);
        assert_int_equal(packed.status, 200);
        assert_string_equal(http_header(&json, "Content-Type"), "application/json");
        assert_string_equal(http_header(&packed, "Content-Type"), "application/msgpack");
        json_t *left = json_loadb(json.body, json.size, JSON_REJECT_DUPLICATES, NULL);
        json_t *right = msgpack_to_json(packed.body, packed.size);
        char *left_text = json_dumps(left, JSON_COMPACT);
        char *right_text = json_dumps(right, JSON_COMPACT);
        assert_string_equal(left_text, right_text);
        assert_string_not_equal(http_header(&json, "ETag"), http_header(&packed, "ETag"));

        char headers[256];
        struct http_response again;
        snprintf(headers, sizeof headers, "%sIf-None-Match: \"x\", W/%s\n", json_only,
                 http_header(&json, "ETag"));
        http_get(client_of(state), documents[i], headers, &again);
        assert_int_equal(again.status, 304);
        assert_int_equal(again.size, 0);
        assert_string_equal(http_header(&again, "Vary"), "Accept, Accept-Encoding");
        assert_string_equal(http_header(&again, "Cache-Control"),
                            http_header(&json, "Cache-Control"));
        http_response_free(&again);

        struct http_request head = {.method = "HEAD", .target = documents[i], .headers = json_only};
        http_send(client_of(state), &head, &again);
        assert_int_equal(again.status, 200);
        assert_int_equal(again.size, 0);
        assert_string_equal(http_header(&again, "ETag"), http_header(&json, "ETag"));
        assert_string_equal(http_header(&again, "Content-Length"),
                            http_header(&json, "Content-Length"));
        http_response_free(&again);

        free(left_text);
        free(right_text);
        json_decref(left);
        json_decref(right);
        http_response_free(&json);
        http_response_free(&packed);
    }
}

/* The three representations of one path do not share a cache entry. */
static void keeps_representations_apart(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde/1.0.219/download"},
         .status = 302,
         .headers = {"X-Cache: miss"}},
        {.request = {.target = CRATES "SERDE/1.0.219/download",
                     .headers = "Accept: application/json\n"},
         .status = 200,
         .headers = {"X-Cache: miss", "Content-Type: application/json"}},
        {.request = {.target = CRATES "serde/1.0.219/download",
                     .headers = "Accept: application/x-msgpack\n"},
         .status = 200,
         .headers = {"X-Cache: miss", "Content-Type: application/msgpack"}},
        {.request = {.target = CRATES "Serde/1.0.219/download", .headers = "Accept: image/*\n"},
         .status = 302,
         .headers = {"X-Cache: hit", "Location: " CDN "/crates/serde/serde-1.0.219.crate"}},
        {.request = {.target = CRATES "serde/1.0.219/download",
                     .headers = "Accept: application/json\n"},
         .status = 200,
         .headers = {"X-Cache: hit", "Content-Type: application/json"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void sends_to_another_cdn(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--cdn-url", "http://mirror.example:8080/pub/", NULL};
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde/1.0.228/download"},
         .status = 302,
         .headers = {"Location: http://mirror.example:8080/pub/crates/serde/serde-1.0.228.crate"}},
        {.request = {.target = CRATES "serde/1.0.228/readme",
                     .headers = "Accept: application/json\n"},
         .status = 200,
         .body = {{"url", "\"http://mirror.example:8080/pub/readmes/serde/serde-1.0.228.html\""}}},
    };
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    http_cases_run(fixture.client, cases, N_ELEMENTS(cases));
    http_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redirects_to_the_files),
        cmocka_unit_test(gives_the_url_to_who_asks_for_a_document),
        cmocka_unit_test(reports_what_does_not_exist),
        cmocka_unit_test(has_no_authors),
        cmocka_unit_test(lists_dependencies),
        cmocka_unit_test(lists_every_dependency_of_the_index),
        cmocka_unit_test(represents_both_encodings),
        cmocka_unit_test(keeps_representations_apart),
        cmocka_unit_test(sends_to_another_cdn),
    };
    return cmocka_run_group_tests(tests, http_fixture_start, http_fixture_stop);
}
