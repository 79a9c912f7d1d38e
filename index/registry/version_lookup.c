/* A version is one probe of the index over (crate_id, num). */
#include <cratedex/version_lookup.h>

#include "index/base/database.h"
#include "index/segment/open_reader.h"

#include <stdlib.h>

int index_find_version(struct index_reader *reader, uint32_t rank, const char *num, size_t length,
                       int64_t *version_id, struct error *error)
{
    static const char *const text = "SELECT id FROM versions WHERE crate_id = ?1 AND num = ?2";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, reader->index->columns.ids[rank - 1]);
    sqlite3_bind_text64(select, 2, num, length, SQLITE_STATIC, SQLITE_UTF8);
    int found = database_step(select, error);
    if (found == 1)
        *version_id = sqlite3_column_int64(select, 0);
    sqlite3_reset(select);
    return found;
}

int index_version_ids(struct index_reader *reader, int64_t **ids, uint32_t *n_versions,
                      struct error *error)
{
    static const char *const text = "SELECT id FROM versions ORDER BY id";
    int64_t n_rows = 0;
    if (database_integer(reader->database, "SELECT count(*) FROM versions", &n_rows, error) != 0)
        return -1;
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    if (n_rows >= UINT32_MAX)
        return error_set(error, "the index has 2^32 versions or more");
    *ids = malloc(((size_t)n_rows + 1) * sizeof **ids);
    if (*ids == NULL)
        return error_out_of_memory(error);
    uint32_t n = 0;
    int found;
    while ((found = database_step(select, error)) == 1 && n < n_rows)
        (*ids)[n++] = sqlite3_column_int64(select, 0);
    sqlite3_reset(select);
    *n_versions = n;
    if (found < 0)
        free(*ids);
    return found < 0 ? -1 : 0;
}
