/* One part that is held in memory, written with its checksum. */
#include "index/build/build_part.h"

#include "index/base/database.h"

#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

int build_write_part(struct build *build, enum index_part part, const msgpack_sbuffer *block,
                     struct error *error)
{
    sqlite3_stmt *insert =
        database_prepare(build->database, "INSERT INTO parts VALUES(?1, ?2, ?3)", error);
    if (insert == NULL)
        return -1;
    char checksum[17];
    snprintf(checksum, sizeof checksum, "%016" PRIx64, XXH3_64bits(block->data, block->size));
    sqlite3_bind_text(insert, 1, index_part_names[part], -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, checksum, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(insert, 3, block->data, block->size, SQLITE_STATIC);
    int result = database_run(insert, error);
    sqlite3_finalize(insert);
    return result;
}
