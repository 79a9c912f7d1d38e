/* JSON and MessagePack hold UTF-8 alone, and SQLite texts anything: who changed a row may have made
   an answer impossible that is no part of a document. FTS5's tables hold no text that is read. */
#include "index/verify/verify_texts.h"

#include "index/base/database.h"

#include <cratedex/utf8.h>
#include <stdbool.h>
#include <stdio.h>

static bool is_text(sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) != SQLITE_TEXT)
        return true;
    const char *text = (const char *)sqlite3_column_text(row, column);
    return utf8_is_valid(text, (size_t)sqlite3_column_bytes(row, column));
}

static int check_rows(sqlite3_stmt *row, const char *table, struct error *error)
{
    int n_columns = sqlite3_column_count(row);
    int found;
    while ((found = database_step(row, error)) == 1) {
        for (int column = 0; column < n_columns; column++)
            if (!is_text(row, column))
                return error_set(error, "a row of %s has a text in %s that is not UTF-8", table,
                                 sqlite3_column_name(row, column));
    }
    return found;
}

static int check_table(sqlite3 *database, const char *table, struct error *error)
{
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
    sqlite3_stmt *row = sql != NULL ? database_prepare(database, sql, error) : NULL;
    int result = row != NULL   ? check_rows(row, table, error)
                 : sql == NULL ? error_out_of_memory(error)
                               : -1;
    sqlite3_finalize(row);
    sqlite3_free(sql);
    return result;
}

int verify_texts(sqlite3 *database, struct error *error)
{
    sqlite3_stmt *tables = database_prepare(database,
                                            "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                            " AND name NOT GLOB 'crates_fts*'",
                                            error);
    if (tables == NULL)
        return -1;
    int result;
    while ((result = database_step(tables, error)) == 1) {
        result = check_table(database, (const char *)sqlite3_column_text(tables, 0), error);
        if (result != 0)
            break;
    }
    sqlite3_finalize(tables);
    return result;
}
