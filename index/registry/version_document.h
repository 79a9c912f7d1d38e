/* The object of a version, out of a row. */
#ifndef CRATEDEX_INDEX_VERSION_DOCUMENT_H
#define CRATEDEX_INDEX_VERSION_DOCUMENT_H

#include "index/encode/row_document.h"

#include <cratedex/encoder.h>
#include <cratedex/index_file.h>
#include <sqlite3.h>

/* The columns of a row and the tables that they come from. */
#define VERSION_COLUMNS                                                                            \
    "versions.id, versions.num, versions.updated_at, versions.created_at, versions.downloads,"     \
    " versions.features, versions.yanked, versions.yank_message, versions.links,"                  \
    " versions.license, coalesce(versions.crate_size, 0), coalesce(versions.checksum, ''),"        \
    " versions.rust_version, versions.has_lib, versions.bin_names, versions.edition,"              \
    " versions.description, versions.homepage, versions.documentation, versions.repository,"       \
    " " USER_COLUMNS
#define VERSION_TABLES "versions LEFT JOIN users ON users.id = versions.published_by"

/* The versions of a crate, by its id, in the order in which its page has them: the newest id
   first. */
#define VERSIONS_OF_CRATE_SQL                                                                      \
    "SELECT " VERSION_COLUMNS " FROM " VERSION_TABLES                                              \
    " WHERE versions.crate_id = ?1 ORDER BY versions.id DESC"

/* Writes the version at which `row` stands, of the crate of that name, as crates.io's schema
   `Version` has it. What a dump does not have is null or empty there: audit actions, trusted
   publishing, line counts. Returns 0, or -1 and writes nothing where the row's number is longer
   than any that a builder lets in. */
int version_document_encode(sqlite3_stmt *row, const struct index_crate *crate,
                            struct encoder *encoder, struct error *error);

#endif
