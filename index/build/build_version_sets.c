/* Writes the sets of versions (version_set.h) of the crates that have many. Each row is read once
   and encoded in both encodings. */
#include "index/build/build_version_sets.h"

#include "index/base/database.h"
#include "index/build/build_report.h"
#include "index/registry/version_document.h"
#include "index/registry/version_set.h"

#include <cratedex/index_file.h>

struct set_builder {
    struct build *build;
    sqlite3_stmt *select;
    sqlite3_stmt *insert;
    struct version_set_writer writers[N_ENCODINGS];
    msgpack_sbuffer blocks[N_ENCODINGS];
};

static int read_versions(struct set_builder *builder, uint32_t rank, struct error *error)
{
    const struct crate_column_row *column = &builder->build->columns[rank - 1];
    const struct index_crate crate = {.name = column->name, .name_length = column->name_length};
    for (int i = 0; i < N_ENCODINGS; i++)
        version_set_begin(&builder->writers[i], (enum encoding)i);
    sqlite3_bind_int64(builder->select, 1, column->id);
    int found;
    while ((found = database_step(builder->select, error)) == 1) {
        for (int i = 0; i < N_ENCODINGS && found == 1; i++) {
            if (version_set_add(&builder->writers[i], builder->select, &crate, error) != 0)
                found = -1;
        }
        if (found < 0)
            break;
    }
    sqlite3_reset(builder->select);
    return found;
}

static int write_set(struct set_builder *builder, uint32_t rank, struct error *error)
{
    if (read_versions(builder, rank, error) != 0)
        return -1;
    sqlite3_bind_int64(builder->insert, 1, rank);
    for (int i = 0; i < N_ENCODINGS; i++) {
        msgpack_sbuffer *block = &builder->blocks[i];
        block->size = 0;
        if (version_set_pack(&builder->writers[i], block, error) != 0)
            return -1;
        sqlite3_bind_blob64(builder->insert, 2 + i, block->data, block->size, SQLITE_STATIC);
    }
    return database_run(builder->insert, error);
}

static int write_sets(struct set_builder *builder, struct error *error)
{
    struct build *build = builder->build;
    builder->select = database_prepare(build->database, VERSIONS_OF_CRATE_SQL, error);
    builder->insert =
        database_prepare(build->database, "INSERT INTO version_sets VALUES(?1, ?2, ?3)", error);
    if (builder->select == NULL || builder->insert == NULL)
        return -1;
    for (uint32_t rank = 1; rank <= build->n_crates; rank++) {
        if (rank % 10000 == 0 && build_progress(build, "versions and dependents", rank,
                                                build->n_crates, "crates", error) != 0)
            return -1;
        if (build->crates[rank - 1].version_bytes > VERSION_SET_MIN_BYTES &&
            write_set(builder, rank, error) != 0)
            return -1;
    }
    return 0;
}

int build_write_version_sets(struct build *build, struct error *error)
{
    struct set_builder builder = {.build = build};
    for (int i = 0; i < N_ENCODINGS; i++) {
        version_set_writer_init(&builder.writers[i]);
        msgpack_sbuffer_init(&builder.blocks[i]);
    }
    int result = write_sets(&builder, error);
    for (int i = 0; i < N_ENCODINGS; i++) {
        msgpack_sbuffer_destroy(&builder.blocks[i]);
        version_set_writer_destroy(&builder.writers[i]);
    }
    sqlite3_finalize(builder.insert);
    sqlite3_finalize(builder.select);
    return result;
}
