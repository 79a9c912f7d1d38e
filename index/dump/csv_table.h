/* Reads a table in PostgreSQL's `COPY … WITH CSV HEADER` form. The caller pushes the file's bytes
   in blocks of any size and gets every row as the columns it asked for, found by header name.

   All errors are one sentence that names the file, the row and, where there is one, the column. */
#ifndef CRATEDEX_CSV_TABLE_H
#define CRATEDEX_CSV_TABLE_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes from outside are bounded: an unclosed quote must not eat the memory. */
#define CSV_TABLE_MAX_FIELD_BYTES (UINT32_C(64) << 20) /* one field */
#define CSV_TABLE_MAX_ROW_BYTES (UINT32_C(128) << 20)  /* the wanted fields of one row together */
#define CSV_TABLE_MAX_COLUMNS 1600                     /* PostgreSQL's own limit */
#define CSV_TABLE_MAX_NAME_BYTES 4096                  /* one name in the header */

/* A column that the caller wants. */
struct csv_column {
    const char *name;
    bool required; /* the header must have it */
};

/* A value. `data` is valid UTF-8 (see csv_table_n_repaired) without NUL bytes, followed by a
   NUL. */
struct csv_field {
    const char *data; /* "" where `is_null` */
    size_t length;
    bool is_null; /* an empty field without quotes; `""` is an empty string */
};

/* A row. The fields are in the order of the columns asked for; an optional column that the file
   lacks is NULL in every row. Everything in it is valid during the call of `on_row` only. */
struct csv_row {
    const char *file;
    uint64_t number; /* of the record; the header is row 1, so that the first of data is row 2 */
    const struct csv_column *columns;
    const struct csv_field *fields;
};

/* Gets every row of data. Returns 0, or -1 with `error` filled, which ends the reading. */
typedef int csv_on_row(void *context, const struct csv_row *row, struct error *error);

struct csv_table;

/* Begins a table. `file` is what errors call it and is copied; `columns` stays the caller's and
   must outlive the table; the names in it differ. Returns NULL when memory runs out. */
struct csv_table *csv_table_open(const char *file, const struct csv_column *columns,
                                 size_t n_columns, csv_on_row *on_row, void *context,
                                 struct error *error);

/* Reads `size` more bytes of the file and calls `on_row` for every row that they complete. Any cut
   of the file into blocks gives the same rows. Returns 0, or -1: the file is damaged (no header, a
   required column is missing, a header name occurs twice, a row has another number of fields than
   the header, a stray quote, a NUL byte, a size above the limits), memory ran out, or `on_row`
   failed. After an error the table can only be closed. */
int csv_table_feed(struct csv_table *table, const void *bytes, size_t size, struct error *error);

/* Ends the file: reads a last row that has no newline. Returns 0, or -1 as csv_table_feed, and for
   an empty file and a quote that is not closed (the error names the row in which it began). */
int csv_table_finish(struct csv_table *table, struct error *error);

/* Frees the table at any point; NULL is allowed. */
void csv_table_close(struct csv_table *table);

/* Rows of data given to `on_row` so far; the header is not counted. */
uint64_t csv_table_n_rows(const struct csv_table *table);

/* How many wanted fields had bytes that are no UTF-8. Each ill-formed part of them was replaced by
   one U+FFFD ("maximal subpart", The Unicode Standard, section 3.9). */
uint64_t csv_table_n_repaired(const struct csv_table *table);

/* The first of them, "data/crates.csv: row 7, column description", or "" where there is none; lives
   as long as the table. */
const char *csv_table_first_repaired(const struct csv_table *table);

/* Says whether the file has column number `column` of those asked for. False before the header was
   read. */
bool csv_table_has_column(const struct csv_table *table, size_t column);

/* Typed values of a row; `column` is a number in the columns asked for. Each returns 0, or -1 and
   an error that names file, row and column and quotes what is there, shortened and escaped.

   The plain form refuses NULL; the form with `_or` gives `fallback` instead. */

/* A decimal integer of 64 bits. */
int csv_row_integer(const struct csv_row *row, size_t column, int64_t *value, struct error *error);
int csv_row_integer_or(const struct csv_row *row, size_t column, int64_t fallback, int64_t *value,
                       struct error *error);

/* `t` or `f`. */
int csv_row_boolean(const struct csv_row *row, size_t column, bool *value, struct error *error);
int csv_row_boolean_or(const struct csv_row *row, size_t column, bool fallback, bool *value,
                       struct error *error);

/* Microseconds since 1970 by timestamp_parse. */
int csv_row_timestamp(const struct csv_row *row, size_t column, int64_t *microseconds,
                      struct error *error);
int csv_row_timestamp_or(const struct csv_row *row, size_t column, int64_t fallback,
                         int64_t *microseconds, struct error *error);

/* Text that must not be NULL but may be empty. The field is valid as long as the row. */
const struct csv_field *csv_row_text(const struct csv_row *row, size_t column, struct error *error);

/* Writes "<file>: row <n>, column <name>: <message>" and returns -1. CSV_NO_COLUMN leaves the
   column out: the error is the whole row's. */
#define CSV_NO_COLUMN ((size_t)-1)
int csv_row_error(const struct csv_row *row, size_t column, struct error *error, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

/* The same for a value that is wrong: "…, column <name>: <complaint>: "<the value>"", the value
   shortened and escaped. */
int csv_row_error_value(const struct csv_row *row, size_t column, struct error *error,
                        const char *complaint);

/* The same for values of several columns that are wrong together: "…, columns <name> and <name>:
   <complaint>: "<value>", "<value>"". `columns` has at least one. */
int csv_row_error_values(const struct csv_row *row, const size_t *columns, size_t n_columns,
                         struct error *error, const char *complaint);

#ifdef __cplusplus
}
#endif

#endif
