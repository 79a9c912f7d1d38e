/* The rows are counted first, for an array says in front how many elements it has. */
#include <cratedex/version_dependencies.h>

#include "index/database.h"
#include "index/open_index.h"
#include "index/row_document.h"

static const struct row_member members[] = {
    {"id", ROW_VALUE},         {"version_id", ROW_VALUE}, {"crate_id", ROW_VALUE},
    {"req", ROW_VALUE},        {"optional", ROW_BOOLEAN}, {"default_features", ROW_BOOLEAN},
    {"features", ROW_STRINGS}, {"target", ROW_VALUE},     {"kind", ROW_VALUE},
    {"downloads", ROW_VALUE},
};
#define N_MEMBERS (sizeof members / sizeof *members)

/* The columns are those of `members`; the last is how many rows there are. */
static const char text[] =
    "SELECT dependencies.id, version_id, crates.name, req, optional, default_features, features,"
    " target, CASE kind WHEN 1 THEN 'build' WHEN 2 THEN 'dev' ELSE 'normal' END, 0, count(*) OVER ()"
    " FROM dependencies JOIN crates ON crates.id = dependencies.crate_id WHERE version_id = ?1"
    " ORDER BY optional, crates.name, dependencies.id";

int version_dependencies_encode(struct index_reader *reader, int64_t version_id,
                                struct encoder *encoder, struct error *error)
{
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, version_id);
    int found = database_step(select, error);
    encoder_object(encoder, 1);
    encoder_key(encoder, "dependencies");
    encoder_array(encoder, found == 1 ? (uint32_t)sqlite3_column_int64(select, N_MEMBERS) : 0);
    for (; found == 1; found = database_step(select, error))
        row_document(select, 0, members, N_MEMBERS, encoder);
    encoder_end_array(encoder);
    encoder_end_object(encoder);
    sqlite3_reset(select);
    return found;
}
