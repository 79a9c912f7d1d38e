/* RFC 9111 (caching), as far as it is an origin's part: what may be kept, for how long, under which
   key, and by which tags it can be purged. tests/http/test_varnish.c shows a cache that does so. */
#include "tests/support/http_fixture.h"
#include "tests/support/raw_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define LIST "/api/v1/crates?q=serde&per_page=1"
#define LISTED                                                                                     \
    "Cache-Control: public, max-age=60",                                                           \
        "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600"

static void says_what_may_be_kept(void **state)
{
    static const struct raw_case cases[] = {
        {"9111, 5.2.2.1: max-age",
         RAW_GET(LIST, ""),
         "200",
         {LISTED, "!Expires", "!Pragma", "Surrogate-Key: crates", "xkey: crates"},
         NULL,
         false},
        {"9111, 5.2.2.9: public",
         RAW_GET("/api/v1/summary", ""),
         "200",
         {"Cache-Control: public, max-age=15",
          "CDN-Cache-Control: public, max-age=15, stale-while-revalidate=60"},
         NULL,
         false},
        {"9213, 2: stale-while-revalidate is for shared caches alone",
         RAW_GET("/api/v1/suggest?q=se", ""),
         "200",
         {LISTED, "Surrogate-Key: crates"},
         NULL,
         false},
        {"9111, 5.2.2.5: states are not kept",
         RAW_GET("/healthz", ""),
         "200",
         {"Cache-Control: no-store", "!CDN-Cache-Control", "!ETag", "!Surrogate-Key", "!xkey"},
         NULL,
         false},
        {"9111, 5.2.2.5: nor is readiness",
         RAW_GET("/readyz", ""),
         "200",
         {"Cache-Control: no-store", "!ETag"},
         NULL,
         false},
        {"9111, 5.2.2.5: nor are metrics",
         RAW_GET("/metrics", ""),
         "200",
         {"Cache-Control: no-store", "!ETag"},
         NULL,
         false},
        {"9111, 4.2.2: 404 could be kept by guess",
         RAW_GET("/nothing", ""),
         "404",
         {"Cache-Control: no-store", "!CDN-Cache-Control", "!Surrogate-Key", "!xkey"},
         NULL,
         false},
        {"9111, 4.2.2: 405, too",
         RAW_REQUEST("DELETE", LIST, ""),
         "405",
         {"Cache-Control: no-store"},
         NULL,
         false},
        {"9111, 4.2.2: and 414 and 501",
         RAW_REQUEST("BREW", LIST, ""),
         "501",
         {"Cache-Control: no-store"},
         NULL,
         false},
        {"9111, 3: errors of parameters",
         RAW_GET("/api/v1/crates?per_page=101", ""),
         "400",
         {"Cache-Control: no-store"},
         NULL,
         false},
        {"9111, 3: what cannot be negotiated",
         RAW_GET(LIST, "Accept: image/png\r\n"),
         "406",
         {"Cache-Control: no-store"},
         NULL,
         false},
        {"9111, 4.3.4: 304 says it again",
         RAW_GET(LIST, "If-None-Match: *\r\n"),
         "304",
         {LISTED, "ETag", "Vary: Accept, Accept-Encoding", "xkey: crates"},
         "",
         false},
        {"9111, 4.3.5: HEAD says what GET does",
         RAW_HEAD(LIST, ""),
         "200",
         {LISTED, "ETag"},
         "",
         false},
        {"9111, 4.1: the key has both fields",
         RAW_GET(LIST, "Accept-Encoding: br\r\n"),
         "200",
         {"Vary: Accept, Accept-Encoding", "Content-Encoding: br"},
         NULL,
         false},
        {"9111, 5.2.1.1: a client's max-age is for caches",
         RAW_GET(LIST, "Cache-Control: max-age=0\r\n"),
         "200",
         {LISTED},
         NULL,
         false},
        {"9111, 5.2.1.7: so is only-if-cached",
         RAW_GET("/api/v1/crates?q=never+asked", "Cache-Control: only-if-cached\r\n"),
         "200",
         {LISTED},
         NULL,
         false},
        {"9111, 5.4: so is Pragma",
         RAW_GET(LIST, "Pragma: no-cache\r\n"),
         "200",
         {LISTED},
         NULL,
         false},
        {"9111, 5.1: an origin's second answer has no Age either",
         RAW_KEPT("GET", LIST, "") RAW_GET(LIST, ""),
         "200 200",
         {"X-Cache: hit", "!Age"},
         NULL,
         false},
        {"9211, 2: and no Cache-Status of others",
         RAW_GET(LIST, ""),
         "200",
         {"!Cache-Status", "!Via"},
         NULL,
         false},
        {"9111, 3.5: answers do not depend on credentials",
         RAW_GET(LIST, "Authorization: Bearer x\r\n"),
         "200",
         {LISTED},
         NULL,
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

/* 9111, 4.3.1: a validator stays as long as the answer does, whoever asks and however it came
   about. */
static void keeps_validators(void **state)
{
    static const char *const requests[] = {
        RAW_GET("/api/v1/crates?q=serde&per_page=1", ""),
        RAW_GET("/api/v1/crates?per_page=1&q=serde", "User-Agent: x\r\n"),
        RAW_GET("/api/v1/summary", ""),
        RAW_HEAD("/api/v1/summary", "Accept: application/json\r\n"),
    };
    for (size_t i = 0; i < N_ELEMENTS(requests); i++) {
        char *first = raw_header(server_of(state), requests[i], "ETag");
        char *second = raw_header(server_of(state), requests[i], "ETag");
        assert_string_equal(first, second);
        assert_true(first[0] == '"');
        free(first);
        free(second);
    }
    struct http_fixture fresh;
    static const char *const arguments[] = {"--cache-bytes", "0", NULL};
    http_fixture_open(&fresh, arguments);
    for (size_t i = 0; i < N_ELEMENTS(requests); i++) {
        char *cached = raw_header(server_of(state), requests[i], "ETag");
        char *computed = raw_header(&fresh.server, requests[i], "ETag");
        assert_string_equal(cached, computed);
        free(cached);
        free(computed);
    }
    http_fixture_close(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_may_be_kept),
        cmocka_unit_test(keeps_validators),
    };
    return cmocka_run_group_tests_name("rfc9111", tests, http_fixture_start, http_fixture_stop);
}
