/* What the result cache promises to clients: which requests share an answer, that the answer is
   theirs to the last link, and what X-Cache and Server-Timing say. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates?"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void expect_cache(struct http_client *client, const char *target, const char *headers,
                         const char *expected)
{
    struct http_response response;
    http_get(client, target, headers, &response);
    assert_int_equal(response.status, 200);
    const char *found = http_header(&response, "X-Cache");
    if (found == NULL || strcmp(found, expected) != 0)
        fail_msg("%s: X-Cache is %s, not %s", target, found != NULL ? found : "absent", expected);
    http_response_free(&response);
}

static void says_hit_or_miss(void **state)
{
    static const char *const targets[] = {LIST "q=sayshit", "/api/v1/summary",
                                          "/api/v1/suggest?q=sayshit"};
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        expect_cache(client_of(state), targets[i], NULL, "miss");
        expect_cache(client_of(state), targets[i], NULL, "hit");
        /* Another encoding is another answer, another coding is the same. */
        expect_cache(client_of(state), targets[i], "Accept: application/msgpack\n", "miss");
        expect_cache(client_of(state), targets[i], "Accept-Encoding: br\n", "hit");
        expect_cache(client_of(state), targets[i], "Accept-Encoding: br\n", "hit");
    }
}

/* The milliseconds of a part in a Server-Timing field. */
static double duration_of(const char *field, const char *part)
{
    const char *at = strstr(field, part);
    assert_non_null(at);
    return at != NULL ? strtod(at + strlen(part), NULL) : 0;
}

static void times_the_parts(void **state)
{
    static const char *const parts[] = {" search;dur=", " assemble;dur=", " compress;dur="};
    struct http_response response;
    http_get(client_of(state), LIST "q=time&per_page=100", "Accept-Encoding: gzip\n", &response);
    const char *field = http_header(&response, "Server-Timing");
    assert_int_equal(strncmp(field, "cache;desc=miss,", 16), 0);
    for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
        double milliseconds = duration_of(field, parts[i]);
        assert_true(milliseconds > 0 && milliseconds < 10000);
    }
    http_response_free(&response);
    http_get(client_of(state), LIST "q=time&per_page=100", "Accept-Encoding: gzip\n", &response);
    assert_string_equal(http_header(&response, "Server-Timing"), "cache;desc=hit");
    http_response_free(&response);
}

/* The second request of a pair is answered from the first one's entry, with the same crates. */
static void shares_entries(void **state)
{
    static const char *const pairs[][2] = {
        {"q=share&page=1", "page=1&q=share"},
        {"q=SHAREcase", "q=sharecase"},
        {"q=share+spaces", "q=++share%20%20spaces+"},
        {"q=share1&per_page=10", "q=share1"},
        {"q=share2&sort=relevance", "q=share2"},
        {"q=share3&sort=nonsense", "q=share3&sort="},
        {"q=share4&sort=alpha", "q=share4&sort=alphabetical"},
        {"q=share5&unknown=1", "q=share5"},
        {"q=share6&match=best", "q=share6"},
        {"q=share9&sort=downloads&match=all", "q=share9&sort=downloads"},
        {"q=share10&match=all&sort=alpha", "sort=alphabetical&q=share10"},
        {"match=best&per_page=19", "per_page=19"},
        {"q=share11&explain=0", "q=share11"},
        {"q=share7&include_yanked=yes", "q=share7"},
        {"q=first&q=share8", "q=share8"},
        {"sort=alpha&per_page=17", "per_page=17"},
        {"all_keywords=gzip+Deflate", "all_keywords=deflate%20gzip+gzip"},
        {"keyword=http", "all_keywords=HTTP"},
        {"keyword=tls&letter=x&ids[]=a", "keyword=tls"},
        {"letter=B", "letter=bananas"},
        {"ids[]=serde&ids[]=tokio", "ids%5B%5D=tokio&ids[]=serde&ids[]=tokio"},
        {"user_id=0001", "user_id=1&team_id=5"},
    };
    for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
        char target[2][256];
        json_t *crates[2];
        for (size_t j = 0; j < 2; j++) {
            snprintf(target[j], sizeof target[j], LIST "%s", pairs[i][j]);
            expect_cache(client_of(state), target[j], NULL, j == 0 ? "miss" : "hit");
            json_t *body = http_get_json(client_of(state), target[j], 200);
            crates[j] = json_at(body, "crates");
            json_decref(body);
        }
        assert_true(json_equal(crates[0], crates[1]));
        json_decref(crates[0]);
        json_decref(crates[1]);
    }
}

/* Requests that look alike but ask for something else. */
static void keeps_others_apart(void **state)
{
    static const char *const targets[] = {
        "q=apart",
        "q=ap+art",
        "q=apart&page=1",
        "q=apart&page=2",
        "q=apart&per_page=11",
        "q=apart&include_yanked=no",
        "q=apart&sort=new",
        "q=apart&letter=a",
        "q=apart&keyword=a",
        "q=apart&category=a",
        "q=apart&category=A",
        "q=apart&ids[]=a",
        "q=apart&ids[]=A",
        "q=apart&ids[]=",
        "q=apart&user_id=7",
        "q=apart&team_id=7",
        "q=apart&ids[]=a&ids[]=b",
        "q=apart&ids[]=ab",
        "keyword=apart",
        "ids[]=apart",
        "letter=&category=apart",
    };
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        char target[256];
        snprintf(target, sizeof target, LIST "%s", targets[i]);
        expect_cache(client_of(state), target, NULL, "miss");
    }
    expect_cache(client_of(state), "/api/v1/suggest?q=apart", NULL, "miss");
    expect_cache(client_of(state), "/api/v1/suggest?q=APART&limit=10", NULL, "hit");
    expect_cache(client_of(state), "/api/v1/suggest?q=apart&limit=11", NULL, "miss");
    expect_cache(client_of(state), "/api/v1/suggest?q=ap-art", NULL, "miss");
    expect_cache(client_of(state), "/api/v1/suggest?q=ap_art", NULL, "hit");
}

/* The page for a query in JSON or MessagePack, as JSON. */
static json_t *get_page(struct http_client *client, const char *query, bool packed,
                        const char *expected_cache)
{
    char target[512];
    struct http_response response;
    snprintf(target, sizeof target, LIST "%s", query);
    http_get(client, target, packed ? "Accept: application/msgpack\n" : NULL, &response);
    assert_string_equal(http_header(&response, "X-Cache"), expected_cache);
    json_t *page = packed ? msgpack_to_json(response.body, response.size)
                          : json_loadb(response.body, response.size, 0, NULL);
    assert_non_null(page);
    http_response_free(&response);
    return page;
}

/* One entry, three spellings: the same crates, and everybody's own links. */
static void spells_links_as_each_client_does(void **state)
{
    static const struct {
        const char *query;
        const char *next;
        const char *previous;
    } requests[] = {
        {"per_page=2&q=async&page=2", "?per_page=2&q=async&page=3", "?per_page=2&q=async&page=1"},
        {"page=2&q=ASYNC&per_page=2", "?q=ASYNC&per_page=2&page=3", "?q=ASYNC&per_page=2&page=1"},
        {"x=1&page=2&q=%61sync&per_page=2", "?x=1&q=async&per_page=2&page=3",
         "?x=1&q=async&per_page=2&page=1"},
    };
    for (unsigned packed = 0; packed < 2; packed++) {
        json_t *first = NULL;
        for (size_t i = 0; i < 2 * N_ELEMENTS(requests); i++) {
            size_t n = i % N_ELEMENTS(requests);
            json_t *page =
                get_page(client_of(state), requests[n].query, packed != 0, i == 0 ? "miss" : "hit");
            assert_string_equal(json_text_at(page, "meta.next_page"), requests[n].next);
            assert_string_equal(json_text_at(page, "meta.prev_page"), requests[n].previous);
            if (first == NULL)
                first = json_incref(page);
            assert_true(
                json_equal(json_object_get(page, "crates"), json_object_get(first, "crates")));
            assert_int_equal(json_integer_at(page, "meta.total"),
                             json_integer_at(first, "meta.total"));
            assert_int_equal(json_object_size(page), 2);
            json_decref(page);
        }
        json_decref(first);
    }
}

/* Validators follow the bytes: another spelling is another representation. */
static void gives_spellings_their_own_etags(void **state)
{
    struct http_response responses[3];
    http_get(client_of(state), LIST "q=rust&per_page=1", NULL, &responses[0]);
    http_get(client_of(state), LIST "per_page=1&q=rust", NULL, &responses[1]);
    http_get(client_of(state), LIST "q=rust&per_page=1", NULL, &responses[2]);
    assert_string_not_equal(http_header(&responses[0], "ETag"), http_header(&responses[1], "ETag"));
    assert_string_equal(http_header(&responses[0], "ETag"), http_header(&responses[2], "ETag"));
    for (size_t i = 0; i < 3; i++)
        http_response_free(&responses[i]);
}

static void answers_head_and_304_on_a_miss(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.method = "HEAD", .target = LIST "q=headmiss"},
         .status = 200,
         .headers = {"X-Cache: miss"}},
        {.request = {.target = LIST "q=headmiss"}, .status = 200, .headers = {"X-Cache: hit"}},
        {.request = {.target = LIST "q=notmodifiedmiss", .headers = "If-None-Match: *\n"},
         .status = 304,
         .headers = {"X-Cache: miss", "ETag"}},
        {.request = {.target = LIST "q=notmodifiedmiss"},
         .status = 200,
         .headers = {"X-Cache: hit"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void never_keeps_errors(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "seek=broken"}, .status = 400, .headers = {"!X-Cache"}},
        {.request = {.target = LIST "seek=broken"}, .status = 400, .headers = {"!X-Cache"}},
        {.request = {.target = "/healthz"}, .status = 200, .headers = {"!X-Cache"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void works_without_a_cache(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--cache-bytes", "0", NULL};
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    for (int i = 0; i < 3; i++) {
        expect_cache(fixture.client, LIST "q=serde", "Accept-Encoding: zstd\n", "miss");
        expect_cache(fixture.client, LIST "sort=new&per_page=1", NULL, "miss");
    }
    http_fixture_close(&fixture);
}

/* An answer that is too large to be kept is served all the same. */
static void serves_what_it_cannot_keep(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--cache-bytes", "64K", NULL};
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    for (int i = 0; i < 3; i++)
        expect_cache(fixture.client, LIST "per_page=100", "Accept-Encoding: gzip\n", "miss");
    expect_cache(fixture.client, LIST "per_page=1", NULL, "miss");
    expect_cache(fixture.client, LIST "per_page=1", NULL, "hit");
    http_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_hit_or_miss),
        cmocka_unit_test(times_the_parts),
        cmocka_unit_test(shares_entries),
        cmocka_unit_test(keeps_others_apart),
        cmocka_unit_test(spells_links_as_each_client_does),
        cmocka_unit_test(gives_spellings_their_own_etags),
        cmocka_unit_test(answers_head_and_304_on_a_miss),
        cmocka_unit_test(never_keeps_errors),
        cmocka_unit_test(works_without_a_cache),
        cmocka_unit_test(serves_what_it_cannot_keep),
    };
    return cmocka_run_group_tests_name("result_cache", tests, http_fixture_start,
                                       http_fixture_stop);
}
