/* Lists of versions: sorts, numbers, pages, release tracks, errors. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define SERDE "/api/v1/crates/serde/versions"
#define TRACKS                                                                                     \
    "{\"1\":{\"highest\":\"1.0.228\"},\"0.9\":{\"highest\":\"0.9.0\"},"                            \
    "\"0.8\":{\"highest\":\"0.8.23\"},\"0.6\":{\"highest\":\"0.6.0\"},"                            \
    "\"0.2\":{\"highest\":\"0.2.0\"}}"

static void lists_versions(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = SERDE},
         .status = 200,
         .headers = {"Surrogate-Key: crate/serde", "Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600", "ETag"},
         .body = {{"length", "2"},
                  {"versions.length", "9"},
                  {"versions[0].num", "\"1.0.228\""},
                  {"versions[0].length", "28"},
                  {"versions[8].num", "\"0.2.0\""},
                  {"meta", "{\"total\":9,\"next_page\":null}"}}},
        {.request = {.target = "/api/v1/crates/SERDE/versions?sort=DATE&include="},
         .status = 200,
         .body = {{"versions[8].num", "\"0.2.0\""}, {"meta.length", "2"}}},
        {.request = {.target = SERDE "?nums[]=0.2.0&nums[]=1.0.152&nums[]=7.0.0"},
         .status = 200,
         .body = {{"versions.length", "2"},
                  {"versions[0].num", "\"1.0.152\""},
                  {"versions[1].num", "\"0.2.0\""},
                  {"meta.total", "2"}}},
        {.request = {.target = SERDE "?nums[]=7.0.0"},
         .status = 200,
         .body = {{"versions", "[]"}, {"meta", "{\"total\":0,\"next_page\":null}"}}},
        {.request = {.target = SERDE "?include=release_tracks&nums[]=0.8.23"},
         .status = 200,
         .body = {{"meta.release_tracks", "{\"0.8\":{\"highest\":\"0.8.23\"}}"}}},
        {.request = {.target = SERDE "?include=,release_tracks,&sort=date"},
         .status = 200,
         .body = {{"meta.length", "3"}, {"meta.release_tracks", TRACKS}}},
        /* Without per_page there are no pages, whatever is said of them. */
        {.request = {.target = SERDE "?page=3&seek=nonsense"},
         .status = 200,
         .body = {{"versions.length", "9"}, {"meta.next_page", "null"}}},
        {.request = {.target =
                         SERDE "?per_page=2&nums[]=0.6.0&nums[]=0.9.0&include=release_tracks"},
         .status = 200,
         .body = {{"versions.length", "2"},
                  {"meta.total", "2"},
                  {"meta.release_tracks", TRACKS},
                  {"meta.next_page", "\"?per_page=2&nums%5B%5D=0.6.0&nums%5B%5D=0.9.0&"
                                     "include=release_tracks&seek=djoxMDg6MC42LjA\""}}},
        {.request = {.target = SERDE "?per_page=100"},
         .status = 200,
         .body = {{"versions.length", "9"}, {"meta", "{\"total\":9,\"next_page\":null}"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void refuses(void **state)
{
    static const struct {
        const char *target;
        long status;
        const char *detail;
    } cases[] = {
        {SERDE "?per_page=101", 400, "cannot request more than 100 items"},
        {SERDE "?per_page=0", 400,
         "Failed to deserialize query string: per_page: number would be zero for non-zero type"},
        {SERDE "?per_page=x", 400,
         "Failed to deserialize query string: per_page: invalid digit found in string"},
        {SERDE "?page=x", 400,
         "Failed to deserialize query string: page: invalid digit found in string"},
        {SERDE "?per_page=2&page=1", 400, "?page= is not supported for this request"},
        {SERDE "?per_page=2&page=900", 400, "?page= is not supported for this request"},
        {SERDE "?per_page=2&page=1&seek=x", 400, "providing both ?page= and ?seek= is unsupported"},
        {SERDE "?per_page=2&seek=!", 400, "invalid seek parameter"},
        {SERDE "?per_page=2&seek=", 400, "invalid seek parameter"},
        /* The key of the other sort. */
        {SERDE "?per_page=2&sort=date&seek=djoxMDg6MC42LjA", 400, "invalid seek parameter"},
        {SERDE "?include=versions", 400,
         "invalid component for ?include= (expected 'release_tracks')"},
        {"/api/v1/crates/no-such-crate/versions", 404, "crate `no-such-crate` does not exist"},
        {"/api/v1/crates/no-such-crate/versions?include=x", 404,
         "crate `no-such-crate` does not exist"},
        {"/api/v1/crates/no-such-crate/versions?page=x", 400,
         "Failed to deserialize query string: page: invalid digit found in string"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        json_t *body = http_get_json(client_of(state), cases[i].target, cases[i].status);
        assert_string_equal(json_text_at(body, "errors[0].detail"), cases[i].detail);
        json_decref(body);
    }
}

/* Follows next_page and expects what the whole list has, in its order. */
static void walk(struct http_client *client, const char *crate, const char *query,
                 unsigned per_page)
{
    char target[1024];
    snprintf(target, sizeof target, "/api/v1/crates/%s/versions?%s", crate, query);
    json_t *whole = http_get_json(client, target, 200);
    json_t *expected = json_object_get(whole, "versions");
    size_t n = json_array_size(expected);
    size_t at = 0;
    unsigned n_pages = 0;
    snprintf(target, sizeof target, "/api/v1/crates/%s/versions?%s&per_page=%u", crate, query,
             per_page);
    for (bool is_last = false; !is_last; n_pages++) {
        json_t *page = http_get_json(client, target, 200);
        json_t *versions = json_object_get(page, "versions");
        for (size_t i = 0; i < json_array_size(versions); i++, at++)
            assert_true(json_equal(json_array_get(versions, i), json_array_get(expected, at)));
        assert_int_equal(json_integer_at(page, "meta.total"),
                         json_array_size(versions) > 0 ? n : 0);
        json_t *next = json_at(page, "meta.next_page");
        is_last = json_is_null(next);
        assert_int_equal(is_last, json_array_size(versions) < per_page);
        if (!is_last)
            snprintf(target, sizeof target, "/api/v1/crates/%s/versions%s", crate,
                     json_string_value(next));
        json_decref(next);
        json_decref(page);
    }
    assert_int_equal(at, n);
    assert_int_equal(n_pages, n / per_page + 1);
    json_decref(whole);
}

static void pages_are_the_list(void **state)
{
    static const char *const crates[] = {"serde", "libbindgen", "cretonne-codegen"};
    static const char *const queries[] = {"sort=semver", "sort=date", "include=release_tracks",
                                          "nums[]=0.1.0&nums[]=0.9.0&sort=date"};
    static const unsigned lengths[] = {1, 2, 3, 9, 100};
    for (size_t i = 0; i < N_ELEMENTS(crates) * N_ELEMENTS(queries); i++) {
        for (size_t j = 0; j < N_ELEMENTS(lengths); j++)
            walk(client_of(state), crates[i / N_ELEMENTS(queries)],
                 queries[i % N_ELEMENTS(queries)], lengths[j]);
    }
}

/* The same page with its parameters in another order: one entry of the cache, its own links, and
   the tracks are still there. */
static void spells_links_as_the_request_does(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = SERDE "?per_page=4&include=release_tracks&x=1"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {{"meta.next_page",
                   "\"?per_page=4&include=release_tracks&x=1&seek=djoxNzAxOjEuMC4xNTI\""},
                  {"meta.length", "3"},
                  {"meta.release_tracks", TRACKS}}},
        {.request = {.target = SERDE "?x=1&include=release_tracks&per_page=4"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {{"versions.length", "4"},
                  {"meta.next_page",
                   "\"?x=1&include=release_tracks&per_page=4&seek=djoxNzAxOjEuMC4xNTI\""},
                  {"meta.length", "3"},
                  {"meta.total", "9"},
                  {"meta.release_tracks", TRACKS}}},
        /* The seek that is set is dropped where it stood. */
        {.request = {.target = SERDE "?seek=djoxNzAxOjEuMC4xNTI&include=release_tracks&per_page=4"},
         .status = 200,
         .body = {{"versions.length", "4"},
                  {"meta.next_page",
                   "\"?include=release_tracks&per_page=4&seek=djoxMDg6MC42LjA\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
    struct http_response packed;
    http_get(client_of(state), cases[0].request.target, "Accept: application/msgpack\n", &packed);
    http_response_free(&packed);
    http_get(client_of(state), cases[1].request.target, "Accept: application/msgpack\n", &packed);
    assert_string_equal(http_header(&packed, "X-Cache"), "hit");
    http_response_free(&packed);
}

static void shares_what_is_the_same(void **state)
{
    static const char *const targets[][2] = {
        {"/api/v1/crates/tokio/versions", "/api/v1/crates/Tokio/versions?sort=semver&page=2"},
        {"/api/v1/crates/tokio/versions?nums[]=1.0.0&nums[]=0.1.0",
         "/api/v1/crates/tokio/versions?nums[]=0.1.0&nums[]=1.0.0&nums[]=0.1.0&sort=x"},
    };
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        struct http_response response;
        http_get(client_of(state), targets[i][0], NULL, &response);
        assert_string_equal(http_header(&response, "X-Cache"), "miss");
        http_response_free(&response);
        http_get(client_of(state), targets[i][1], NULL, &response);
        assert_string_equal(http_header(&response, "X-Cache"), "hit");
        http_response_free(&response);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_versions),
        cmocka_unit_test(refuses),
        cmocka_unit_test(pages_are_the_list),
        cmocka_unit_test(spells_links_as_the_request_does),
        cmocka_unit_test(shares_what_is_the_same),
    };
    return cmocka_run_group_tests_name("versions", tests, http_fixture_start, http_fixture_stop);
}
