/* Statements are reset when they have given what was wanted: one that stands at a row keeps the
   file's read transaction open. */
#include "index/segment/reader_rows.h"

#include "index/base/database.h"

int reader_count(struct index_reader *reader, const char *sql, int64_t *number, struct error *error)
{
    sqlite3_stmt *statement = reader_statement(reader, sql, error);
    if (statement == NULL)
        return -1;
    int found = database_step(statement, error);
    if (found == 1)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (found == 0)
        return error_set(error, "index file: no answer to %s", sql);
    return found == 1 ? 0 : -1;
}

int reader_encode_row(struct index_reader *reader, const char *sql, const char *text, size_t length,
                      const struct row_member *members, uint32_t n_members, struct encoder *encoder,
                      struct error *error)
{
    sqlite3_stmt *row = reader_statement(reader, sql, error);
    if (row == NULL)
        return -1;
    sqlite3_bind_text64(row, 1, text, length, SQLITE_STATIC, SQLITE_UTF8);
    int found = database_step(row, error);
    if (found == 1)
        row_document(row, 0, members, n_members, encoder);
    sqlite3_reset(row);
    return found;
}

int reader_encode_rows(struct index_reader *reader, const char *sql, int64_t first, int64_t second,
                       const struct row_member *members, uint32_t n_members,
                       struct encoder *encoder, struct error *error)
{
    sqlite3_stmt *rows = reader_statement(reader, sql, error);
    if (rows == NULL)
        return -1;
    /* SQLite refuses to bind what the statement does not have, and no harm is done. */
    sqlite3_bind_int64(rows, 1, first);
    sqlite3_bind_int64(rows, 2, second);
    int result = row_document_array(rows, members, n_members, encoder, error);
    sqlite3_reset(rows);
    return result;
}
