/* Writes the sparse-index text of every crate (sparse_text.c), in the order of rank. */
#include "index/build/build_sparse_index.h"

#include "index/base/database.h"
#include "index/build/build_report.h"
#include "index/sparse/sparse_text.h"

#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <string.h>

static void warn_of_features(void *build, int64_t version_id)
{
    build_warn(build, "features that are no lists by name, taken as none", 1,
               "versions.csv: id %" PRId64, version_id);
}

static int insert_text(sqlite3_stmt *insert, struct sparse_text *text, uint32_t rank,
                       int64_t last_modified, struct error *error)
{
    if (sparse_text_compress(text, error) != 0)
        return -1;
    sqlite3_bind_int64(insert, 1, rank);
    sqlite3_bind_int64(insert, 2, last_modified);
    sqlite3_bind_int64(insert, 3, (sqlite3_int64)text->lines.size);
    sqlite3_bind_blob64(insert, 4, text->compressed.data, text->compressed.size, SQLITE_STATIC);
    return database_run(insert, error);
}

static int write_all(struct build *build, sqlite3_stmt *insert, struct sparse_text *text,
                     struct error *error)
{
    int64_t dump_time;
    if (timestamp_parse(build->timestamp, strlen(build->timestamp), &dump_time) != 0)
        return error_set(error, "the dump's timestamp %s is none", build->timestamp);
    for (uint32_t rank = 1; rank <= build->n_crates; rank++) {
        int64_t updated_at;
        if (rank % 1000 == 0 &&
            build_progress(build, "sparse index", rank, build->n_crates, "crates", error) != 0)
            return -1;
        if (sparse_text_write(text, rank, &updated_at, error) != 0)
            return -1;
        /* HTTP knows no changes in the future, and the dump holds none. */
        if (updated_at > dump_time)
            updated_at = dump_time;
        if (text->lines.size > 0 &&
            insert_text(insert, text, rank, updated_at / 1000000, error) != 0)
            return -1;
    }
    return 0;
}

int build_write_sparse_index(struct build *build, struct error *error)
{
    struct sparse_text text;
    int result = sparse_text_open(&text, build->database, build->columns, build->n_crates,
                                  warn_of_features, build, error);
    sqlite3_stmt *insert =
        database_prepare(build->database, "INSERT INTO sparse_index VALUES(?1, ?2, ?3, ?4)", error);
    if (result == 0)
        result = insert == NULL ? -1 : write_all(build, insert, &text, error);
    sqlite3_finalize(insert);
    sparse_text_close(&text);
    return result;
}
