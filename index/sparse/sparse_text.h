/* The text that the sparse index has of a crate, made from the rows of its versions and
   dependencies: a JSON object a version, a line each, in order of publication. For the builder
   and for verifying. */
#ifndef CRATEDEX_INDEX_SPARSE_TEXT_H
#define CRATEDEX_INDEX_SPARSE_TEXT_H

#include "index/segment/crate_columns.h"
#include "index/sparse/sparse_dependencies.h"

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <msgpack/sbuffer.h>
#include <sqlite3.h>
#include <stdint.h>
#include <zstd.h>

struct numbered_crate;

/* Reused for crate after crate. */
struct sparse_text {
    const struct crate_column_row *crates; /* by rank - 1; borrowed */
    uint32_t n_crates;
    void (*on_bad_features)(void *context, int64_t version_id);
    void *context;
    sqlite3_stmt *select_versions;
    sqlite3_stmt *select_dependencies;
    ZSTD_CCtx *compressor;
    struct numbered_crate *by_id; /* the crates */
    char name[INDEX_MAX_NAME_BYTES + 1];
    struct sparse_dependencies dependencies; /* of the version */
    msgpack_sbuffer lines;                   /* of the crate */
    msgpack_sbuffer list;                    /* of the version: its dependencies */
    msgpack_sbuffer features;                /* likewise, `features` and then `features2` */
    msgpack_sbuffer compressed;
};

/* `database` (tables `versions` and `dependencies`) and `crates` outlive it. `on_bad_features` is
   told of versions whose features are no lists by name, which are taken as none. Returns 0 or -1;
   close it in both cases. */
int sparse_text_open(struct sparse_text *text, sqlite3 *database,
                     const struct crate_column_row *crates, uint32_t n_crates,
                     void (*on_bad_features)(void *context, int64_t version_id), void *context,
                     struct error *error);
void sparse_text_close(struct sparse_text *text);

/* Puts the crate's text into `lines`, which is empty for a crate without versions, and when one of
   them changed last (microseconds since 1970) into `updated_at`. Returns 0 or -1. */
int sparse_text_write(struct sparse_text *text, uint32_t rank, int64_t *updated_at,
                      struct error *error);

/* Puts `lines` into `compressed` (Zstandard, RFC 8878). Returns 0 or -1. */
int sparse_text_compress(struct sparse_text *text, struct error *error);

#endif
