/* One probe of the index over (crate_id, num). */
#include <cratedex/version_lookup.h>

#include "index/database.h"
#include "index/open_index.h"

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
