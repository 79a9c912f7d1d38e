/* A thin layer: every failure becomes a sentence with SQLite's own explanation, so that callers
   only pass errors on. What the machine lacks is told from what is wrong with the file. */
#include "index/base/database.h"

#include <cratedex/timestamp.h>
#include <cratedex/utf8.h>
#include <stdbool.h>
#include <string.h>

/* SQLite's messages quote what is in the file, in which there may be anything. */
static void clean(char *message)
{
    bool is_text = utf8_is_valid(message, strlen(message));
    for (unsigned char *at = (unsigned char *)message; *at != '\0'; at++)
        if (*at < 0x20 || *at == 0x7f || (*at > 0x7f && !is_text))
            *at = '?';
}

int database_code_error(int code, const char *doing, const char *why, struct error *error)
{
    error_set(error, "%s: %s", doing, why);
    if (error != NULL)
        clean(error->message);
    switch (code & 0xff) { /* the rest says where (https://www.sqlite.org/rescode.html) */
    case SQLITE_NOMEM:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
        return error_mark_transient(error);
    default:
        return -1;
    }
}

/* Why the system could not read the file, the last time that it could not; 0: it always could.
   SQLite says SQLITE_CORRUPT then (EIO is SQLITE_IOERR_CORRUPTFS to it), though the disk is at
   fault and not what the file holds. */
static int why_unreadable(sqlite3 *database)
{
    int number = 0;
    return (sqlite3_errcode(database) & 0xff) == SQLITE_CORRUPT &&
                   sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &number) ==
                       SQLITE_OK
               ? number
               : 0;
}

int database_error(sqlite3 *database, const char *doing, struct error *error)
{
    if (error != NULL && sqlite3_extended_errcode(database) == SQLITE_IOERR_DATA &&
        sqlite3_file_control(database, "main", DATABASE_FCNTL_EXPLAIN, error) == SQLITE_OK)
        return -1;
    int number = why_unreadable(database);
    if (number != 0)
        return database_code_error(SQLITE_IOERR, doing, strerror(number), error);
    return database_code_error(sqlite3_errcode(database), doing, sqlite3_errmsg(database), error);
}

int database_execute(sqlite3 *database, const char *sql, struct error *error)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        return database_error(database, "index file", error);
    return 0;
}

sqlite3_stmt *database_prepare(sqlite3 *database, const char *sql, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        database_error(database, "index file", error);
        return NULL;
    }
    return statement;
}

int database_step(sqlite3_stmt *statement, struct error *error)
{
    switch (sqlite3_step(statement)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return database_error(sqlite3_db_handle(statement), "index file", error);
    }
}

int database_run(sqlite3_stmt *statement, struct error *error)
{
    int result = database_step(statement, error);
    sqlite3_reset(statement);
    return result < 0 ? -1 : 0;
}

int database_integer(sqlite3 *database, const char *sql, int64_t *value, struct error *error)
{
    sqlite3_stmt *statement = database_prepare(database, sql, error);
    if (statement == NULL)
        return -1;
    int result = database_step(statement, error);
    if (result == 1)
        *value = sqlite3_column_int64(statement, 0);
    else if (result == 0)
        error_set(error, "index file: no answer to %s", sql);
    sqlite3_finalize(statement);
    return result == 1 ? 0 : -1;
}

fts5_api *database_fts5(sqlite3 *database, struct error *error)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
    if (result != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW || api == NULL)
        database_error(database, "SQLite's FTS5", error);
    sqlite3_finalize(statement);
    return api;
}

const char *database_column_text(sqlite3_stmt *row, int column, int max_bytes, const char *what,
                                 struct error *error)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    int length = sqlite3_column_bytes(row, column);
    if (text != NULL && length <= max_bytes && strlen(text) == (size_t)length)
        return text;
    if (sqlite3_errcode(sqlite3_db_handle(row)) == SQLITE_NOMEM)
        error_out_of_memory(error);
    else if (text == NULL)
        error_set(error, "index file: a %s is missing", what);
    else
        error_set(error, "index file: a %s of %d bytes, where %d are the most", what, length,
                  max_bytes);
    return NULL;
}

int64_t database_column_time(sqlite3_stmt *row, int column)
{
    int64_t microseconds = 0;
    const char *text = (const char *)sqlite3_column_text(row, column);
    timestamp_parse(text == NULL ? "" : text, (size_t)sqlite3_column_bytes(row, column),
                    &microseconds);
    return microseconds;
}
