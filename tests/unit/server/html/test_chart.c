/* The chart of a number a day. */
#include "server/html/chart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void expect(const struct chart_day *days, size_t n_days, const char *expected)
{
    const struct chart_text text = {.title_id = "title", .unit = "downloads"};
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    assert_int_equal(chart_append(&out, &text, days, n_days), 0);
    assert_int_equal(msgpack_sbuffer_write(&out, "", 1), 0);
    assert_string_equal(out.data, expected);
    msgpack_sbuffer_destroy(&out);
}

/* The highest takes all of the height, the others their share of it; 0 has no bar. */
static void draws_a_bar_a_day(void **state)
{
    (void)state;
    static const struct chart_day days[] = {
        {"2026-10-30", 50}, {"2026-10-31", 0}, {"2026-11-01", 200}, {"2026-11-02", 100}};
    expect(days, N_ELEMENTS(days),
           "<svg role=\"img\" aria-labelledby=\"title\" viewBox=\"0 0 40 400\""
           " preserveAspectRatio=\"none\">"
           "<desc>From 2026-10-30 to 2026-11-02; most on 2026-11-01: 200 downloads.</desc>"
           "<path fill=\"currentColor\" d=\"M1 400v-100h8v100zM21 400v-400h8v400z"
           "M31 400v-200h8v200z\"/></svg>");
}

/* What is not 0 can be seen, and the largest numbers overflow nothing. */
static void shows_the_least_and_the_most(void **state)
{
    (void)state;
    static const struct chart_day days[] = {
        {"2026-10-30", 1}, {"2026-10-31", INT64_MAX}, {"2026-11-01", INT64_MAX}};
    expect(days, N_ELEMENTS(days),
           "<svg role=\"img\" aria-labelledby=\"title\" viewBox=\"0 0 30 400\""
           " preserveAspectRatio=\"none\">"
           "<desc>From 2026-10-30 to 2026-11-01; most on 2026-10-31: 9223372036854775807 "
           "downloads.</desc>"
           "<path fill=\"currentColor\" d=\"M1 400v-1h8v1zM11 400v-400h8v400z"
           "M21 400v-400h8v400z\"/></svg>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_a_bar_a_day),
        cmocka_unit_test(shows_the_least_and_the_most),
    };
    return cmocka_run_group_tests_name("chart", tests, NULL, NULL);
}
