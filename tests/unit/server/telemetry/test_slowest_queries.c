/* Which computations are told as the slowest, and for how long. */
#include "server/telemetry/slowest_queries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void note(struct slowest_queries *slowest, double milliseconds, double now)
{
    struct outcome outcome;
    outcome_init(&outcome, 3);
    outcome.status = 200;
    slowest_queries_note(slowest, &outcome, milliseconds / 1e3, milliseconds > 90 ? "/slow" : NULL,
                         now);
}

/* They took so many milliseconds. */
static void expect(struct slowest_queries *slowest, double now, const unsigned *milliseconds,
                   size_t n)
{
    struct slowest_query queries[SLOWEST_MAX];
    assert_int_equal(slowest_queries_read(slowest, now, queries), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal((unsigned)(queries[i].seconds * 1e3 + 0.5), milliseconds[i]);
        assert_string_equal(queries[i].target, milliseconds[i] > 90 ? "/slow" : "");
        assert_int_equal(queries[i].route, 3);
    }
}

static void tells_the_slowest_of_ten_minutes(void **state)
{
    (void)state;
    struct error error;
    struct slowest_queries *slowest = slowest_queries_create(&error);
    assert_non_null(slowest);
    expect(slowest, 0, NULL, 0);
    for (unsigned i = 1; i <= 20; i++)
        note(slowest, (i * 7) % 20 + 1, 10); /* 1 to 20 in some order */
    expect(slowest, 11, (unsigned[]){20, 19, 18, 17, 16, 15, 14, 13}, 8);
    note(slowest, 100, 70);
    note(slowest, 5, 70); /* in a minute of its own, and of ten no more */
    expect(slowest, 71, (unsigned[]){100, 20, 19, 18, 17, 16, 15, 14}, 8);
    expect(slowest, 611, (unsigned[]){100, 5}, 2);
    note(slowest, 2, 611); /* in the list that the first minute had */
    expect(slowest, 612, (unsigned[]){100, 5, 2}, 3);
    expect(slowest, 2000, NULL, 0);
    slowest_queries_destroy(slowest);
    slowest_queries_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_the_slowest_of_ten_minutes)};
    return cmocka_run_group_tests_name("slowest_queries", tests, NULL, NULL);
}
