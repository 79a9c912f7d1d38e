/* Writes every crate in the order of its rank: the row for people, the object that answers copy, in
   both encodings, and its words (build_crate_words.c). */
#include "index/build/build_crates.h"

#include "index/base/database.h"
#include "index/build/build_crate_words.h"
#include "index/build/build_families.h"
#include "index/build/build_readmes.h"
#include "index/build/build_report.h"
#include "index/build/build_rows.h"
#include "index/registry/crate_document.h"
#include "index/segment/index_schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char select_sql[] =
    "SELECT " CRATE_TEXT_COLUMNS ", trustpub_only, readme FROM staged_crates WHERE id = ?1";

struct writer {
    struct build *build;
    sqlite3_stmt *select;
    struct build_rows crates;
    struct build_rows documents;
    msgpack_sbuffer encoded[N_ENCODINGS];
    struct crate_words *words;
    struct build_readmes *readmes; /* NULL: they are not kept */
};

static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

/* A version's number; NULL where there is none. */
static const char *version_number(const struct build *build, uint32_t place)
{
    return place == 0 ? NULL : build->version_numbers.data + place;
}

static int insert_crate(struct writer *writer, uint32_t rank, const struct build_crate *crate,
                        const struct crate_document *document, struct error *error)
{
    sqlite3_stmt *insert = writer->crates.statement;
    const char *const texts[] = {
        document->name,       document->description, document->homepage,  document->documentation,
        document->repository, document->created_at,  document->updated_at};
    const char *const versions[] = {document->default_version, document->max_version,
                                    document->max_stable_version, document->newest_version};
    sqlite3_bind_int64(insert, 1, rank);
    sqlite3_bind_int64(insert, 2, crate->id);
    for (int i = 0; i < 7; i++)
        sqlite3_bind_text(insert, 3 + i, texts[i], -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 10, crate->downloads);
    if (crate->has_recent_downloads)
        sqlite3_bind_int64(insert, 11, crate->recent_downloads);
    else
        sqlite3_bind_null(insert, 11);
    sqlite3_bind_int64(insert, 12, crate->n_dependents);
    sqlite3_bind_double(insert, 13, crate->popularity);
    sqlite3_bind_int64(insert, 14, crate->n_versions);
    sqlite3_bind_int(insert, 15, crate->is_yanked);
    for (int i = 0; i < 4; i++)
        sqlite3_bind_text(insert, 16 + i, versions[i], -1, SQLITE_STATIC);
    sqlite3_bind_int(insert, 20, document->trustpub_only);
    return build_rows_put(&writer->crates, rank, error);
}

static int insert_document(struct writer *writer, uint32_t rank,
                           const struct crate_document *document, struct error *error)
{
    for (int i = 0; i < N_ENCODINGS; i++) {
        struct encoder encoder;
        writer->encoded[i].size = 0;
        encoder_init(&encoder, (enum encoding)i, &writer->encoded[i]);
        crate_document_encode(document, &encoder);
        if (encoder_finish(&encoder, error) != 0)
            return -1;
    }
    sqlite3_stmt *insert = writer->documents.statement;
    const msgpack_sbuffer *json = &writer->encoded[ENCODING_JSON];
    const msgpack_sbuffer *msgpack = &writer->encoded[ENCODING_MESSAGEPACK];
    sqlite3_bind_int64(insert, 1, rank);
    sqlite3_bind_text(insert, 2, json->data, (int)json->size, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 3, msgpack->data, (int)msgpack->size, SQLITE_STATIC);
    return build_rows_put(&writer->documents, rank, error);
}

static struct crate_text column_text(sqlite3_stmt *row, int column)
{
    const char *bytes = text_of(row, column);
    return (struct crate_text){bytes, (size_t)sqlite3_column_bytes(row, column)};
}

static int insert_words(struct writer *writer, uint32_t rank, const struct build_crate *crate,
                        sqlite3_stmt *row, struct error *error)
{
    return crate_words_write(writer->words, rank, crate->id, column_text(row, 0),
                             column_text(row, 1), column_text(row, CRATE_TEXT_N_COLUMNS + 1),
                             error);
}

static int insert_readme(struct writer *writer, uint32_t rank, sqlite3_stmt *row,
                         struct error *error)
{
    struct crate_text readme = column_text(row, CRATE_TEXT_N_COLUMNS + 1);
    if (writer->readmes == NULL || readme.length == 0)
        return 0;
    return build_readmes_add(writer->readmes, rank, readme.bytes, readme.length, error);
}

static int add_column(struct writer *writer, uint32_t rank, const struct build_crate *crate,
                      sqlite3_stmt *row, struct error *error)
{
    struct build *build = writer->build;
    uint32_t length = (uint32_t)sqlite3_column_bytes(row, 0);
    if (msgpack_sbuffer_write(&build->names, text_of(row, 0), length) != 0)
        return error_out_of_memory(error);
    build->columns[rank - 1] = (struct crate_column_row){
        .name_length = length,
        .id = crate->id,
        .downloads = crate->downloads,
        .recent_downloads =
            crate->has_recent_downloads ? crate->recent_downloads : CRATE_NO_RECENT_DOWNLOADS,
        .created_at = crate->created_at,
        .updated_at = crate->updated_at,
        .popularity = (float)crate->popularity,
        .signals = {.dependents = (float)crate->dependents_share,
                    .downloads = (float)crate->downloads_share,
                    .versions = (float)log1p((double)crate->n_versions),
                    .description = (float)log1p((double)sqlite3_column_bytes(row, 1))},
        .is_yanked = crate->is_yanked,
    };
    return 0;
}

static int write_crate(struct writer *writer, uint32_t rank, struct error *error)
{
    const struct build *build = writer->build;
    const struct build_crate *crate = &build->crates[rank - 1];
    sqlite3_stmt *row = writer->select;
    sqlite3_bind_int64(row, 1, crate->id);
    int found = database_step(row, error);
    if (found != 1)
        return found < 0 ? -1 : error_set(error, "index file: a crate is gone");
    struct crate_document document = {
        .trustpub_only = sqlite3_column_int(row, CRATE_TEXT_N_COLUMNS) != 0,
        .downloads = crate->downloads,
        .recent_downloads = crate->recent_downloads,
        .has_recent_downloads = true,
        .n_versions = crate->n_versions,
        .default_version = version_number(build, crate->default_version),
        .max_version = version_number(build, crate->max_version),
        .max_stable_version = version_number(build, crate->max_stable_version),
        .newest_version = version_number(build, crate->newest_version),
        .is_yanked = crate->is_yanked,
    };
    crate_document_read_texts(&document, row);
    int result = 0;
    if (insert_crate(writer, rank, crate, &document, error) != 0 ||
        insert_document(writer, rank, &document, error) != 0 ||
        insert_words(writer, rank, crate, row, error) != 0 ||
        insert_readme(writer, rank, row, error) != 0 ||
        add_column(writer, rank, crate, row, error) != 0)
        result = -1;
    sqlite3_reset(row);
    return result;
}

static int write_all(struct writer *writer, struct error *error)
{
    struct build *build = writer->build;
    build->columns = calloc((size_t)build->n_crates + 1, sizeof *build->columns);
    if (build->columns == NULL)
        return error_out_of_memory(error);
    writer->select = database_prepare(build->database, select_sql, error);
    if (writer->select == NULL || build_rows_open(&writer->crates, build, "crates", error) != 0 ||
        build_rows_open(&writer->documents, build, "documents", error) != 0)
        return -1;
    writer->words = crate_words_open(build, error);
    if (writer->words == NULL)
        return -1;
    if (build->options->keep_readmes &&
        (writer->readmes = build_readmes_open(build, error)) == NULL)
        return -1;
    for (uint32_t rank = 1; rank <= build->n_crates; rank++) {
        if (rank % 1000 == 0 &&
            build_progress(build, "crates and words", rank, build->n_crates, "crates", error) != 0)
            return -1;
        if (write_crate(writer, rank, error) != 0)
            return -1;
    }
    const char *name = build->names.data;
    for (uint32_t i = 0; i < build->n_crates; i++) {
        build->columns[i].name = name;
        name += build->columns[i].name_length;
    }
    return build_find_families(build, error);
}

int build_write_crates(struct build *build, struct error *error)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return error_out_of_memory(error);
    writer->build = build;
    for (int i = 0; i < N_ENCODINGS; i++)
        msgpack_sbuffer_init(&writer->encoded[i]);
    int result = write_all(writer, error);
    sqlite3_finalize(writer->select);
    build_rows_close(&writer->crates);
    build_rows_close(&writer->documents);
    for (int i = 0; i < N_ENCODINGS; i++)
        msgpack_sbuffer_destroy(&writer->encoded[i]);
    crate_words_close(writer->words);
    build_readmes_close(writer->readmes);
    free(writer);
    if (result != 0 || build->check != NULL)
        return result;
    result = database_execute(build->database,
                              "INSERT INTO crates_fts(crates_fts) VALUES('optimize')", error);
    return result == 0 ? database_execute(build->database, index_schema_indexes, error) : -1;
}
