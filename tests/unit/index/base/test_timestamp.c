/* Timestamps: texts in both forms against known seconds, days against a count of days by hand. */
#include <cratedex/timestamp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct example {
    const char *text;
    int64_t microseconds;
    const char *formatted;
};

static void test_parses_and_formats(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"1970-01-01 00:00:00+00", 0, "1970-01-01T00:00:00Z"},
        {"2020-11-27 02:00:00.123456+00", 1606442400123456, "2020-11-27T02:00:00.123456Z"},
        {"2020-11-27 02:00:00.12+00", 1606442400120000, "2020-11-27T02:00:00.120Z"},
        {"2020-11-27 02:00:00.000001+00", 1606442400000001, "2020-11-27T02:00:00.000001Z"},
        {"2020-11-27 02:00:00.000000+00", 1606442400000000, "2020-11-27T02:00:00Z"},
        {"2020-11-27 02:00:00", 1606442400000000, "2020-11-27T02:00:00Z"},
        {"2020-11-27T02:00:00Z", 1606442400000000, "2020-11-27T02:00:00Z"},
        {"2020-11-27t02:00:00.5z", 1606442400500000, "2020-11-27T02:00:00.500Z"},
        {"2020-11-27T02:00:00.123456789Z", 1606442400123456, "2020-11-27T02:00:00.123456Z"},
        {"2020-11-27 02:00:00+05", 1606424400000000, "2020-11-26T21:00:00Z"},
        {"2020-11-27 02:00:00+05:30", 1606422600000000, "2020-11-26T20:30:00Z"},
        {"2020-11-27 02:00:00.25-09:30", 1606476600250000, "2020-11-27T11:30:00.250Z"},
        {"2020-11-27 02:00:00-00:00", 1606442400000000, "2020-11-27T02:00:00Z"},
        {"2020-11-27", 1606435200000000, "2020-11-27T00:00:00Z"},
        {"2000-02-29", 951782400000000, "2000-02-29T00:00:00Z"},
        {"1969-12-31 23:59:59.999999+00", -1, "1969-12-31T23:59:59.999999Z"},
        {"0001-01-01 00:00:00+00", -62135596800000000, "0001-01-01T00:00:00Z"},
        {"9999-12-31 23:59:59.999999+00", 253402300799999999, "9999-12-31T23:59:59.999999Z"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        int64_t microseconds;
        char text[TIMESTAMP_TEXT_SIZE];
        if (timestamp_parse(examples[i].text, strlen(examples[i].text), &microseconds) != 0)
            fail_msg("refused %s", examples[i].text);
        assert_int_equal(microseconds, examples[i].microseconds);
        size_t length = timestamp_format(microseconds, text);
        assert_int_equal(length, strlen(examples[i].formatted));
        assert_string_equal(text, examples[i].formatted);
    }
}

static void test_refuses(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "2020",
        "2020-11",
        "2020-11-",
        "2020-11-2",
        "2020-1-27",
        "20-11-27",
        "2020-11-271",
        " 2020-11-27",
        "2020-11-27 ",
        "2020-00-01",
        "2020-13-01",
        "2020-01-00",
        "2020-01-32",
        "2020-04-31",
        "2019-02-29",
        "1900-02-29",
        "2100-02-29",
        "0000-01-01",
        "2020-11-27 24:00:00",
        "2020-11-27 23:60:00",
        "2020-11-27 23:59:60",
        "2020-11-27 2:00:00",
        "2020-11-27 02:00",
        "2020-11-27 02:00:00.",
        "2020-11-27 02:00:00.+00",
        "2020-11-27 02:00:00.1x",
        "2020-11-27 02:00:00+",
        "2020-11-27 02:00:00+5",
        "2020-11-27 02:00:00+24",
        "2020-11-27 02:00:00+05:",
        "2020-11-27 02:00:00+05:60",
        "2020-11-27 02:00:00+05:30x",
        "2020-11-27 02:00:00ZZ",
        "2020-11-27_02:00:00Z",
        "2020/11/27",
        "-2020-11-27",
        "+2020-11-27",
        "0001-01-01 00:00:00+01",
        "9999-12-31 23:59:59-01",
        "infinity",
        "2020-11-27 BC",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t microseconds = 42;
        if (timestamp_parse(texts[i], strlen(texts[i]), &microseconds) != -1)
            fail_msg("accepted %s", texts[i]);
        assert_int_equal(microseconds, 42);
    }
}

/* A text that is cut must not be read past its end. */
static void test_uses_length(void **state)
{
    (void)state;
    static const char text[] = "2020-11-27 02:00:00.123456+00";
    int64_t microseconds;
    assert_int_equal(timestamp_parse(text, 10, &microseconds), 0);
    assert_int_equal(microseconds, 1606435200000000);
    assert_int_equal(timestamp_parse(text, 19, &microseconds), 0);
    assert_int_equal(microseconds, 1606442400000000);
    assert_int_equal(timestamp_parse(text, 22, &microseconds), 0);
    assert_int_equal(microseconds, 1606442400120000);
    assert_int_equal(timestamp_parse(text, 27, &microseconds), -1);
}

/* Every day of two eras of 400 years, counted one by one, there and back. */
static void test_every_day(void **state)
{
    (void)state;
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected = INT64_C(-11644473600) * 1000000; /* 1601-01-01 */
    for (int year = 1601; year <= 2404; year++) {
        for (int month = 1; month <= 12; month++) {
            bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            int n_days = month_days[month - 1] + (month == 2 && is_leap);
            for (int day = 1; day <= n_days; day++) {
                char text[64], formatted[TIMESTAMP_TEXT_SIZE];
                int64_t microseconds;
                snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month, day);
                assert_int_equal(timestamp_parse(text, 20, &microseconds), 0);
                if (microseconds != expected)
                    fail_msg("%s", text);
                timestamp_format(microseconds, formatted);
                if (strcmp(formatted, text) != 0)
                    fail_msg("%s came back as %s", text, formatted);
                expected += INT64_C(86400000000);
            }
        }
    }
}

/* The C library as an oracle, and values no parse gives: the buffer must do. */
static void test_formats_like_gmtime(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        time_t seconds = (time_t)(random >> 24) % INT64_C(300000000000) - INT64_C(60000000000);
        struct tm time;
        char expected[64], text[TIMESTAMP_TEXT_SIZE];
        assert_non_null(gmtime_r(&seconds, &time));
        if (time.tm_year + 1900 < 1 || time.tm_year + 1900 > 9999)
            continue;
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ", time.tm_year + 1900,
                 time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec);
        timestamp_format((int64_t)seconds * 1000000, text);
        assert_string_equal(text, expected);
    }
    char text[TIMESTAMP_TEXT_SIZE];
    size_t length = timestamp_format(INT64_MIN, text);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, "-290308-12-21T19:59:05.224192Z");
    length = timestamp_format(INT64_MAX, text);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, "294247-01-10T04:00:54.775807Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses_and_formats),  cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_uses_length),         cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_formats_like_gmtime),
    };
    return cmocka_run_group_tests_name("timestamp", tests, NULL, NULL);
}
