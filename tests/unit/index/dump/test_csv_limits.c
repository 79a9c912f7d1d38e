/* Tables with values of many megabytes: the limits of csv_table.h hold to the byte. */
#include "index/dump/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct sizes {
    size_t lengths[3];
    uint64_t n_rows;
};

static int keep_sizes(void *context, const struct csv_row *row, struct error *error)
{
    struct sizes *sizes = context;
    (void)error;
    for (size_t i = 0; i < 3; i++) {
        sizes->lengths[i] = row->fields[i].length;
        if (row->fields[i].length > 0)
            assert_int_equal(row->fields[i].data[row->fields[i].length - 1], 'x');
    }
    sizes->n_rows++;
    return 0;
}

static const struct csv_column three[] = {{"a", true}, {"b", true}, {"c", true}};

static int feed_many(struct csv_table *table, char byte, size_t count, struct error *error)
{
    static char block[100000];
    memset(block, byte, sizeof block);
    int status = 0;
    for (size_t at = 0; at < count && status == 0; at += sizeof block)
        status = csv_table_feed(table, block, count - at < sizeof block ? count - at : sizeof block,
                                error);
    return status;
}

/* One row of three fields of the given lengths; the middle one quoted. */
static int read_sizes(const size_t lengths[3], const char *header, struct sizes *sizes,
                      struct error *error)
{
    *sizes = (struct sizes){0};
    struct csv_table *table = csv_table_open("t.csv", three, 3, keep_sizes, sizes, error);
    assert_non_null(table);
    int status = csv_table_feed(table, header, strlen(header), error);
    static const char *const separators[] = {",\"", "\",", "\n"};
    for (size_t i = 0; i < 3 && status == 0; i++) {
        status = feed_many(table, 'x', lengths[i], error);
        if (status == 0)
            status = csv_table_feed(table, separators[i], strlen(separators[i]), error);
    }
    if (status == 0)
        status = csv_table_finish(table, error);
    csv_table_close(table);
    return status;
}

static void test_large_fields(void **state)
{
    (void)state;
    struct sizes sizes;
    struct error error;
    const size_t max = CSV_TABLE_MAX_FIELD_BYTES;
    static const char too_long[] = "the field is longer than 64 MiB (is a quote not closed?)";
    char expected[128];

    const size_t readme[3] = {1, 10000000, 2};
    assert_int_equal(read_sizes(readme, "a,b,c\n", &sizes, &error), 0);
    assert_memory_equal(sizes.lengths, readme, sizeof readme);

    for (size_t i = 0; i < 3; i++) {
        size_t lengths[3] = {1, 1, 1};
        lengths[i] = max;
        assert_int_equal(read_sizes(lengths, "a,b,c\n", &sizes, &error), 0);
        assert_memory_equal(sizes.lengths, lengths, sizeof lengths);
        lengths[i] = max + 1;
        assert_int_equal(read_sizes(lengths, "a,b,c\n", &sizes, &error), -1);
        snprintf(expected, sizeof expected, "t.csv: row 2, column %s: %s", three[i].name, too_long);
        assert_string_equal(error.message, expected);
    }
    const size_t row[3] = {max - 1, max - 2, 0};
    assert_int_equal(read_sizes(row, "a,b,c\n", &sizes, &error), 0);
    const size_t long_row[3] = {max - 1, max - 1, 1};
    assert_int_equal(read_sizes(long_row, "a,b,c\n", &sizes, &error), -1);
    assert_string_equal(error.message,
                        "t.csv: row 2, column c: the row is too long (is a quote not closed?)");
}

/* An open quote in front of any amount of text ends at the limit. */
static void test_endless_quote(void **state)
{
    (void)state;
    struct sizes sizes = {0};
    struct error error;
    struct csv_table *table = csv_table_open("t.csv", three, 3, keep_sizes, &sizes, &error);
    assert_non_null(table);
    assert_int_equal(csv_table_feed(table, "a,b,z,c\n1,2,\"", 13, &error), 0);
    size_t fed = 0;
    int status = 0;
    for (; fed < 4 * (size_t)CSV_TABLE_MAX_FIELD_BYTES && status == 0; fed += 3000000)
        status = feed_many(table, '\n', 3000000, &error);
    assert_int_equal(status, -1);
    assert_true(fed <= CSV_TABLE_MAX_FIELD_BYTES + 2 * 3000000);
    assert_string_equal(error.message,
                        "t.csv: row 2, column \"z\": the field is longer than 64 MiB "
                        "(is a quote not closed?)");
    csv_table_close(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_fields),
        cmocka_unit_test(test_endless_quote),
    };
    return cmocka_run_group_tests_name("csv_limits", tests, NULL, NULL);
}
