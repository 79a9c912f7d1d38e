/* Typed values of a row: what is wrong with a value is said here, with file, row and column; how a
   value is read is the business of timestamp.c and postgres_fields.c. Nothing is allocated or kept;
   a row and its strings belong to its table. */
#include "index/dump/csv_row.h"

#include "index/dump/csv_utf8.h"
#include "index/dump/postgres_fields.h"

#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <stdio.h>

int csv_row_error(const struct csv_row *row, size_t column, struct error *error, const char *format,
                  ...)
{
    char message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (column == CSV_NO_COLUMN)
        return error_set(error, "%s: row %" PRIu64 ": %s", row->file, row->number, message);
    return error_set(error, "%s: row %" PRIu64 ", column %s: %s", row->file, row->number,
                     row->columns[column].name, message);
}

int csv_row_error_value(const struct csv_row *row, size_t column, struct error *error,
                        const char *complaint)
{
    return csv_row_error_values(row, &column, 1, error, complaint);
}

int csv_row_error_values(const struct csv_row *row, const size_t *columns, size_t n_columns,
                         struct error *error, const char *complaint)
{
    char names[256] = "";
    char values[512] = "";
    size_t names_length = 0;
    size_t values_length = 0;
    for (size_t i = 0; i < n_columns && names_length < sizeof names; i++) {
        const struct csv_field *field = &row->fields[columns[i]];
        char value[96] = "NULL";
        if (!field->is_null)
            csv_utf8_quote(value, sizeof value, field->data, field->length);
        names_length += (size_t)snprintf(names + names_length, sizeof names - names_length, "%s%s",
                                         i == 0              ? ""
                                         : i + 1 < n_columns ? ", "
                                                             : " and ",
                                         row->columns[columns[i]].name);
        if (values_length < sizeof values)
            values_length += (size_t)snprintf(values + values_length, sizeof values - values_length,
                                              "%s%s", i == 0 ? "" : ", ", value);
    }
    return error_set(error, "%s: row %" PRIu64 ", column%s %s: %s: %s", row->file, row->number,
                     n_columns > 1 ? "s" : "", names, complaint, values);
}

/* Text that must be there, and why else it cannot be read. */
const struct csv_field *csv_row_text(const struct csv_row *row, size_t column, struct error *error)
{
    if (row->fields[column].is_null) {
        csv_row_error(row, column, error, "the value is missing (NULL)");
        return NULL;
    }
    return &row->fields[column];
}

int csv_row_integer(const struct csv_row *row, size_t column, int64_t *value, struct error *error)
{
    const struct csv_field *field = csv_row_text(row, column, error);
    if (field == NULL)
        return -1;
    if (postgres_integer(field->data, field->length, value) < 0)
        return csv_row_error_value(row, column, error, "not an integer of 64 bits");
    return 0;
}

int csv_row_boolean(const struct csv_row *row, size_t column, bool *value, struct error *error)
{
    const struct csv_field *field = csv_row_text(row, column, error);
    if (field == NULL)
        return -1;
    if (field->length != 1 || (field->data[0] != 't' && field->data[0] != 'f'))
        return csv_row_error_value(row, column, error, "not a boolean (t or f)");
    *value = field->data[0] == 't';
    return 0;
}

int csv_row_timestamp(const struct csv_row *row, size_t column, int64_t *microseconds,
                      struct error *error)
{
    const struct csv_field *field = csv_row_text(row, column, error);
    if (field == NULL)
        return -1;
    if (timestamp_parse(field->data, field->length, microseconds) < 0)
        return csv_row_error_value(row, column, error, "not a timestamp");
    return 0;
}
