/* A connection of its own for every call, so that nothing is cached between a change and a look. */
#include "tests/support/sql.h"

#include "index/segment/page_checksums.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static sqlite3 *open_file(const char *path, int flags)
{
    sqlite3 *database = NULL;
    if (sqlite3_open_v2(path, &database, flags, NULL) != SQLITE_OK)
        fail_msg("%s: %s", path, sqlite3_errmsg(database));
    return database;
}

char *sql_text(const char *path, const char *query)
{
    sqlite3 *database = open_file(path, SQLITE_OPEN_READONLY);
    sqlite3_stmt *statement = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (sqlite3_prepare_v2(database, query, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", query, sqlite3_errmsg(database));
    int result;
    for (int row = 0; (result = sqlite3_step(statement)) == SQLITE_ROW; row++) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *value = (const char *)sqlite3_column_text(statement, i);
            fprintf(out, "%s%s", i > 0 ? "|" : row > 0 ? "\n" : "", value == NULL ? "NULL" : value);
        }
    }
    if (result != SQLITE_DONE)
        fail_msg("%s: %s", query, sqlite3_errmsg(database));
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_int_equal(fclose(out), 0);
    return text;
}

void sql_expect(const char *path, const char *query, const char *expected)
{
    char *text = sql_text(path, query);
    assert_string_equal(text, expected);
    free(text);
}

void sql_seal(const char *path)
{
    struct error error = {.message = ""};
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    if (page_checksums_append(file, &error) != 0)
        fail_msg("%s: %s", path, error.message);
    close(file);
}

void sql_change(const char *path, const char *statements)
{
    sqlite3 *database = open_file(path, SQLITE_OPEN_READWRITE);
    char *message = NULL;
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    assert_int_equal(sqlite3_exec(database, "PRAGMA synchronous = OFF", NULL, NULL, NULL),
                     SQLITE_OK);
    if (sqlite3_exec(database, statements, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", statements, message);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    sql_seal(path);
}
