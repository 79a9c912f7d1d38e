/* One statement either way, with the same parameters: INSERT INTO t VALUES(?1, ?2), or SELECT 1
   FROM t WHERE key IS ?1 AND value IS ?2, whose columns SQLite itself names. IS takes NULL for a
   value like others, and finds the key by the table's own tree. */
#include "index/build/build_rows.h"

#include "index/base/database.h"

#include <inttypes.h>
#include <stdio.h>

#define MAX_SQL_BYTES 1024

/* Writes the statement for the columns that the table has. Returns 0 or -1. */
static int write_sql(const struct build *build, const char *table, bool is_check, char *sql,
                     struct error *error)
{
    sqlite3_stmt *columns =
        database_prepare(build->database, "SELECT name FROM pragma_table_info(?1)", error);
    if (columns == NULL)
        return -1;
    sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
    size_t length = (size_t)snprintf(
        sql, MAX_SQL_BYTES, is_check ? "SELECT 1 FROM main.%s" : "INSERT INTO main.%s", table);
    int found;
    for (int i = 1; (found = database_step(columns, error)) == 1 && length < MAX_SQL_BYTES; i++) {
        const char *name = (const char *)sqlite3_column_text(columns, 0);
        const char *before =
            is_check ? (i == 1 ? " WHERE " : " AND ") : (i == 1 ? " VALUES(" : ", ");
        length += (size_t)snprintf(sql + length, MAX_SQL_BYTES - length,
                                   is_check ? "%s%s IS ?%d" : "%s%.0s?%d", before, name, i);
    }
    if (!is_check && length < MAX_SQL_BYTES)
        length += (size_t)snprintf(sql + length, MAX_SQL_BYTES - length, ")");
    sqlite3_finalize(columns);
    if (found == 1 || length >= MAX_SQL_BYTES)
        return error_set(error, "the table %s has too many columns", table);
    return found;
}

int build_rows_open(struct build_rows *rows, const struct build *build, const char *table,
                    struct error *error)
{
    char sql[MAX_SQL_BYTES];
    *rows = (struct build_rows){.table = table, .is_check = build->check != NULL};
    if (write_sql(build, table, rows->is_check, sql, error) == 0)
        rows->statement = database_prepare(build->database, sql, error);
    return rows->statement != NULL ? 0 : -1;
}

int build_rows_put(struct build_rows *rows, int64_t key, struct error *error)
{
    int found = database_step(rows->statement, error);
    sqlite3_reset(rows->statement);
    if (found == 0 && rows->is_check)
        return error_set(error, "row %" PRId64 " of %s is not what the other tables say", key,
                         rows->table);
    return found < 0 ? -1 : 0;
}

void build_rows_close(struct build_rows *rows)
{
    sqlite3_finalize(rows->statement);
}
