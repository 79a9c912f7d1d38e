/* From the dump's bytes to rows in SQLite: libarchive gives blocks, csv_table gives rows, the
   table's description (dump_tables.c) says how each field is bound. Tables may come in any
   order, because nothing is looked up here; references are checked when everything is read. */
#include "index/build/build_read.h"

#include "index/base/database.h"
#include "index/base/json_text.h"
#include "index/build/build_report.h"
#include "index/dump/csv_table.h"
#include "index/dump/dump.h"
#include "index/dump/dump_tables.h"
#include "index/dump/postgres_fields.h"
#include "index/dump/web_address.h"

#include <cratedex/encoder.h>
#include <cratedex/index_file.h>
#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MAX_DUMP_BYTES (UINT64_C(64) << 30)

#define MAX_METADATA_BYTES 16384
#define MAX_HEX_BYTES 512

/* A table that is being read. */
struct reading {
    struct build *build;
    const struct dump_table *table;
    sqlite3_stmt *insert;
};

/* Without memory for the copy the parameter would be NULL. */
static int bind_copy(sqlite3_stmt *insert, int parameter, const char *text, size_t length,
                     struct error *error)
{
    if (sqlite3_bind_text(insert, parameter, text, (int)length, SQLITE_TRANSIENT) == SQLITE_OK)
        return 0;
    return error_out_of_memory(error);
}

/* Binds an array as JSON text. */
static int bind_array(sqlite3_stmt *insert, int parameter, const struct csv_row *row, size_t column,
                      struct error *error)
{
    const struct csv_field *field = &row->fields[column];
    if (field->length == 2 && memcmp(field->data, "{}", 2) == 0) {
        sqlite3_bind_text(insert, parameter, "[]", 2, SQLITE_STATIC);
        return 0;
    }
    struct postgres_array array;
    struct postgres_element element;
    struct error fault;
    int more;
    json_t *texts = json_array();
    postgres_array_open(&array, field->data, field->length);
    bool is_whole = texts != NULL;
    while ((more = postgres_array_next(&array, &element, &fault)) > 0 && is_whole)
        is_whole = json_array_append_new(
                       texts, element.is_null ? json_null()
                                              : json_stringn(element.text, element.length)) == 0;
    postgres_array_close(&array);
    char *text = more < 0 || !is_whole ? NULL : json_dumps(texts, JSON_COMPACT);
    json_decref(texts);
    if (more < 0)
        return csv_row_error_value(row, column, error, fault.message);
    if (text == NULL)
        return error_out_of_memory(error);
    int result = bind_copy(insert, parameter, text, strlen(text), error);
    free(text);
    return result;
}

static int bind_hex(sqlite3_stmt *insert, int parameter, const struct csv_row *row, size_t column,
                    bool is_bytea, struct error *error)
{
    const struct csv_field *field = &row->fields[column];
    char hex[MAX_HEX_BYTES];
    int result = is_bytea ? postgres_bytea(field->data, field->length, hex, sizeof hex)
                          : postgres_hex(field->data, field->length, hex, sizeof hex);
    if (result != 0)
        return csv_row_error_value(row, column, error, "not hexadecimal");
    return bind_copy(insert, parameter, hex, strlen(hex), error);
}

static int bind_time(sqlite3_stmt *insert, int parameter, const struct csv_row *row, size_t column,
                     bool is_date, struct error *error)
{
    const struct csv_field *field = &row->fields[column];
    int64_t microseconds;
    char text[TIMESTAMP_TEXT_SIZE];
    if (csv_row_timestamp(row, column, &microseconds, error) != 0)
        return -1;
    if (is_date && field->length != sizeof "2020-11-27" - 1)
        return csv_row_error_value(row, column, error, "not a date");
    if (!is_date)
        return bind_copy(insert, parameter, text, timestamp_format(microseconds, text), error);
    sqlite3_bind_text(insert, parameter, field->data, (int)field->length, SQLITE_STATIC);
    return 0;
}

static int bind_field(sqlite3_stmt *insert, const struct csv_row *row, size_t column,
                      const struct dump_column *description, struct error *error)
{
    const struct csv_field *field = &row->fields[column];
    int parameter = (int)column + 1;
    int64_t integer;
    bool boolean;
    if (field->is_null) {
        if (description->not_null)
            return csv_row_error(row, column, error, "a value is missing");
        sqlite3_bind_null(insert, parameter);
        return 0;
    }
    switch (description->type) {
    case DUMP_INTEGER:
        if (csv_row_integer(row, column, &integer, error) != 0)
            return -1;
        sqlite3_bind_int64(insert, parameter, integer);
        return 0;
    case DUMP_BOOLEAN:
        if (csv_row_boolean(row, column, &boolean, error) != 0)
            return -1;
        sqlite3_bind_int(insert, parameter, boolean);
        return 0;
    case DUMP_NAME:
        if (field->length == 0 || field->length > INDEX_MAX_NAME_BYTES)
            return csv_row_error_value(row, column, error, "not 1 to 255 bytes long");
        sqlite3_bind_text(insert, parameter, field->data, (int)field->length, SQLITE_STATIC);
        return 0;
    case DUMP_ADDRESS:
        if (web_address_is_shown(field->data, field->length))
            sqlite3_bind_text(insert, parameter, field->data, (int)field->length, SQLITE_STATIC);
        else
            sqlite3_bind_null(insert, parameter);
        return 0;
    case DUMP_TEXT:
        sqlite3_bind_text(insert, parameter, field->data, (int)field->length, SQLITE_STATIC);
        return 0;
    case DUMP_TIMESTAMP:
    case DUMP_DATE:
        return bind_time(insert, parameter, row, column, description->type == DUMP_DATE, error);
    case DUMP_ARRAY:
        return bind_array(insert, parameter, row, column, error);
    case DUMP_BYTEA:
    case DUMP_HEX:
        return bind_hex(insert, parameter, row, column, description->type == DUMP_BYTEA, error);
    }
    return 0;
}

/* Whether a list such as "crates.id, crates.name" names the column. */
static bool is_named(const char *list, const char *column)
{
    size_t length = strlen(column);
    for (const char *dot = strchr(list, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
        if (strncmp(dot + 1, column, length) == 0 && strchr(", ", dot[1 + length]) != NULL)
            return true;
    return false;
}

/* Blames the columns of the key that an earlier row has. Only SQLite's message tells which key
   of the table that is, and our tables call a key's columns as the dump does. */
static int repeated_key(const struct reading *reading, const struct csv_row *row,
                        struct error *error)
{
    const struct dump_table *table = reading->table;
    const char *message = sqlite3_errmsg(reading->build->database);
    size_t columns[DUMP_MAX_COLUMNS];
    size_t n_columns = 0;
    for (size_t i = 0; i < table->n_columns; i++)
        if (is_named(message, table->columns[i].csv.name))
            columns[n_columns++] = i;
    if (n_columns == 0)
        return csv_row_error(row, CSV_NO_COLUMN, error, "%s", message);
    return csv_row_error_values(row, columns, n_columns, error,
                                n_columns == 1 ? "occurs twice in the table"
                                               : "occur twice in the table");
}

static int on_row(void *context, const struct csv_row *row, struct error *error)
{
    struct reading *reading = context;
    for (size_t column = 0; column < reading->table->n_columns; column++) {
        if (bind_field(reading->insert, row, column, &reading->table->columns[column], error) != 0)
            return -1;
    }
    int result = sqlite3_step(reading->insert);
    sqlite3_reset(reading->insert);
    if (result == SQLITE_DONE)
        return 0;
    if ((result & 0xff) == SQLITE_CONSTRAINT)
        return repeated_key(reading, row, error);
    return database_error(reading->build->database, "index file", error);
}

static int feed(struct build *build, struct dump *dump, const char *phase, struct csv_table *csv,
                struct error *error)
{
    const void *bytes;
    size_t size;
    int more;
    while ((more = dump_read(dump, &bytes, &size, error)) == 1) {
        if (csv_table_feed(csv, bytes, size, error) != 0 ||
            build_progress(build, phase, dump_bytes_done(dump), dump_bytes_total(dump), "bytes",
                           error) != 0)
            return -1;
    }
    return more < 0 ? -1 : csv_table_finish(csv, error);
}

static int read_table(struct build *build, struct dump *dump, const struct dump_member *member,
                      const struct dump_table *table, struct error *error)
{
    struct csv_column columns[DUMP_MAX_COLUMNS];
    for (size_t i = 0; i < table->n_columns; i++)
        columns[i] = table->columns[i].csv;
    struct reading reading = {build, table,
                              database_prepare(build->database, table->insert, error)};
    if (reading.insert == NULL)
        return -1;
    struct csv_table *csv =
        csv_table_open(member->path, columns, table->n_columns, on_row, &reading, error);
    int result = csv == NULL ? -1 : feed(build, dump, table->name, csv, error);
    if (result == 0) {
        struct build_report *report = build->report;
        if (report->n_tables < BUILD_MAX_TABLES) {
            snprintf(report->tables[report->n_tables].name, sizeof report->tables[0].name, "%s",
                     table->name);
            report->tables[report->n_tables++].n_rows = csv_table_n_rows(csv);
        }
        if (csv_table_n_repaired(csv) > 0)
            build_warn(build, "field with invalid UTF-8, mended with U+FFFD",
                       csv_table_n_repaired(csv), "%s", csv_table_first_repaired(csv));
    }
    csv_table_close(csv);
    sqlite3_finalize(reading.insert);
    return result;
}

/* Copies the member into `text`; -1 where it is larger than that. */
static int read_small_member(struct dump *dump, const struct dump_member *member, char *text,
                             size_t capacity, size_t *length, struct error *error)
{
    const void *bytes;
    size_t size;
    int more;
    *length = 0;
    while ((more = dump_read(dump, &bytes, &size, error)) == 1) {
        if (size > capacity - *length) {
            error_set(error, "%s is larger than %zu bytes", member->path, capacity);
            return -1;
        }
        memcpy(text + *length, bytes, size);
        *length += size;
    }
    return more;
}

/* metadata.json has the dump's timestamp. */
static int read_metadata(struct build *build, struct dump *dump, const struct dump_member *member,
                         struct error *error)
{
    char text[MAX_METADATA_BYTES];
    size_t length;
    if (read_small_member(dump, member, text, sizeof text, &length, error) != 0)
        return -1;
    json_t *metadata = json_text_read(text, length, 0, error);
    if (metadata == NULL)
        return error_prefix(error, "%s: ", member->path);
    const char *timestamp = json_string_value(json_object_get(metadata, "timestamp"));
    int64_t microseconds;
    int result = 0;
    if (timestamp == NULL || timestamp_parse(timestamp, strlen(timestamp), &microseconds) != 0)
        result = error_set(error, "%s has no valid \"timestamp\"", member->path);
    else
        timestamp_format(microseconds, build->timestamp);
    json_decref(metadata);
    return result;
}

static int read_members(struct build *build, struct dump *dump, struct error *error)
{
    struct dump_member member;
    bool has_crates = false;
    bool has_versions = false;
    int more;
    while ((more = dump_next(dump, &member, error)) == 1) {
        const struct dump_table *table = member.table ? dump_table_find(member.table) : NULL;
        if (member.is_metadata && read_metadata(build, dump, &member, error) != 0)
            return -1;
        if (table == NULL)
            continue;
        has_crates = has_crates || strcmp(table->name, "crates") == 0;
        has_versions = has_versions || strcmp(table->name, "versions") == 0;
        build->has_github_accounts |= strcmp(table->name, "oauth_github") == 0;
        build_begin_phase(build, table->name);
        if (read_table(build, dump, &member, table, error) != 0)
            return -1;
    }
    if (more < 0)
        return -1;
    if (!has_crates || !has_versions)
        return error_set(error, "%s has no data/%s.csv: is it a crates.io database dump?",
                         build->options->dump_path, has_crates ? "versions" : "crates");
    return 0;
}

int build_read_dump(struct build *build, struct error *error)
{
    uint64_t max_bytes = build->options->max_dump_bytes;
    struct dump *dump = dump_open(build->options->dump_path,
                                  max_bytes == 0 ? DEFAULT_MAX_DUMP_BYTES : max_bytes, error);
    if (dump == NULL)
        return -1;
    int result = read_members(build, dump, error);
    dump_close(dump);
    return result;
}
