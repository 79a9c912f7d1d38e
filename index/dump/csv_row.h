/* A row of a table, and its values by their types. */
#ifndef CRATEDEX_INDEX_CSV_ROW_H
#define CRATEDEX_INDEX_CSV_ROW_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/* Typed values of a row; `column` is a number in the columns asked for. Each returns 0, or -1 and
   an error that names file, row and column and quotes what is there, shortened and escaped. NULL is
   refused. */

/* A decimal integer of 64 bits. */
int csv_row_integer(const struct csv_row *row, size_t column, int64_t *value, struct error *error);

/* `t` or `f`. */
int csv_row_boolean(const struct csv_row *row, size_t column, bool *value, struct error *error);

/* Microseconds since 1970 by timestamp_parse. */
int csv_row_timestamp(const struct csv_row *row, size_t column, int64_t *microseconds,
                      struct error *error);

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
