/* The names in a table's header. They are owned copies, kept while the table is read, because
   errors in rows name the column. The file decides what is in them, so they are escaped in
   errors. */
#include "index/dump/csv_header.h"

#include "index/dump/csv_utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int csv_header_add(struct csv_header *header, const char *name, size_t length, struct error *error)
{
    if (header->n_columns == CSV_HEADER_MAX_COLUMNS)
        return error_set(error, "the header has more than %d columns", CSV_HEADER_MAX_COLUMNS);
    if (length > CSV_HEADER_MAX_NAME_BYTES)
        return error_set(error, "the header has a name longer than %d bytes",
                         CSV_HEADER_MAX_NAME_BYTES);
    if (header->n_columns == header->capacity) {
        size_t capacity = header->capacity == 0 ? 32 : header->capacity * 2;
        struct csv_header_column *columns = realloc(header->columns, capacity * sizeof *columns);
        if (columns == NULL)
            return error_out_of_memory(error);
        header->columns = columns;
        header->capacity = capacity;
    }
    struct csv_header_column *column = &header->columns[header->n_columns];
    column->name = malloc(length + 1);
    if (column->name == NULL)
        return error_out_of_memory(error);
    memcpy(column->name, name, length);
    column->name[length] = '\0';
    column->name_length = length;
    column->wanted = CSV_UNWANTED;
    header->n_columns++;
    return 0;
}

static bool is_called(const struct csv_header_column *column, const char *name, size_t length)
{
    return column->name_length == length && memcmp(column->name, name, length) == 0;
}

static int refuse_duplicates(const struct csv_header *header, struct error *error)
{
    for (size_t i = 0; i < header->n_columns; i++) {
        const struct csv_header_column *column = &header->columns[i];
        for (size_t j = 0; j < i; j++) {
            if (is_called(&header->columns[j], column->name, column->name_length)) {
                char name[64];
                csv_utf8_quote(name, sizeof name, column->name, column->name_length);
                return error_set(error, "the header has the column %s twice", name);
            }
        }
    }
    return 0;
}

/* The names that the header has, as far as they fit. */
static void list_names(const struct csv_header *header, char *out, size_t capacity)
{
    static const char cut_end[] = ", …";
    size_t used = 0;
    for (size_t i = 0; i < header->n_columns; i++) {
        const struct csv_header_column *column = &header->columns[i];
        char name[64];
        csv_utf8_quote(name, sizeof name, column->name, column->name_length);
        const char *comma = i == 0 ? "" : ", ";
        if (used + strlen(comma) + strlen(name) + sizeof cut_end > capacity) {
            snprintf(out + used, capacity - used, "%s", cut_end);
            return;
        }
        used += (size_t)snprintf(out + used, capacity - used, "%s%s", comma, name);
    }
}

int csv_header_resolve(struct csv_header *header, const struct csv_column *columns,
                       size_t n_columns, struct error *error)
{
    if (refuse_duplicates(header, error) < 0)
        return -1;
    for (size_t i = 0; i < n_columns; i++) {
        size_t length = strlen(columns[i].name);
        bool is_present = false;
        for (size_t j = 0; j < header->n_columns; j++) {
            if (is_called(&header->columns[j], columns[i].name, length)) {
                header->columns[j].wanted = i;
                is_present = true;
            }
        }
        if (columns[i].required && !is_present) {
            char names[640];
            list_names(header, names, sizeof names);
            return error_set(error, "the column \"%s\" is missing; the header has %s",
                             columns[i].name, names);
        }
    }
    return 0;
}

void csv_header_free(struct csv_header *header)
{
    for (size_t i = 0; i < header->n_columns; i++)
        free(header->columns[i].name);
    free(header->columns);
    *header = (struct csv_header){0};
}
