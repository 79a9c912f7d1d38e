/* Versions come by the index over crate and number, which has all that decides: no row of the table
   is read but the one that is shown. The best number so far is copied, for the row's text does not
   outlive the next step. A number longer than the copy has room for is passed over: the builder
   keeps none of that length as the highest either. */
#include <cratedex/resolve.h>

#include "index/base/database.h"
#include "index/encode/row_document.h"
#include "index/segment/open_reader.h"
#include "index/version/version_number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A version that may be the answer. */
struct candidate {
    int64_t id;
    struct version_number number;
};

static bool needs_newer_rust(const struct resolve_query *query, sqlite3_stmt *row, int column)
{
    struct rust_version needed;
    const char *text = (const char *)sqlite3_column_text(row, column);
    return query->has_rust && text != NULL &&
           rust_version_parse(&needed, text, (size_t)sqlite3_column_bytes(row, column)) == 0 &&
           !rust_version_suffices(&query->rust, &needed);
}

static void consider(const struct resolve_query *query, sqlite3_stmt *row, struct candidate *best,
                     struct resolution *resolution)
{
    const char *text = (const char *)sqlite3_column_text(row, 1);
    size_t length = (size_t)sqlite3_column_bytes(row, 1);
    struct version_number number;
    if (text == NULL || length > VERSION_NUMBER_MAX_BYTES)
        return;
    version_number_set(&number, text, length);
    if (!number.is_semver)
        return;
    bool matches = version_requirement_matches(&query->requirement, &number.semver);
    if (!matches && !version_requirement_includes(&query->requirement, &number.semver))
        return;
    if (!matches && !query->takes_prereleases)
        resolution->n_prereleases++;
    else if (sqlite3_column_int(row, 2) != 0)
        resolution->n_yanked++;
    else if (needs_newer_rust(query, row, 3))
        resolution->n_for_newer_rust++;
    else {
        resolution->n_matched++;
        if (version_number_order(&number, &best->number) <= 0)
            return;
        best->id = sqlite3_column_int64(row, 0);
        version_number_copy(&best->number, &number);
    }
}

int resolve_run(struct index_reader *reader, const struct resolve_query *query,
                struct resolution *resolution, struct error *error)
{
    static const char *const text =
        "SELECT id, num, yanked, rust_version FROM versions WHERE crate_id = ?1";
    struct candidate best = {.id = 0};
    int found;
    memset(resolution, 0, sizeof *resolution);
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, reader->index->columns.ids[query->rank - 1]);
    while ((found = database_step(select, error)) == 1)
        consider(query, select, &best, resolution);
    sqlite3_reset(select);
    resolution->version_id = best.id;
    return found;
}

static int encode_version(struct index_reader *reader, int64_t version_id, struct encoder *encoder,
                          struct error *error)
{
    static const char *const text =
        "SELECT versions.id, crates.name, num, versions.created_at, checksum, rust_version"
        " FROM versions JOIN crates ON crates.id = crate_id WHERE versions.id = ?1";
    static const struct row_member members[] = {
        {"id", ROW_VALUE},         {"crate", ROW_VALUE},    {"num", ROW_VALUE},
        {"created_at", ROW_VALUE}, {"checksum", ROW_VALUE}, {"rust_version", ROW_VALUE}};
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, version_id);
    int found = database_step(select, error);
    if (found == 1)
        row_document(select, 0, members, sizeof members / sizeof *members, encoder);
    sqlite3_reset(select);
    if (found == 0)
        return error_set(error, "index file: a version is gone");
    return found < 0 ? -1 : 0;
}

static void encode_rust(const struct resolve_query *query, struct encoder *encoder)
{
    char text[64];
    const uint64_t *numbers = query->rust.numbers;
    snprintf(text, sizeof text, "%" PRIu64 ".%" PRIu64 ".%" PRIu64, numbers[0], numbers[1],
             numbers[2]);
    encoder_member_text(encoder, "rust", query->has_rust ? text : NULL);
}

static void encode_meta(const struct resolve_query *query, const struct resolution *resolution,
                        struct encoder *encoder)
{
    char requirement[VERSION_REQUIREMENT_MAX_TEXT];
    version_requirement_print(&query->requirement, requirement);
    encoder_object(encoder, 5);
    encoder_member_text(encoder, "requirement", requirement);
    encode_rust(query, encoder);
    encoder_member_boolean(encoder, "prerelease", query->takes_prereleases);
    encoder_member_integer(encoder, "matched", resolution->n_matched);
    encoder_key(encoder, "left_out");
    encoder_object(encoder, 3);
    encoder_member_integer(encoder, "prerelease", resolution->n_prereleases);
    encoder_member_integer(encoder, "yanked", resolution->n_yanked);
    encoder_member_integer(encoder, "rust_version", resolution->n_for_newer_rust);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
}

int resolution_encode(struct index_reader *reader, const struct resolve_query *query,
                      const struct resolution *resolution, struct encoder *encoder,
                      struct error *error)
{
    encoder_object(encoder, 2);
    encoder_key(encoder, "version");
    if (resolution->version_id == 0)
        encoder_null(encoder);
    else if (encode_version(reader, resolution->version_id, encoder, error) != 0)
        return -1;
    encoder_key(encoder, "meta");
    encode_meta(query, resolution, encoder);
    encoder_end_object(encoder);
    return 0;
}
