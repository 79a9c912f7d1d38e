/* One part that is held in memory. */
#include "index/build/build_part.h"

#include "index/base/database.h"

int build_write_part(struct build *build, enum index_part part, const msgpack_sbuffer *block,
                     struct error *error)
{
    if (build->check != NULL)
        return build->check->on_part(build, part, block, error);
    sqlite3_stmt *insert =
        database_prepare(build->database, "INSERT INTO parts VALUES(?1, ?2)", error);
    if (insert == NULL)
        return -1;
    sqlite3_bind_text(insert, 1, index_part_names[part], -1, SQLITE_STATIC);
    sqlite3_bind_blob64(insert, 2, block->data, block->size, SQLITE_STATIC);
    int result = database_run(insert, error);
    sqlite3_finalize(insert);
    return result;
}
