/* Headers: the limits, and errors that stay readable whatever names a file has. */
#include "index/dump/csv_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct csv_column columns[] = {{"id", true}, {"name", false}, {"x", false}};

static void test_finds_columns(void **state)
{
    (void)state;
    struct csv_header header = {0};
    struct error error;
    assert_int_equal(csv_header_add(&header, "x", 1, &error), 0);
    assert_int_equal(csv_header_add(&header, "names", 5, &error), 0);
    assert_int_equal(csv_header_add(&header, "idx", 2, &error), 0);
    assert_int_equal(csv_header_resolve(&header, columns, 3, &error), 0);
    assert_int_equal(header.columns[0].wanted, 2);
    assert_int_equal(header.columns[1].wanted, CSV_UNWANTED);
    assert_int_equal(header.columns[2].wanted, 0);
    assert_string_equal(header.columns[2].name, "id");
    csv_header_free(&header);
    assert_int_equal(header.n_columns, 0);
}

static void test_limits(void **state)
{
    (void)state;
    struct csv_header header = {0};
    struct error error;
    char name[CSV_HEADER_MAX_NAME_BYTES + 1];
    memset(name, 'y', sizeof name);
    assert_int_equal(csv_header_add(&header, name, sizeof name - 1, &error), 0);
    assert_int_equal(csv_header_add(&header, name, sizeof name, &error), -1);
    assert_string_equal(error.message, "the header has a name longer than 4096 bytes");
    for (int i = 1; i < CSV_HEADER_MAX_COLUMNS; i++) {
        int length = snprintf(name, sizeof name, "column_%d", i);
        assert_int_equal(csv_header_add(&header, name, (size_t)length, &error), 0);
    }
    assert_int_equal(csv_header_add(&header, "id", 2, &error), -1);
    assert_string_equal(error.message, "the header has more than 1600 columns");

    /* The list of names is cut, not the sentence. */
    assert_int_equal(csv_header_resolve(&header, columns, 3, &error), -1);
    static const char start[] = "the column \"id\" is missing; the header has \"yyyyyy";
    assert_memory_equal(error.message, start, sizeof start - 1);
    assert_non_null(strstr(error.message, "yyy\"…, \"column_1\", \"column_2\", "));
    assert_string_equal(error.message + strlen(error.message) - strlen("\", …"), "\", …");
    csv_header_free(&header);
}

static void test_names_are_escaped(void **state)
{
    (void)state;
    struct csv_header header = {0};
    struct error error;
    assert_int_equal(csv_header_add(&header, "\x1b[2J\xFF", 5, &error), 0);
    assert_int_equal(csv_header_resolve(&header, columns, 3, &error), -1);
    assert_string_equal(error.message,
                        "the column \"id\" is missing; the header has \"\\x1b[2J\\xff\"");
    assert_int_equal(csv_header_add(&header, "\x1b[2J\xFF", 5, &error), 0);
    assert_int_equal(csv_header_resolve(&header, columns, 3, &error), -1);
    assert_string_equal(error.message, "the header has the column \"\\x1b[2J\\xff\" twice");
    csv_header_free(&header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_columns),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_names_are_escaped),
    };
    return cmocka_run_group_tests_name("csv_header", tests, NULL, NULL);
}
