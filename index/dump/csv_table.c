/* A table of a dump, read by libcsv, a push parser. libcsv gives one field at a time in a buffer of
   its own that the next field overwrites; the wanted ones are copied one behind the other into
   `text`, which grows to the largest row and is kept, so that a row allocates nothing. Their
   offsets become pointers when the row is complete, because `text` may move until then. The fields
   of columns that nobody asked for are neither copied nor looked at.

   libcsv's callbacks cannot stop it: after an error they do nothing until the slice that is being
   parsed ends. Slices are short for that reason, and because the block by which libcsv enlarges its
   buffer is set anew before each: to the buffer's size, so that a field of many megabytes is moved
   a few times and not once every 128 bytes. The size is bounded in the realloc function that libcsv
   is given.

   Line ends: CR, LF or both. CSV_REPALL_NL makes libcsv report the empty line, which in a table of
   one column is a NULL; the LF of a CR LF then has to be told from it (`after_cr`).

   Cost: one pass over the bytes by libcsv, one over the wanted ones to copy and check them. A table
   is used by one thread at a time; tables share nothing. */
#include "index/dump/csv_table.h"

#include "index/dump/csv_header.h"
#include "index/dump/csv_utf8.h"

#include <cratedex/utf8.h>
#include <csv.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_BYTES ((size_t)64 << 10)
/* Behind a field libcsv keeps the closing quote and a NUL for a moment, and one byte to grow. */
#define MAX_PARSER_BYTES ((size_t)CSV_TABLE_MAX_FIELD_BYTES + 4)
#define BOM_BYTES 3

struct csv_table {
    struct csv_parser parser;
    struct error *error; /* of the call that is running */
    bool has_failed;
    char *file;
    const struct csv_column *columns;
    size_t n_columns;
    csv_on_row *on_row;
    void *context;

    struct csv_header header;
    bool has_header; /* complete */
    unsigned n_bom;  /* bytes of a byte order mark seen at the start; BOM_BYTES when decided */

    uint64_t row; /* the record that is being read, from 1 */
    size_t n_fields;
    bool after_cr;
    struct csv_field *fields; /* one a wanted column; `data` is set when the row is complete */
    size_t *offsets;          /* of `data` in `text` */
    char *text;
    size_t text_length;
    size_t text_capacity;

    uint64_t n_rows;
    uint64_t n_repaired;
    char first_repaired[256];
};

static void *bounded_realloc(void *memory, size_t size)
{
    return size > MAX_PARSER_BYTES ? NULL : realloc(memory, size);
}

/* With a space function of libcsv's own, spaces around a field would be stripped. */
static int nothing_is_space(unsigned char character)
{
    (void)character;
    return 0;
}

/* Writes where the parser stands: "data/crates.csv: row 7, column name". */
static void describe_position(const struct csv_table *table, char *out, size_t capacity)
{
    if (!table->has_header || table->n_fields >= table->header.n_columns) {
        snprintf(out, capacity, "%s: row %" PRIu64 ", field %zu", table->file, table->row,
                 table->n_fields + 1);
        return;
    }
    const struct csv_header_column *column = &table->header.columns[table->n_fields];
    char quoted[64];
    const char *name = column->name;
    if (column->wanted == CSV_UNWANTED) { /* the file's own word */
        csv_utf8_quote(quoted, sizeof quoted, column->name, column->name_length);
        name = quoted;
    }
    snprintf(out, capacity, "%s: row %" PRIu64 ", column %s", table->file, table->row, name);
}

static int fail_here(struct csv_table *table, const char *what)
{
    char position[512];
    describe_position(table, position, sizeof position);
    table->has_failed = true;
    return error_set(table->error, "%s: %s", position, what);
}

/* Puts "<file>: row <n>: " in front of what `table->error` says. */
static int fail_row(struct csv_table *table)
{
    table->has_failed = true;
    return error_prefix(table->error, "%s: row %" PRIu64 ": ", table->file, table->row);
}

static void end_header(struct csv_table *table)
{
    if (csv_header_resolve(&table->header, table->columns, table->n_columns, table->error) < 0) {
        fail_row(table);
        return;
    }
    for (size_t i = 0; i < table->n_columns; i++)
        table->fields[i] = (struct csv_field){.data = "", .length = 0, .is_null = true};
    table->has_header = true;
}

static int reserve_text(struct csv_table *table, size_t n_bytes)
{
    if (n_bytes > CSV_TABLE_MAX_ROW_BYTES - table->text_length)
        return fail_here(table, "the row is too long (is a quote not closed?)");
    size_t needed = table->text_length + n_bytes;
    if (needed <= table->text_capacity)
        return 0;
    size_t capacity = table->text_capacity == 0 ? 4096 : table->text_capacity;
    while (capacity < needed)
        capacity *= 2;
    char *text = realloc(table->text, capacity);
    if (text == NULL)
        return fail_here(table, "out of memory");
    table->text = text;
    table->text_capacity = capacity;
    return 0;
}

static void add_value(struct csv_table *table, size_t wanted, const char *data, size_t length)
{
    size_t valid_length = utf8_valid_length(data, length);
    bool is_valid = valid_length == length;
    if (reserve_text(table, (is_valid ? length : CSV_UTF8_REPAIRED_SIZE(length)) + 1) < 0)
        return;
    char *out = table->text + table->text_length;
    table->offsets[wanted] = table->text_length;
    if (is_valid) {
        memcpy(out, data, length);
    } else {
        length = csv_utf8_repair(out, data, length);
        if (table->n_repaired++ == 0)
            describe_position(table, table->first_repaired, sizeof table->first_repaired);
    }
    out[length] = '\0';
    table->text_length += length + 1;
    table->fields[wanted].length = length;
    table->fields[wanted].is_null = false;
}

/* libcsv: a field ended. `data` is NULL for an empty one without quotes. */
static void on_field(void *data, size_t length, void *context)
{
    struct csv_table *table = context;
    if (table->has_failed)
        return;
    table->after_cr = false;
    if (length > CSV_TABLE_MAX_FIELD_BYTES) {
        fail_here(table, "the field is longer than 64 MiB (is a quote not closed?)");
    } else if (!table->has_header) {
        if (csv_header_add(&table->header, data == NULL ? "" : data, length, table->error) < 0)
            fail_row(table);
    } else if (table->n_fields < table->header.n_columns) {
        size_t wanted = table->header.columns[table->n_fields].wanted;
        if (wanted != CSV_UNWANTED && data == NULL)
            table->fields[wanted] = (struct csv_field){.data = "", .length = 0, .is_null = true};
        else if (wanted != CSV_UNWANTED)
            add_value(table, wanted, data, length);
    }
    table->n_fields++;
}

static void end_row(struct csv_table *table)
{
    if (table->n_fields != table->header.n_columns) {
        error_set(table->error, "%zu field%s where the header has %zu", table->n_fields,
                  table->n_fields == 1 ? "" : "s", table->header.n_columns);
        fail_row(table);
        return;
    }
    for (size_t i = 0; i < table->n_columns; i++)
        if (!table->fields[i].is_null)
            table->fields[i].data = table->text + table->offsets[i];
    struct csv_row row = {table->file, table->row, table->columns, table->fields};
    table->n_rows++;
    if (table->on_row(table->context, &row, table->error) != 0)
        table->has_failed = true;
}

/* libcsv: a line ended, by `terminator` or, where that is -1, by the end of the file. */
static void on_line(int terminator, void *context)
{
    struct csv_table *table = context;
    if (table->has_failed)
        return;
    if (table->n_fields == 0) {
        bool is_second_half = terminator == CSV_LF && table->after_cr;
        table->after_cr = false;
        if (is_second_half)
            return;
        on_field(NULL, 0, table);
    }
    if (!table->has_failed && table->has_header)
        end_row(table);
    else if (!table->has_failed)
        end_header(table);
    table->after_cr = terminator == CSV_CR;
    table->row++;
    table->n_fields = 0;
    table->text_length = 0;
}

struct csv_table *csv_table_open(const char *file, const struct csv_column *columns,
                                 size_t n_columns, csv_on_row *on_row, void *context,
                                 struct error *error)
{
    struct csv_table *table = calloc(1, sizeof *table);
    if (table == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    csv_init(&table->parser,
             CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_EMPTY_IS_NULL | CSV_REPALL_NL);
    csv_set_realloc_func(&table->parser, bounded_realloc);
    csv_set_space_func(&table->parser, nothing_is_space);
    table->columns = columns;
    table->n_columns = n_columns;
    table->on_row = on_row;
    table->context = context;
    table->row = 1;
    table->file = strdup(file);
    table->fields = calloc(n_columns + 1, sizeof *table->fields);
    table->offsets = calloc(n_columns + 1, sizeof *table->offsets);
    if (table->file == NULL || table->fields == NULL || table->offsets == NULL) {
        csv_table_close(table);
        error_out_of_memory(error);
        return NULL;
    }
    return table;
}

void csv_table_close(struct csv_table *table)
{
    if (table == NULL)
        return;
    csv_free(&table->parser);
    csv_header_free(&table->header);
    free(table->file);
    free(table->fields);
    free(table->offsets);
    free(table->text);
    free(table);
}

static int parse(struct csv_table *table, const char *bytes, size_t size)
{
    size_t buffer_size = csv_get_buffer_size(&table->parser);
    csv_set_blk_size(&table->parser, buffer_size == 0 ? SLICE_BYTES : buffer_size);
    size_t n_parsed = csv_parse(&table->parser, bytes, size, on_field, on_line, table);
    if (table->has_failed)
        return -1;
    if (n_parsed == size)
        return 0;
    if (csv_error(&table->parser) == CSV_EPARSE)
        return fail_here(table, "a stray quote (inside of a field quotes are doubled, and the "
                                "field is quoted)");
    if (csv_get_buffer_size(&table->parser) > CSV_TABLE_MAX_FIELD_BYTES)
        return fail_here(table, "the field is longer than 64 MiB (is a quote not closed?)");
    return fail_here(table, "out of memory");
}

/* Passes over a byte order mark at the start of the file. Its first bytes may be something else's,
   and then they are data. Returns how many of `bytes` are dealt with, or -1. */
static ptrdiff_t skip_bom(struct csv_table *table, const char *bytes, size_t size)
{
    static const char bom[BOM_BYTES] = {'\xEF', '\xBB', '\xBF'};
    size_t i = 0;
    while (table->n_bom < BOM_BYTES && i < size) {
        if (bytes[i] != bom[table->n_bom]) {
            unsigned n_bytes = table->n_bom;
            table->n_bom = BOM_BYTES;
            return n_bytes > 0 && parse(table, bom, n_bytes) < 0 ? -1 : (ptrdiff_t)i;
        }
        table->n_bom++;
        i++;
    }
    return (ptrdiff_t)i;
}

static int refuse_after_error(const struct csv_table *table, struct error *error)
{
    return error_set(error, "%s: reading ended with an error before", table->file);
}

int csv_table_feed(struct csv_table *table, const void *bytes, size_t size, struct error *error)
{
    if (table->has_failed)
        return refuse_after_error(table, error);
    table->error = error;
    ptrdiff_t n_skipped = skip_bom(table, bytes, size);
    if (n_skipped < 0)
        return -1;
    const char *at = (const char *)bytes + n_skipped;
    const char *end = (const char *)bytes + size;
    while (at < end) {
        size_t slice = (size_t)(end - at) < SLICE_BYTES ? (size_t)(end - at) : SLICE_BYTES;
        const char *nul = memchr(at, '\0', slice);
        if (nul != NULL)
            slice = (size_t)(nul - at);
        if (parse(table, at, slice) < 0)
            return -1;
        if (nul != NULL)
            return fail_here(table, "a NUL byte");
        at += slice;
    }
    return 0;
}

int csv_table_finish(struct csv_table *table, struct error *error)
{
    if (table->has_failed)
        return refuse_after_error(table, error);
    table->error = error;
    if (csv_fini(&table->parser, on_field, on_line, table) != 0)
        return fail_here(table, "a quote is not closed in the row that begins here");
    if (table->has_failed)
        return -1;
    if (!table->has_header) {
        table->has_failed = true;
        return error_set(error, "%s: the header is missing: the file is empty", table->file);
    }
    return 0;
}

uint64_t csv_table_n_rows(const struct csv_table *table)
{
    return table->n_rows;
}

uint64_t csv_table_n_repaired(const struct csv_table *table)
{
    return table->n_repaired;
}

const char *csv_table_first_repaired(const struct csv_table *table)
{
    return table->first_repaired;
}
