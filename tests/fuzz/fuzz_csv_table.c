/* A table: the first byte is the size of the blocks in which the rest is fed. Every field must be
   valid UTF-8 without NUL, and the rows must be those that one block gives. Fields go through the
   typed values and the array walk too, which read what a dump says. */
#include "index/dump/csv_table.h"
#include "index/dump/postgres_fields.h"

#include <cratedex/utf8.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct csv_column columns[] = {{"a", true}, {"b", false}, {"c", false}};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

/* What a reading gave, in short. */
struct summary {
    uint64_t hash;
    uint64_t n_rows;
    uint64_t n_repaired;
    int status;
    struct error error;
};

static void mix(struct summary *summary, const char *bytes, size_t size)
{
    /* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
    for (size_t i = 0; i < size; i++)
        summary->hash = (summary->hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
}

static void read_values(const struct csv_row *row, size_t column)
{
    struct error error;
    int64_t integer;
    bool boolean;
    const struct csv_field *field = &row->fields[column];
    (void)csv_row_integer(row, column, &integer, &error);
    (void)csv_row_timestamp(row, column, &integer, &error);
    (void)csv_row_boolean(row, column, &boolean, &error);

    struct postgres_array array;
    struct postgres_element element;
    size_t n_bytes = 0;
    postgres_array_open(&array, field->data, field->length);
    while (postgres_array_next(&array, &element, &error) == 1)
        n_bytes += element.length;
    postgres_array_close(&array);
    if (n_bytes > field->length)
        abort();
}

static int on_row(void *context, const struct csv_row *row, struct error *error)
{
    struct summary *summary = context;
    (void)error;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        const struct csv_field *field = &row->fields[i];
        if (strlen(field->data) != field->length || !utf8_is_valid(field->data, field->length) ||
            (field->is_null && field->length > 0))
            abort();
        mix(summary, field->is_null ? "-" : "+", 1);
        mix(summary, field->data, field->length + 1);
        read_values(row, i);
    }
    return 0;
}

static void read_table(struct summary *summary, const uint8_t *data, size_t size, size_t block)
{
    *summary = (struct summary){.hash = UINT64_C(14695981039346656037)};
    struct csv_table *table =
        csv_table_open("fuzz.csv", columns, N_COLUMNS, on_row, summary, &summary->error);
    if (table == NULL)
        return;
    for (size_t at = 0; at < size && summary->status == 0; at += block)
        summary->status = csv_table_feed(table, data + at, size - at < block ? size - at : block,
                                         &summary->error);
    if (summary->status == 0)
        summary->status = csv_table_finish(table, &summary->error);
    summary->n_rows = csv_table_n_rows(table);
    summary->n_repaired = csv_table_n_repaired(table);
    if ((summary->n_repaired > 0) != (csv_table_first_repaired(table)[0] != '\0'))
        abort();
    csv_table_close(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct summary whole, blocks;
    read_table(&whole, data + 1, size - 1, size);
    read_table(&blocks, data + 1, size - 1, (size_t)data[0] % 16 + 1);
    if (whole.hash != blocks.hash || whole.status != blocks.status ||
        whole.n_rows != blocks.n_rows || whole.n_repaired != blocks.n_repaired ||
        strcmp(whole.error.message, blocks.error.message) != 0)
        abort();
    return 0;
}
