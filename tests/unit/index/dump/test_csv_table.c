/* Tables: what rows come out of which bytes, in whatever blocks they come in, and what every kind
   of damage is called. A table is read to one text, a line a row, so that a test is two texts. */
#include "index/dump/csv_table.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct csv_column columns[] = {
    {"id", true}, {"name", true}, {"yanked", false}, {"created_at", false}};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

struct reading {
    const struct csv_column *columns;
    size_t n_columns;
    FILE *out;
    uint64_t n_rows;
    uint64_t n_repaired;
    char first_repaired[256];
};

/* `2|<1>|<serde>|NULL|…` a row. */
static int write_row(void *context, const struct csv_row *row, struct error *error)
{
    struct reading *reading = context;
    (void)error;
    fprintf(reading->out, "%" PRIu64, row->number);
    for (size_t i = 0; i < reading->n_columns; i++) {
        const struct csv_field *field = &row->fields[i];
        assert_int_equal(field->data[field->length], '\0');
        if (field->is_null)
            assert_int_equal(field->length, 0);
        fprintf(reading->out, field->is_null ? "|NULL" : "|<%s>", field->data);
    }
    fputc('\n', reading->out);
    return 0;
}

/* Reads `size` bytes in blocks of `block` and gives all rows and, behind `!`, the error. The caller
   frees it. Each block lies in memory of its very size. */
static char *read_blocks(const char *text, size_t size, size_t block, struct reading *reading)
{
    char *result = NULL;
    size_t result_size;
    struct error error = {.message = ""};
    reading->out = open_memstream(&result, &result_size);
    assert_non_null(reading->out);
    struct csv_table *table = csv_table_open("data/t.csv", reading->columns, reading->n_columns,
                                             write_row, reading, &error);
    assert_non_null(table);
    int status = 0;
    for (size_t at = 0; at < size && status == 0; at += block) {
        size_t n_bytes = size - at < block ? size - at : block;
        char *bytes = malloc(n_bytes);
        assert_non_null(bytes);
        memcpy(bytes, text + at, n_bytes);
        status = csv_table_feed(table, bytes, n_bytes, &error);
        free(bytes);
    }
    if (status == 0)
        status = csv_table_finish(table, &error);
    if (status != 0) {
        fprintf(reading->out, "!%s", error.message);
        assert_int_equal(csv_table_feed(table, "x", 1, &error), -1);
        assert_int_equal(csv_table_finish(table, &error), -1);
        assert_string_equal(error.message, "data/t.csv: reading ended with an error before");
    }
    reading->n_rows = csv_table_n_rows(table);
    reading->n_repaired = csv_table_n_repaired(table);
    snprintf(reading->first_repaired, sizeof reading->first_repaired, "%s",
             csv_table_first_repaired(table));
    csv_table_close(table);
    fclose(reading->out);
    return result;
}

/* In blocks of every size up to all at once: always the same. */
static void expect_columns(const struct csv_column *wanted, size_t n_wanted, const char *text,
                           size_t size, const char *expected)
{
    struct reading reading = {.columns = wanted, .n_columns = n_wanted};
    for (size_t block = 1; block <= size + 1; block++) {
        char *result = read_blocks(text, size, block, &reading);
        assert_string_equal(result, expected);
        free(result);
    }
}

static void expect(const char *text, const char *expected)
{
    expect_columns(columns, N_COLUMNS, text, strlen(text), expected);
}

static void test_rows(void **state)
{
    (void)state;
    expect("id,name\n1,serde\n2,rand\n", "2|<1>|<serde>|NULL|NULL\n3|<2>|<rand>|NULL|NULL\n");
    expect("id,name\n", "");
    expect("id,name", "");
    /* No newline at the end. */
    expect("id,name\n1,serde", "2|<1>|<serde>|NULL|NULL\n");
    expect("id,name\n1,", "2|<1>|NULL|NULL|NULL\n");
    expect("id,name\n1,\"a\"", "2|<1>|<a>|NULL|NULL\n");
    /* Columns in any order, others in between. */
    expect("x,yanked,name,\"y\"\"z\",id\n?,t,a,?,1\n,f,b,\"\n\",2\n",
           "2|<1>|<a>|<t>|NULL\n3|<2>|<b>|<f>|NULL\n");
    /* NULL is not the empty string. */
    expect("id,name,yanked\n,\"\",\n\"\",,\"\"\n", "2|NULL|<>|NULL|NULL\n3|<>|NULL|<>|NULL\n");
    /* Spaces belong to the value, in the header too. */
    expect("id,name, id\n 1 ,\t a  b \t, x\n", "2|< 1 >|<\t a  b \t>|NULL|NULL\n");
    expect("id,name\n ,\" \"\n", "2|< >|< >|NULL|NULL\n");
    /* Quotes, commas and newlines inside of a field. */
    expect("id,name\n\"1,2\",\"a \"\"b\"\"\"\n3,\"\"\"\"\n",
           "2|<1,2>|<a \"b\">|NULL|NULL\n3|<3>|<\">|NULL|NULL\n");
    expect("id,name\n1,\"a\nb\r\nc\rd\"\n2,x\n",
           "2|<1>|<a\nb\r\nc\rd>|NULL|NULL\n3|<2>|<x>|NULL|NULL\n");
}

static void test_line_ends_and_bom(void **state)
{
    (void)state;
    static const char rows[] = "2|<1>|<a>|NULL|NULL\n3|<2>|<b>|NULL|NULL\n";
    expect("id,name\r\n1,a\r\n2,b\r\n", rows);
    expect("id,name\r1,a\r2,b\r", rows);
    expect("id,name\r\n1,\"a\"\r\n2,\"b\"", rows);
    expect("\xEF\xBB\xBFid,name\n1,a\n2,b\n", rows);
    expect("\xEF\xBB\xBF\"id\",name\n1,a\n2,b\n", rows);
    expect("id,name\n1,\xEF\xBB\xBF\n", "2|<1>|<\xEF\xBB\xBF>|NULL|NULL\n");
    expect("\xEF\xBBid,name\n", "!data/t.csv: row 1: the column \"id\" is missing; the header has "
                                "\"\\xef\\xbbid\", \"name\"");
    expect("\xEF\xBB\xBF", "!data/t.csv: the header is missing: the file is empty");
}

/* In a table of one column an empty line is a NULL; in others it is a row that is too short. */
static void test_empty_lines(void **state)
{
    (void)state;
    static const char wrong[] = "2|<1>|<a>|NULL|NULL\n"
                                "!data/t.csv: row 3: 1 field where the header has 2";
    expect("id,name\n1,a\n\n2,b\n", wrong);
    expect("id,name\r\n1,a\r\n\r\n2,b\r\n", wrong);
    expect("id,name\n1,a\n\n", wrong);

    static const struct csv_column one[] = {{"id", true}};
    static const char rows[] = "2|<1>\n3|NULL\n4|<2>\n";
    expect_columns(one, 1, "id\n1\n\n2\n", 8, rows);
    expect_columns(one, 1, "id\r\n1\r\n\r\n2\r\n", 12, rows);
    expect_columns(one, 1, "id\n1\n\n2", 7, rows);
}

static void test_header(void **state)
{
    (void)state;
    expect("", "!data/t.csv: the header is missing: the file is empty");
    expect("id\n", "!data/t.csv: row 1: the column \"name\" is missing; the header has \"id\"");
    expect("name,Id,\"a\nb\"\n1,2,3\n",
           "!data/t.csv: row 1: the column \"id\" is missing; the header "
           "has \"name\", \"Id\", \"a\\nb\"");
    expect("\n", "!data/t.csv: row 1: the column \"id\" is missing; the header has \"\"");
    expect("id,name,x,name\n", "!data/t.csv: row 1: the header has the column \"name\" twice");
    expect("id,name,x,y,x\n1", "!data/t.csv: row 1: the header has the column \"x\" twice");
}

static void test_damage(void **state)
{
    (void)state;
    expect("id,name\n1,a\n2\n",
           "2|<1>|<a>|NULL|NULL\n!data/t.csv: row 3: 1 field where the header has 2");
    expect("id,name\n1,a,\n", "!data/t.csv: row 2: 3 fields where the header has 2");
    expect("id,name\n1,a\n2,\"b\n3,c\n", "2|<1>|<a>|NULL|NULL\n!data/t.csv: row 3, column name: a "
                                         "quote is not closed in the row that begins here");
    expect("\"id,name\n1,a\n",
           "!data/t.csv: row 1, field 1: a quote is not closed in the row that begins here");
    static const char stray[] = "!data/t.csv: row 2, column name: a stray quote (inside of a field "
                                "quotes are doubled, and the field is quoted)";
    expect("id,name\n1,a\"b\n", stray);
    expect("id,name\n1,\"a\"b\n", stray);
    expect("id,name\n1, \"a\"\n", stray);
    expect("id,name\n1,\"a\" \n", stray);
    expect("id,name,z\x1b\n1,a,b\"\n",
           "!data/t.csv: row 2, column \"z\\x1b\": a stray quote (inside of a field quotes are "
           "doubled, and the field is quoted)");

    static const char nul[] = "id,name\n1,a\n2,b\0c\n";
    expect_columns(columns, N_COLUMNS, nul, sizeof nul - 1,
                   "2|<1>|<a>|NULL|NULL\n!data/t.csv: row 3, column name: a NUL byte");
    static const char header_nul[] = "id\0,name\n";
    expect_columns(columns, N_COLUMNS, header_nul, sizeof header_nul - 1,
                   "!data/t.csv: row 1, field 1: a NUL byte");
    static const char nul_in_quotes[] = "id,name,x\n1,a,\"\0\"\n";
    expect_columns(columns, N_COLUMNS, nul_in_quotes, sizeof nul_in_quotes - 1,
                   "!data/t.csv: row 2, column \"x\": a NUL byte");
}

/* Ill-formed bytes are replaced and counted where the column is wanted, also when a block ends
   inside of a character. What is ill-formed is csv_utf8's business. */
static void test_repairs(void **state)
{
    (void)state;
    static const char text[] = "id,name,x\n1,a\x80z,\xFF\n2,\xE4\xB8\xAD,b\n\"\xC0\",\xF0\x9F,c\n";
    static const char rows[] = "2|<1>|<a\uFFFDz>|NULL|NULL\n3|<2>|<\u4E2D>|NULL|NULL\n"
                               "4|<\uFFFD>|<\uFFFD>|NULL|NULL\n";
    expect(text, rows);
    struct reading reading = {.columns = columns, .n_columns = N_COLUMNS};
    free(read_blocks(text, sizeof text - 1, 5, &reading));
    assert_int_equal(reading.n_rows, 3);
    assert_int_equal(reading.n_repaired, 3);
    assert_string_equal(reading.first_repaired, "data/t.csv: row 2, column name");
    free(read_blocks("id,name\n1,\u4E2D\n", 14, 1, &reading));
    assert_int_equal(reading.n_repaired, 0);
    assert_string_equal(reading.first_repaired, "");
}

/* A callback that fails ends the reading at its row. */
static int fail_at_row_3(void *context, const struct csv_row *row, struct error *error)
{
    uint64_t *last = context;
    *last = row->number;
    return row->number == 3 ? csv_row_error(row, 1, error, "no %s", "good") : 0;
}

static void test_callback_fails(void **state)
{
    (void)state;
    static const char text[] = "id,name\n1,a\n2,b\n3,c\n4,\"d\n";
    uint64_t last = 0;
    struct error error;
    struct csv_table *table =
        csv_table_open("t.csv", columns, N_COLUMNS, fail_at_row_3, &last, &error);
    assert_non_null(table);
    assert_int_equal(csv_table_feed(table, text, sizeof text - 1, &error), -1);
    assert_string_equal(error.message, "t.csv: row 3, column name: no good");
    assert_int_equal(last, 3);
    assert_int_equal(csv_table_n_rows(table), 2);
    csv_table_close(table);
    csv_table_close(NULL);
}

static unsigned next_random(unsigned *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

/* Writes a random field as PostgreSQL writes it and as write_row shows it. */
static void write_field(unsigned *random, FILE *text, FILE *expected)
{
    static const char *const pieces[] = {"a", "b", "\"", ",", "\n", "\r", " ", "\\", "'", "\u00E4"};
    if (next_random(random) % 4 == 0) {
        fputs("|NULL", expected);
        return;
    }
    fputs("|<", expected);
    fputc('"', text);
    for (unsigned i = next_random(random) % 8; i > 0; i--) {
        const char *piece = pieces[next_random(random) % (sizeof pieces / sizeof pieces[0])];
        fputs(piece, text);
        if (piece[0] == '"')
            fputs(piece, text);
        fputs(piece, expected);
    }
    fputc('"', text);
    fputc('>', expected);
}

/* Any damage of one byte ends in rows or an error, the same for all blocks. */
static void damage(unsigned *random, char *text, size_t length)
{
    struct reading reading = {.columns = columns, .n_columns = N_COLUMNS};
    for (size_t at = 0; at < length; at += 7) {
        char kept = text[at];
        text[at] = (char)next_random(random);
        char *whole = read_blocks(text, length, length, &reading);
        char *blocks = read_blocks(text, length, 1 + next_random(random) % 5, &reading);
        assert_string_equal(whole, blocks);
        free(whole);
        free(blocks);
        text[at] = kept;
    }
}

/* Random tables over hostile bytes come back. */
static void test_there_and_back(void **state)
{
    (void)state;
    unsigned random = 3;
    for (size_t round = 0; round < 400; round++) {
        char *text, *expected;
        size_t length, expected_length;
        FILE *text_stream = open_memstream(&text, &length);
        FILE *expected_stream = open_memstream(&expected, &expected_length);
        assert_non_null(text_stream);
        assert_non_null(expected_stream);
        fputs("id,name,yanked\n", text_stream);
        for (unsigned row = 2; row < 6; row++) {
            fprintf(expected_stream, "%u", row);
            for (int column = 0; column < 3; column++) {
                write_field(&random, text_stream, expected_stream);
                fputc(column < 2 ? ',' : '\n', text_stream);
            }
            fputs("|NULL\n", expected_stream);
        }
        fclose(text_stream);
        fclose(expected_stream);
        struct reading reading = {.columns = columns, .n_columns = N_COLUMNS};
        char *result = read_blocks(text, length, 1 + round % 9, &reading);
        assert_string_equal(result, expected);
        free(result);
        damage(&random, text, length);
        free(text);
        free(expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),           cmocka_unit_test(test_line_ends_and_bom),
        cmocka_unit_test(test_empty_lines),    cmocka_unit_test(test_header),
        cmocka_unit_test(test_damage),         cmocka_unit_test(test_repairs),
        cmocka_unit_test(test_callback_fails), cmocka_unit_test(test_there_and_back),
    };
    return cmocka_run_group_tests_name("csv_table", tests, NULL, NULL);
}
