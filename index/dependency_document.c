/* Members in the order in which crates.io sends them. */
#include "index/dependency_document.h"

#include "index/row_document.h"

#define N_MEMBERS 10

/* DEPENDENCY_COLUMNS, before and behind the crate's name. */
static const struct row_member ids[] = {{"id", ROW_VALUE}, {"version_id", ROW_VALUE}};
static const struct row_member req_to_kind[] = {
    {"req", ROW_VALUE},        {"optional", ROW_BOOLEAN}, {"default_features", ROW_BOOLEAN},
    {"features", ROW_STRINGS}, {"target", ROW_VALUE},     {"kind", ROW_VALUE}};
#define N_IDS 2
#define N_REQ_TO_KIND 6

void dependency_document_encode(sqlite3_stmt *row, const char *crate_name, size_t length,
                                int64_t downloads, struct encoder *encoder)
{
    encoder_object(encoder, N_MEMBERS);
    row_document_members(row, 0, ids, N_IDS, encoder);
    encoder_key(encoder, "crate_id");
    encoder_string(encoder, crate_name, length);
    row_document_members(row, N_IDS, req_to_kind, N_REQ_TO_KIND, encoder);
    encoder_member_integer(encoder, "downloads", downloads);
    encoder_end_object(encoder);
}
