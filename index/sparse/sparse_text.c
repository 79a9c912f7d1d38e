/* The order of members, of versions and of dependencies and what is left out follow crates.io's own
   index, so that its files and ours are equal byte for byte: dependencies by name, kind,
   requirement and so on, features by name. One crate's text is in memory at a time; it is
   compressed by itself, so that an answer decompresses nothing else. */
#include "index/sparse/sparse_text.h"

#include "index/base/compare.h"
#include "index/base/database.h"
#include "index/base/zstd_error.h"
#include "index/sparse/sparse_features.h"

#include <cratedex/encoder.h>
#include <cratedex/sparse_index.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* More does not pay: of crates-real, 305 MB, level 1 leaves 40.6 MB, 3 as much, 9 39.4 MB at a
   quarter of the speed. Half of that are the checksums. */
#define COMPRESSION_LEVEL 1

/* Times are text: without the `Z`, which is above the `.` of a fraction, they sort as times do. */
static const char select_versions_sql[] =
    "SELECT id, num, checksum, features, yanked, links, rust_version,"
    " substr(created_at, 1, 19) || 'Z', updated_at FROM versions"
    " WHERE crate_id = ?1 ORDER BY rtrim(created_at, 'Z'), id";
static const char select_dependencies_sql[] =
    "SELECT crate_id, explicit_name, req, features, optional,"
    " default_features, target, kind FROM dependencies"
    " WHERE version_id = ?1";

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

/* A crate by its id in the dump. */
struct numbered_crate {
    int64_t id;
    const struct crate_column_row *row;
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

/* The name of the crate with that id, NUL-terminated; valid until the next call. NULL: there is
   none. */
static const char *find_name(struct sparse_text *text, int64_t id)
{
    const struct numbered_crate *found =
        bsearch(&id, text->by_id, text->n_crates, sizeof *text->by_id, compare_int64);
    if (found == NULL)
        return NULL;
    memcpy(text->name, found->row->name, found->row->name_length);
    text->name[found->row->name_length] = '\0';
    return text->name;
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

static int add_dependency(struct sparse_text *text, sqlite3_stmt *row, struct error *error)
{
    const struct sparse_dependency dependency = {
        .crate = find_name(text, sqlite3_column_int64(row, DEPENDENCY_CRATE)),
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
    return sparse_dependencies_add(&text->dependencies, &dependency) == 0
               ? 0
               : error_out_of_memory(error);
}

/* The list of a version's dependencies, as JSON, into text->list. */
static int write_dependencies(struct sparse_text *text, int64_t version_id, struct error *error)
{
    sqlite3_stmt *select = text->select_dependencies;
    sparse_dependencies_clear(&text->dependencies);
    sqlite3_bind_int64(select, 1, version_id);
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (add_dependency(text, select, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(select);
    text->list.size = 0;
    return found == 0 ? sparse_dependencies_write(&text->dependencies, &text->list, error) : -1;
}

static int append_dump(const char *bytes, size_t size, void *context)
{
    return msgpack_sbuffer_write(context, bytes, size);
}

/* Writes features as one member, by name in the order of bytes. */
static int write_features(struct sparse_text *text, const char *key, const json_t *features,
                          struct encoder *encoder)
{
    text->features.size = 0;
    encoder_key(encoder, key);
    if (features == NULL) {
        encoder_fragment(encoder, "{}", 2);
        return 0;
    }
    if (json_dump_callback(features, append_dump, &text->features, JSON_COMPACT | JSON_SORT_KEYS) !=
        0)
        return -1;
    encoder_fragment(encoder, text->features.data, text->features.size);
    return 0;
}

static int write_members(struct sparse_text *text, const char *name, size_t name_length,
                         sqlite3_stmt *row, const struct sparse_features *features,
                         struct error *error)
{
    struct encoder encoder;
    bool has_links = is_given(row, VERSION_LINKS);
    bool has_rust_version = is_given(row, VERSION_RUST_VERSION);
    bool is_extended = features->extended != NULL;
    encoder_init(&encoder, ENCODING_JSON, &text->lines);
    encoder_object(&encoder, 7U + has_links + has_rust_version + (is_extended ? 2 : 0));
    encoder_key(&encoder, "name");
    encoder_string(&encoder, name, name_length);
    encoder_key(&encoder, "vers");
    write_column(&encoder, row, VERSION_NUM);
    encoder_key(&encoder, "deps");
    encoder_fragment(&encoder, text->list.data, text->list.size);
    encoder_key(&encoder, "cksum"); /* cargo wants a text, known or not */
    encoder_string(&encoder, (const char *)sqlite3_column_text(row, VERSION_CHECKSUM),
                   (size_t)sqlite3_column_bytes(row, VERSION_CHECKSUM));
    if (write_features(text, "features", features->plain, &encoder) != 0 ||
        (is_extended && write_features(text, "features2", features->extended, &encoder) != 0))
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

static int write_line(struct sparse_text *text, const char *name, size_t name_length,
                      sqlite3_stmt *row, struct error *error)
{
    struct sparse_features features;
    int64_t id = sqlite3_column_int64(row, VERSION_ID);
    const char *json = (const char *)sqlite3_column_text(row, VERSION_FEATURES);
    int result = sparse_features_read(&features, json,
                                      (size_t)sqlite3_column_bytes(row, VERSION_FEATURES), error);
    if (result == 1)
        text->on_bad_features(text->context, id);
    if (result >= 0)
        result = write_dependencies(text, id, error);
    if (result == 0)
        result = write_members(text, name, name_length, row, &features, error);
    sparse_features_free(&features);
    if (result == 0 && msgpack_sbuffer_write(&text->lines, "\n", 1) != 0)
        result = error_out_of_memory(error);
    if (result == 0 && text->lines.size > SPARSE_INDEX_MAX_BYTES)
        result = error_set(error, "the sparse-index text of the crate %.*s passes %zu bytes",
                           (int)name_length, name, SPARSE_INDEX_MAX_BYTES);
    return result;
}

int sparse_text_compress(struct sparse_text *text, struct error *error)
{
    msgpack_sbuffer *compressed = &text->compressed;
    size_t bound = ZSTD_compressBound(text->lines.size);
    if (bound > compressed->alloc) {
        char *grown = realloc(compressed->data, bound);
        if (grown == NULL)
            return error_out_of_memory(error);
        compressed->data = grown;
        compressed->alloc = bound;
    }
    compressed->size = ZSTD_compress2(text->compressor, compressed->data, compressed->alloc,
                                      text->lines.data, text->lines.size);
    if (ZSTD_isError(compressed->size))
        return zstd_error(compressed->size, "compressing a text of the sparse index", error);
    return 0;
}

int sparse_text_write(struct sparse_text *text, uint32_t rank, int64_t *updated_at,
                      struct error *error)
{
    const struct crate_column_row *crate = &text->crates[rank - 1];
    sqlite3_stmt *versions = text->select_versions;
    *updated_at = 0;
    text->lines.size = 0;
    sqlite3_bind_int64(versions, 1, crate->id);
    int found;
    while ((found = database_step(versions, error)) == 1) {
        int64_t time = database_column_time(versions, VERSION_UPDATED_AT);
        *updated_at = time > *updated_at ? time : *updated_at;
        if (write_line(text, crate->name, crate->name_length, versions, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(versions);
    return found;
}

static int sort_by_id(struct sparse_text *text, struct error *error)
{
    text->by_id = calloc((size_t)text->n_crates + 1, sizeof *text->by_id);
    if (text->by_id == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < text->n_crates; i++)
        text->by_id[i] = (struct numbered_crate){text->crates[i].id, &text->crates[i]};
    qsort(text->by_id, text->n_crates, sizeof *text->by_id, compare_int64);
    return 0;
}

int sparse_text_open(struct sparse_text *text, sqlite3 *database,
                     const struct crate_column_row *crates, uint32_t n_crates,
                     void (*on_bad_features)(void *context, int64_t version_id), void *context,
                     struct error *error)
{
    *text = (struct sparse_text){.crates = crates,
                                 .n_crates = n_crates,
                                 .on_bad_features = on_bad_features,
                                 .context = context};
    msgpack_sbuffer_init(&text->lines);
    msgpack_sbuffer_init(&text->list);
    msgpack_sbuffer_init(&text->features);
    msgpack_sbuffer_init(&text->compressed);
    sparse_dependencies_init(&text->dependencies);
    text->compressor = ZSTD_createCCtx();
    if (text->compressor == NULL)
        return error_out_of_memory(error);
    ZSTD_CCtx_setParameter(text->compressor, ZSTD_c_compressionLevel, COMPRESSION_LEVEL);
    ZSTD_CCtx_setParameter(text->compressor, ZSTD_c_checksumFlag, 1);
    text->select_versions = database_prepare(database, select_versions_sql, error);
    text->select_dependencies = database_prepare(database, select_dependencies_sql, error);
    if (text->select_versions == NULL || text->select_dependencies == NULL)
        return -1;
    return sort_by_id(text, error);
}

void sparse_text_close(struct sparse_text *text)
{
    sqlite3_finalize(text->select_versions);
    sqlite3_finalize(text->select_dependencies);
    msgpack_sbuffer_destroy(&text->lines);
    msgpack_sbuffer_destroy(&text->list);
    msgpack_sbuffer_destroy(&text->features);
    msgpack_sbuffer_destroy(&text->compressed);
    sparse_dependencies_free(&text->dependencies);
    free(text->by_id);
    ZSTD_freeCCtx(text->compressor);
}
