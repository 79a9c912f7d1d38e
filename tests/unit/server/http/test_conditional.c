/* Conditional requests: lists, weak and strong comparison, the star, what is malformed, dates, and
   which condition goes before which. */
#include "server/http/conditional.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ETAG "\"abc-br\""

static void matches(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool matches;
    } cases[] = {
        {NULL, false},
        {"", false},
        {ETAG, true},
        {"  " ETAG "  ", true},
        {"W/" ETAG, true},
        {"\"x\"," ETAG, true},
        {"\"x\" , W/\"y\",\t" ETAG ", \"z\"", true},
        {",, " ETAG ",", true},
        {"\"a,b\"," ETAG, true},
        {"*", true},
        {" * ", true},
        {"*x", false},
        {"*, \"x\"", false},
        {"\"abc\"", false},
        {"\"abc-br", false},
        {"\"ABC-br\"", false},
        {"abc-br", false},
        {"w/" ETAG, false},
        {"W/W/" ETAG, false},
        {"x " ETAG, false},
        {"\"\"", false},
        {"W/", false},
        {"\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (if_none_match(cases[i].field, ETAG) != cases[i].matches)
            fail_msg("'%s'", cases[i].field != NULL ? cases[i].field : "(none)");
}

static void reads_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Sun, 06 Nov 1994 08:49:37 GMT ", 784111777},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Tue, 29 Feb 2028 00:00:00 GMT", 1835395200},
        /* A year of two digits is at most 50 years ahead. */
        {"Sunday, 01-Nov-26 02:00:00 GMT", 1793498400},
        {"Sunday, 01-Nov-76 02:00:00 GMT", 3371421600},
        {"Tuesday, 01-Nov-77 02:00:00 GMT", 247197600},
        {"Mon, 30 Feb 2026 00:00:00 GMT", -1},
        {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
        {"Sun, 06 Nov 1994 08:49:37", -1},
        {"Sun, 06 Nov 1994 08:49:37 CET", -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT x", -1},
        {"784111777", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t seconds = -1;
        int status = http_date_parse(cases[i].text, 1793498400 /* 2026-11-01 */, &seconds);
        if (status != (cases[i].seconds < 0 ? -1 : 0) ||
            (status == 0 && seconds != cases[i].seconds))
            fail_msg("'%s': %lld", cases[i].text, (long long)seconds);
    }
}

#define MODIFIED 784111777
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define THEN "Sun, 06 Nov 1994 08:49:37 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"

/* The steps of RFC 9110, section 13.2.2. */
static void weighs_in_order(void **state)
{
    (void)state;
    static const struct {
        struct preconditions given;
        int64_t last_modified;
        enum precondition_outcome outcome;
    } cases[] = {
        {{0}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_modified_since = THEN}, MODIFIED, PRECONDITION_NOT_MODIFIED},
        {{.if_modified_since = AFTER}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_modified_since = "Sunday, 06-Nov-94 08:49:37 GMT"},
         MODIFIED,
         PRECONDITION_NOT_MODIFIED},
        {{.if_modified_since = "Sun Nov  6 08:49:37 1994"}, MODIFIED, PRECONDITION_NOT_MODIFIED},
        {{.if_modified_since = BEFORE}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_modified_since = "yesterday"}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_modified_since = "Thu, 01 Jan 1970 00:00:00 GMT"}, 0, PRECONDITION_PROCEED},
        {{.if_modified_since = THEN, .if_none_match = "\"x\""}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_modified_since = BEFORE, .if_none_match = ETAG}, MODIFIED, PRECONDITION_NOT_MODIFIED},
        {{.if_unmodified_since = THEN}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_unmodified_since = AFTER}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_unmodified_since = BEFORE}, MODIFIED, PRECONDITION_FAILED},
        {{.if_unmodified_since = "yesterday"}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_unmodified_since = BEFORE}, 0, PRECONDITION_PROCEED},
        {{.if_unmodified_since = BEFORE, .if_match = ETAG}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_unmodified_since = AFTER, .if_match = "\"x\""}, MODIFIED, PRECONDITION_FAILED},
        {{.if_match = "W/" ETAG}, MODIFIED, PRECONDITION_FAILED},
        {{.if_match = "W/" ETAG ", " ETAG}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_match = "*"}, MODIFIED, PRECONDITION_PROCEED},
        {{.if_match = ""}, MODIFIED, PRECONDITION_FAILED},
        {{.if_match = ETAG, .if_none_match = ETAG}, MODIFIED, PRECONDITION_NOT_MODIFIED},
        {{.if_match = "\"x\"", .if_none_match = ETAG}, MODIFIED, PRECONDITION_FAILED},
        {{.if_unmodified_since = THEN, .if_modified_since = THEN},
         MODIFIED,
         PRECONDITION_NOT_MODIFIED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (preconditions_weigh(&cases[i].given, ETAG, cases[i].last_modified) != cases[i].outcome)
            fail_msg("case %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches),
        cmocka_unit_test(reads_dates),
        cmocka_unit_test(weighs_in_order),
    };
    return cmocka_run_group_tests_name("conditional", tests, NULL, NULL);
}
