/* If-None-Match: lists, weak comparison, the star, and what is malformed. */
#include "server/conditional.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(matches)};
    return cmocka_run_group_tests_name("conditional", tests, NULL, NULL);
}
