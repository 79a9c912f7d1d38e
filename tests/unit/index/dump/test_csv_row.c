/* Typed values of a row: what they are, and the exact sentence where they are not. */
#include "index/dump/csv_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct csv_column columns[] = {{"id", true}, {"yanked", false}};

/* A row whose fields are both `text`, NULL where that is NULL. */
static struct csv_row make_row(struct csv_field fields[2], const char *text)
{
    for (size_t i = 0; i < 2; i++)
        fields[i] = text == NULL ? (struct csv_field){"", 0, true}
                                 : (struct csv_field){text, strlen(text), false};
    return (struct csv_row){"data/versions.csv", 7, columns, fields};
}

static const char null_message[] =
    "data/versions.csv: row 7, column id: the value is missing (NULL)";

static void test_integer(void **state)
{
    (void)state;
    struct csv_field fields[2];
    struct error error;
    int64_t value;
    struct csv_row row = make_row(fields, "-42");
    assert_int_equal(csv_row_integer(&row, 0, &value, &error), 0);
    assert_int_equal(value, -42);

    row = make_row(fields, NULL);
    assert_int_equal(csv_row_integer(&row, 0, &value, &error), -1);
    assert_string_equal(error.message, null_message);

    row = make_row(fields, "12x");
    static const char message[] =
        "data/versions.csv: row 7, column yanked: not an integer of 64 bits: \"12x\"";
    assert_int_equal(csv_row_integer(&row, 1, &value, &error), -1);
    assert_string_equal(error.message, message);
    row = make_row(fields, "");
    assert_int_equal(csv_row_integer(&row, 1, &value, &error), -1);
}

static void test_boolean(void **state)
{
    (void)state;
    struct csv_field fields[2];
    struct error error;
    bool value = false;
    struct csv_row row = make_row(fields, "t");
    assert_int_equal(csv_row_boolean(&row, 0, &value, &error), 0);
    assert_true(value);
    row = make_row(fields, "f");
    assert_int_equal(csv_row_boolean(&row, 0, &value, &error), 0);
    assert_false(value);
    row = make_row(fields, NULL);
    assert_int_equal(csv_row_boolean(&row, 0, &value, &error), -1);
    assert_string_equal(error.message, null_message);
    static const char *const bad[] = {"", "true", "T", "1", "tt", "x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        row = make_row(fields, bad[i]);
        assert_int_equal(csv_row_boolean(&row, 0, &value, &error), -1);
    }
    assert_string_equal(error.message,
                        "data/versions.csv: row 7, column id: not a boolean (t or f): \"x\"");
}

static void test_timestamp(void **state)
{
    (void)state;
    struct csv_field fields[2];
    struct error error;
    int64_t value;
    struct csv_row row = make_row(fields, "2020-11-27 02:00:00.123456+00");
    assert_int_equal(csv_row_timestamp(&row, 0, &value, &error), 0);
    assert_int_equal(value, 1606442400123456);
    row = make_row(fields, NULL);
    assert_int_equal(csv_row_timestamp(&row, 0, &value, &error), -1);
    assert_string_equal(error.message, null_message);
    row = make_row(fields, "2020-02-30 00:00:00+00");
    assert_int_equal(csv_row_timestamp(&row, 0, &value, &error), -1);
    assert_string_equal(error.message, "data/versions.csv: row 7, column id: not a timestamp: "
                                       "\"2020-02-30 00:00:00+00\"");
}

static void test_text_and_errors(void **state)
{
    (void)state;
    struct csv_field fields[2];
    struct error error;
    struct csv_row row = make_row(fields, "");
    assert_ptr_equal(csv_row_text(&row, 1, &error), &fields[1]);
    row = make_row(fields, NULL);
    assert_null(csv_row_text(&row, 0, &error));
    assert_string_equal(error.message, null_message);

    assert_int_equal(csv_row_error(&row, CSV_NO_COLUMN, &error, "crate %d is there twice", 3), -1);
    assert_string_equal(error.message, "data/versions.csv: row 7: crate 3 is there twice");
    assert_int_equal(csv_row_error_value(&row, 1, &error, "not good"), -1);
    assert_string_equal(error.message, "data/versions.csv: row 7, column yanked: not good: NULL");

    /* A long value with line breaks stays one short line. */
    char text[5000];
    memset(text, 'y', sizeof text - 1);
    memcpy(text, "a\nb\x1b", 4);
    text[sizeof text - 1] = '\0';
    row = make_row(fields, text);
    int64_t value;
    assert_int_equal(csv_row_integer(&row, 0, &value, &error), -1);
    assert_non_null(strstr(error.message, ": \"a\\nb\\x1byyy"));
    assert_string_equal(error.message + strlen(error.message) - strlen("y\"…"), "y\"…");
    assert_true(strlen(error.message) < 200);
    assert_null(strchr(error.message, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integer),
        cmocka_unit_test(test_boolean),
        cmocka_unit_test(test_timestamp),
        cmocka_unit_test(test_text_and_errors),
    };
    return cmocka_run_group_tests_name("csv_row", tests, NULL, NULL);
}
