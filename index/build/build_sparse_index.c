/* Writes the sparse-index text of every crate, in the order of rank. The order of members, of versions
   and of dependencies and what is left out follow crates.io's own index, so that its files and ours are
   equal byte for byte: dependencies by name, kind, requirement and so on, features by name. One crate's
   text is in memory at a time; it is compressed by itself, so that an answer decompresses nothing else. */
#include "index/base/database.h"
#include "index/build/build_steps.h"
#include "index/sparse/sparse_dependencies.h"
#include "index/sparse/sparse_features.h"

#include <cratedex/sparse_index.h>
#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* More does not pay: of crates-real, 305 MB, level 1 leaves 40.6 MB, 3 as much, 9 39.4 MB at a quarter of the
   speed. Half of that are the checksums. */
#define COMPRESSION_LEVEL 1

enum statement { SELECT_VERSIONS, SELECT_DEPENDENCIES, INSERT_TEXT, N_STATEMENTS };

enum version_column {
    VERSION_ID,
    VERSION_NUM,
    VERSION_CHECKSUM,
    VERSION_FEATURES,
    VERSION_YANKED,
    VERSION_LINKS,
    VERSION_RUST_VERSION,
    VERSION_PUBLISHED,
    VERSION_UPDATED_AT
};

enum dependency_column {
    DEPENDENCY_CRATE,
    DEPENDENCY_ALIAS,
    DEPENDENCY_REQ,
    DEPENDENCY_FEATURES,
    DEPENDENCY_OPTIONAL,
    DEPENDENCY_DEFAULT_FEATURES,
    DEPENDENCY_TARGET,
    DEPENDENCY_KIND
};

/* Times are text: without the `Z`, which is above the `.` of a fraction, they sort as times do. */
static const char *const statement_texts[N_STATEMENTS] = {
    [SELECT_VERSIONS] = "SELECT id, num, checksum, features, yanked, links, rust_version,"
                        " substr(created_at, 1, 19) || 'Z', updated_at FROM versions"
                        " WHERE crate_id = ?1 ORDER BY rtrim(created_at, 'Z'), id",
    [SELECT_DEPENDENCIES] = "SELECT crate_id, explicit_name, req, features, optional,"
                            " default_features, target, kind FROM dependencies"
                            " WHERE version_id = ?1",
    [INSERT_TEXT] = "INSERT INTO sparse_index VALUES(?1, ?2, ?3, ?4)",
};

/* A crate by its id in the dump. */
struct numbered_crate {
    int64_t id;
    const struct crate_column_row *row;
};

struct writer {
    struct build *build;
    sqlite3_stmt *statements[N_STATEMENTS];
    ZSTD_CCtx *compressor;
    int64_t dump_time;            /* microseconds */
    struct numbered_crate *by_id; /* the crates */
    char name[INDEX_MAX_NAME_BYTES + 1];
    struct sparse_dependencies dependencies; /* of the version */
    msgpack_sbuffer text;                    /* of the crate */
    msgpack_sbuffer list;                    /* of the version: its dependencies */
    msgpack_sbuffer features;                /* likewise, `features` and then `features2` */
    msgpack_sbuffer compressed;
};

static void write_column(struct encoder *encoder, sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        encoder_null(encoder);
    else
        encoder_string(encoder, (const char *)sqlite3_column_text(row, column),
                       (size_t)sqlite3_column_bytes(row, column));
}

static bool is_given(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) != SQLITE_NULL;
}

static int compare_ids(const void *left, const void *right)
{
    const struct numbered_crate *a = left;
    const struct numbered_crate *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

/* The name of the crate with that id, NUL-terminated; valid until the next call. NULL: there is none. */
static const char *find_name(struct writer *writer, int64_t id)
{
    const struct numbered_crate wanted = {.id = id};
    const struct numbered_crate *found = bsearch(&wanted, writer->by_id, writer->build->n_crates,
                                                 sizeof(struct numbered_crate), compare_ids);
    if (found == NULL)
        return NULL;
    memcpy(writer->name, found->row->name, found->row->name_length);
    writer->name[found->row->name_length] = '\0';
    return writer->name;
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

static int add_dependency(struct writer *writer, sqlite3_stmt *row, struct error *error)
{
    const struct sparse_dependency dependency = {
        .crate = find_name(writer, sqlite3_column_int64(row, DEPENDENCY_CRATE)),
        .alias = text_of(row, DEPENDENCY_ALIAS),
        .requirement = text_of(row, DEPENDENCY_REQ),
        .features = text_of(row, DEPENDENCY_FEATURES),
        .target = text_of(row, DEPENDENCY_TARGET),
        .kind = sqlite3_column_int(row, DEPENDENCY_KIND),
        .is_optional = sqlite3_column_int(row, DEPENDENCY_OPTIONAL) != 0,
        .has_default_features = sqlite3_column_int(row, DEPENDENCY_DEFAULT_FEATURES) != 0,
    };
    if (dependency.crate == NULL)
        return error_set(error, "index file: a dependency without a crate");
    return sparse_dependencies_add(&writer->dependencies, &dependency) == 0
               ? 0
               : error_out_of_memory(error);
}

/* The list of a version's dependencies, as JSON, into writer->list. */
static int write_dependencies(struct writer *writer, int64_t version_id, struct error *error)
{
    sqlite3_stmt *select = writer->statements[SELECT_DEPENDENCIES];
    sparse_dependencies_clear(&writer->dependencies);
    sqlite3_bind_int64(select, 1, version_id);
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (add_dependency(writer, select, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(select);
    writer->list.size = 0;
    return found == 0 ? sparse_dependencies_write(&writer->dependencies, &writer->list, error) : -1;
}

static int append_dump(const char *bytes, size_t size, void *context)
{
    return msgpack_sbuffer_write(context, bytes, size);
}

/* Writes features as one member, by name in the order of bytes. */
static int write_features(struct writer *writer, const char *key, const json_t *features,
                          struct encoder *encoder)
{
    writer->features.size = 0;
    encoder_key(encoder, key);
    if (features == NULL) {
        encoder_fragment(encoder, "{}", 2);
        return 0;
    }
    if (json_dump_callback(features, append_dump, &writer->features,
                           JSON_COMPACT | JSON_SORT_KEYS) != 0)
        return -1;
    encoder_fragment(encoder, writer->features.data, writer->features.size);
    return 0;
}

static int write_members(struct writer *writer, const char *name, size_t name_length,
                         sqlite3_stmt *row, const struct sparse_features *features,
                         struct error *error)
{
    struct encoder encoder;
    bool has_links = is_given(row, VERSION_LINKS);
    bool has_rust_version = is_given(row, VERSION_RUST_VERSION);
    bool is_extended = features->extended != NULL;
    encoder_init(&encoder, ENCODING_JSON, &writer->text);
    encoder_object(&encoder, 7U + has_links + has_rust_version + (is_extended ? 2 : 0));
    encoder_key(&encoder, "name");
    encoder_string(&encoder, name, name_length);
    encoder_key(&encoder, "vers");
    write_column(&encoder, row, VERSION_NUM);
    encoder_key(&encoder, "deps");
    encoder_fragment(&encoder, writer->list.data, writer->list.size);
    encoder_key(&encoder, "cksum"); /* cargo wants a text, known or not */
    encoder_string(&encoder, (const char *)sqlite3_column_text(row, VERSION_CHECKSUM),
                   (size_t)sqlite3_column_bytes(row, VERSION_CHECKSUM));
    if (write_features(writer, "features", features->plain, &encoder) != 0 ||
        (is_extended && write_features(writer, "features2", features->extended, &encoder) != 0))
        return error_out_of_memory(error);
    encoder_member_boolean(&encoder, "yanked", sqlite3_column_int(row, VERSION_YANKED) != 0);
    if (has_links) {
        encoder_key(&encoder, "links");
        write_column(&encoder, row, VERSION_LINKS);
    }
    if (has_rust_version) {
        encoder_key(&encoder, "rust_version");
        write_column(&encoder, row, VERSION_RUST_VERSION);
    }
    encoder_key(&encoder, "pubtime");
    write_column(&encoder, row, VERSION_PUBLISHED);
    if (is_extended)
        encoder_member_integer(&encoder, "v", 2);
    encoder_end_object(&encoder);
    return encoder_finish(&encoder, error);
}

/* Appends one line to the crate's text. */
static int write_line(struct writer *writer, const char *name, size_t name_length,
                      sqlite3_stmt *row, struct error *error)
{
    struct sparse_features features;
    int64_t id = sqlite3_column_int64(row, VERSION_ID);
    if (sparse_features_read(&features, (const char *)sqlite3_column_text(row, VERSION_FEATURES),
                             (size_t)sqlite3_column_bytes(row, VERSION_FEATURES)) != 0)
        build_warn(writer->build, "features that are no lists by name, taken as none", 1,
                   "versions.csv: id %" PRId64, id);
    int result = write_dependencies(writer, id, error);
    if (result == 0)
        result = write_members(writer, name, name_length, row, &features, error);
    sparse_features_free(&features);
    if (result == 0 && msgpack_sbuffer_write(&writer->text, "\n", 1) != 0)
        result = error_out_of_memory(error);
    if (result == 0 && writer->text.size > SPARSE_INDEX_MAX_BYTES)
        result = error_set(error, "the sparse-index text of the crate %.*s passes %zu bytes",
                           (int)name_length, name, SPARSE_INDEX_MAX_BYTES);
    return result;
}

static int compress_text(struct writer *writer, struct error *error)
{
    msgpack_sbuffer *compressed = &writer->compressed;
    size_t bound = ZSTD_compressBound(writer->text.size);
    if (bound > compressed->alloc) {
        char *grown = realloc(compressed->data, bound);
        if (grown == NULL)
            return error_out_of_memory(error);
        compressed->data = grown;
        compressed->alloc = bound;
    }
    compressed->size = ZSTD_compress2(writer->compressor, compressed->data, compressed->alloc,
                                      writer->text.data, writer->text.size);
    if (ZSTD_isError(compressed->size))
        return error_set(error, "zstd: %s", ZSTD_getErrorName(compressed->size));
    return 0;
}

static int insert_text(struct writer *writer, uint32_t rank, int64_t last_modified,
                       struct error *error)
{
    sqlite3_stmt *insert = writer->statements[INSERT_TEXT];
    if (compress_text(writer, error) != 0)
        return -1;
    sqlite3_bind_int64(insert, 1, rank);
    sqlite3_bind_int64(insert, 2, last_modified);
    sqlite3_bind_int64(insert, 3, (sqlite3_int64)writer->text.size);
    sqlite3_bind_blob64(insert, 4, writer->compressed.data, writer->compressed.size, SQLITE_STATIC);
    return database_run(insert, error);
}

static int write_crate(struct writer *writer, uint32_t rank, struct error *error)
{
    const struct build *build = writer->build;
    const struct crate_column_row *crate = &build->columns[rank - 1];
    sqlite3_stmt *versions = writer->statements[SELECT_VERSIONS];
    int64_t updated_at = 0;
    writer->text.size = 0;
    sqlite3_bind_int64(versions, 1, crate->id);
    int found;
    while ((found = database_step(versions, error)) == 1) {
        int64_t time = build_column_time(versions, VERSION_UPDATED_AT);
        updated_at = time > updated_at ? time : updated_at;
        if (write_line(writer, crate->name, crate->name_length, versions, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(versions);
    if (found != 0 || writer->text.size == 0)
        return found;
    /* HTTP knows no changes in the future, and the dump holds none. */
    if (updated_at > writer->dump_time)
        updated_at = writer->dump_time;
    return insert_text(writer, rank, updated_at / 1000000, error);
}

static int sort_by_id(struct writer *writer, struct error *error)
{
    const struct build *build = writer->build;
    writer->by_id = calloc((size_t)build->n_crates + 1, sizeof(struct numbered_crate));
    if (writer->by_id == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < build->n_crates; i++)
        writer->by_id[i] = (struct numbered_crate){build->columns[i].id, &build->columns[i]};
    qsort(writer->by_id, build->n_crates, sizeof(struct numbered_crate), compare_ids);
    return 0;
}

static int prepare(struct writer *writer, struct error *error)
{
    const char *timestamp = writer->build->timestamp;
    if (timestamp_parse(timestamp, strlen(timestamp), &writer->dump_time) != 0)
        return error_set(error, "the dump's timestamp %s is none", timestamp);
    writer->compressor = ZSTD_createCCtx();
    if (writer->compressor == NULL)
        return error_out_of_memory(error);
    ZSTD_CCtx_setParameter(writer->compressor, ZSTD_c_compressionLevel, COMPRESSION_LEVEL);
    ZSTD_CCtx_setParameter(writer->compressor, ZSTD_c_checksumFlag, 1);
    for (int i = 0; i < N_STATEMENTS; i++) {
        writer->statements[i] =
            database_prepare(writer->build->database, statement_texts[i], error);
        if (writer->statements[i] == NULL)
            return -1;
    }
    return sort_by_id(writer, error);
}

static int write_all(struct writer *writer, struct error *error)
{
    struct build *build = writer->build;
    for (uint32_t rank = 1; rank <= build->n_crates; rank++) {
        if (rank % 1000 == 0 &&
            build_progress(build, "sparse index", rank, build->n_crates, "crates", error) != 0)
            return -1;
        if (write_crate(writer, rank, error) != 0)
            return -1;
    }
    return 0;
}

int build_write_sparse_index(struct build *build, struct error *error)
{
    struct writer writer = {.build = build};
    msgpack_sbuffer_init(&writer.text);
    msgpack_sbuffer_init(&writer.list);
    msgpack_sbuffer_init(&writer.features);
    msgpack_sbuffer_init(&writer.compressed);
    sparse_dependencies_init(&writer.dependencies);
    int result = prepare(&writer, error);
    if (result == 0)
        result = write_all(&writer, error);
    for (int i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(writer.statements[i]);
    msgpack_sbuffer_destroy(&writer.text);
    msgpack_sbuffer_destroy(&writer.list);
    msgpack_sbuffer_destroy(&writer.features);
    msgpack_sbuffer_destroy(&writer.compressed);
    sparse_dependencies_free(&writer.dependencies);
    free(writer.by_id);
    ZSTD_freeCCtx(writer.compressor);
    return result;
}
