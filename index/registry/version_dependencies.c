/* The rows are counted first, for an array says in front how many elements it has. */
#include <cratedex/version_dependencies.h>

#include "index/segment/reader_rows.h"

int version_dependencies_encode(struct index_reader *reader, int64_t version_id,
                                struct encoder *encoder, struct error *error)
{
    static const char *const text = "SELECT " DEPENDENCY_COLUMNS(
        "crates.name",
        "0") ", count(*) OVER () FROM dependencies"
             " JOIN crates ON crates.id = dependencies.crate_id WHERE version_id = ?1"
             " ORDER BY optional, crates.name, dependencies.id";
    encoder_object(encoder, 1);
    encoder_key(encoder, "dependencies");
    int result = reader_encode_rows(reader, text, version_id, 0, dependency_members,
                                    DEPENDENCY_MEMBERS, encoder, error);
    encoder_end_object(encoder);
    return result;
}
