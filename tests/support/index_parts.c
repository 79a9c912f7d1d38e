/* Parts are rows of the table `parts`. */
#include "tests/support/index_parts.h"

#include "tests/support/sql.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *const file_parts[N_FILE_PARTS] = {
    "crate_columns", "names",      "terms",         "postings",     "name_substrings", "name_ends",
    "keyword_list",  "keywords",   "spelling_list", "spelling",     "memberships",     "words",
    "written",       "word_stems", "synonyms",      "crate_values", "licenses",        "logins"};

char *part_read(const char *path, const char *part, size_t *size)
{
    sqlite3 *database;
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT data FROM parts WHERE name = ?1", -1, &select, NULL),
        SQLITE_OK);
    sqlite3_bind_text(select, 1, part, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    *size = (size_t)sqlite3_column_bytes(select, 0);
    char *copy = malloc(*size + 1);
    assert_non_null(copy);
    memcpy(copy, sqlite3_column_blob(select, 0), *size);
    sqlite3_finalize(select);
    sqlite3_close(database);
    return copy;
}

void part_replace(const char *path, const char *part, const void *bytes, size_t size)
{
    sqlite3 *database;
    sqlite3_stmt *update;
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "PRAGMA synchronous = OFF", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "UPDATE parts SET data = ?1 WHERE name = ?2", -1,
                                        &update, NULL),
                     SQLITE_OK);
    sqlite3_bind_blob(update, 1, bytes, (int)size, SQLITE_STATIC);
    sqlite3_bind_text(update, 2, part, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(update), SQLITE_DONE);
    assert_int_equal(sqlite3_changes(database), 1);
    sqlite3_finalize(update);
    sqlite3_close(database);
    sql_seal(path);
}
