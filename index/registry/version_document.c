/* Members in the order in which crates.io sends them: runs of columns, and between them what is
   made of the crate's name and the version's number. */
#include "index/registry/version_document.h"
#include <cratedex/version_document.h>

#include "index/base/database.h"
#include "index/segment/open_reader.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/index_file.h>
#include <stdio.h>

#define N_MEMBERS 28

/* VERSION_COLUMNS, in their order. */
enum {
    COLUMN_ID = 0,
    COLUMN_NUM = 1,
    COLUMN_UPDATED_AT = 2,
    COLUMN_CRATE_SIZE = 10,
    COLUMN_CHECKSUM = 11,
    COLUMN_PUBLISHED_BY = 20,
};

static const struct row_member dates_to_license[] = {
    {"updated_at", ROW_VALUE},  {"created_at", ROW_VALUE}, {"downloads", ROW_VALUE},
    {"features", ROW_FEATURES}, {"yanked", ROW_BOOLEAN},   {"yank_message", ROW_VALUE},
    {"lib_links", ROW_VALUE},   {"license", ROW_VALUE},
};
static const struct row_member crate_size[] = {{"crate_size", ROW_VALUE}};
static const struct row_member checksum_to_repository[] = {
    {"checksum", ROW_VALUE},    {"rust_version", ROW_VALUE},  {"has_lib", ROW_BOOLEAN},
    {"bin_names", ROW_STRINGS}, {"edition", ROW_VALUE},       {"description", ROW_VALUE},
    {"homepage", ROW_VALUE},    {"documentation", ROW_VALUE}, {"repository", ROW_VALUE},
};
#define N_ELEMENTS(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))

/* "/api/v1/crates/", what follows the number, slashes and a NUL take the rest. */
#define MAX_PATH_BYTES (INDEX_MAX_NAME_BYTES + INDEX_MAX_VERSION_BYTES + 64)

struct version_path {
    char text[MAX_PATH_BYTES];
    int base_length; /* of "/api/v1/crates/<name>/<number>/" */
};

static void begin_path(struct version_path *path, const struct index_crate *crate, const char *num)
{
    path->base_length = snprintf(path->text, sizeof path->text, "/api/v1/crates/%.*s/%s/",
                                 (int)crate->name_length, crate->name, num);
}

static void encode_path(struct version_path *path, const char *key, const char *what,
                        struct encoder *encoder)
{
    int length = snprintf(path->text + path->base_length,
                          sizeof path->text - (size_t)path->base_length, "%s", what);
    encoder_key(encoder, key);
    encoder_string(encoder, path->text, (size_t)(path->base_length + length));
}

static void encode_links(struct version_path *path, struct encoder *encoder)
{
    encoder_key(encoder, "links");
    encoder_object(encoder, 3);
    encode_path(path, "dependencies", "dependencies", encoder);
    encode_path(path, "version_downloads", "downloads", encoder);
    encode_path(path, "authors", "authors", encoder);
    encoder_end_object(encoder);
}

static void encode_publisher(sqlite3_stmt *row, struct encoder *encoder)
{
    encoder_key(encoder, "published_by");
    if (sqlite3_column_type(row, COLUMN_PUBLISHED_BY) == SQLITE_NULL)
        encoder_null(encoder);
    else
        row_document(row, COLUMN_PUBLISHED_BY, user_members, USER_MEMBERS, encoder);
    encoder_key(encoder, "audit_actions");
    encoder_array(encoder, 0);
    encoder_end_array(encoder);
}

int version_document_encode(sqlite3_stmt *row, const struct index_crate *crate,
                            struct encoder *encoder, struct error *error)
{
    struct version_path path;
    const char *num =
        database_column_text(row, COLUMN_NUM, INDEX_MAX_VERSION_BYTES, "version number", error);
    if (num == NULL)
        return -1;
    begin_path(&path, crate, num);
    encoder_object(encoder, N_MEMBERS);
    encoder_member_integer(encoder, "id", sqlite3_column_int64(row, COLUMN_ID));
    encoder_key(encoder, "crate");
    encoder_string(encoder, crate->name, crate->name_length);
    encoder_member_text(encoder, "num", num);
    encode_path(&path, "dl_path", "download", encoder);
    encode_path(&path, "readme_path", "readme", encoder);
    row_document_members(row, COLUMN_UPDATED_AT, dates_to_license, N_ELEMENTS(dates_to_license),
                         encoder);
    encode_links(&path, encoder);
    row_document_members(row, COLUMN_CRATE_SIZE, crate_size, N_ELEMENTS(crate_size), encoder);
    encode_publisher(row, encoder);
    row_document_members(row, COLUMN_CHECKSUM, checksum_to_repository,
                         N_ELEMENTS(checksum_to_repository), encoder);
    encoder_member_text(encoder, "trustpub_data", NULL);
    encoder_member_text(encoder, "linecounts", NULL);
    encoder_end_object(encoder);
    return 0;
}

int index_reader_encode_version(struct index_reader *reader, uint32_t rank, int64_t version_id,
                                struct encoder *encoder, struct error *error)
{
    static const char *const text =
        "SELECT " VERSION_COLUMNS " FROM " VERSION_TABLES " WHERE versions.id = ?1";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    struct index_crate crate;
    index_crate(reader->index, rank, &crate);
    sqlite3_bind_int64(select, 1, version_id);
    int found = database_step(select, error);
    if (found == 1 && version_document_encode(select, &crate, encoder, error) != 0)
        found = -1;
    sqlite3_reset(select);
    if (found == 0)
        return error_set(error, "index file: a version is missing");
    return found == 1 ? 0 : -1;
}
