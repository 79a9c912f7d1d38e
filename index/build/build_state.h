/* What the steps of a build share. One thread. */
#ifndef CRATEDEX_INDEX_BUILD_STATE_H
#define CRATEDEX_INDEX_BUILD_STATE_H

#include "index/base/temporary_file.h"
#include "index/segment/crate_columns.h"
#include "index/segment/open_index.h"

#include <cratedex/download_counts.h>
#include <cratedex/index_builder.h>
#include <sqlite3.h>
#include <time.h>

/* A crate while its place in the index is computed (build_rank.c). */
struct build_crate {
    int64_t id;
    int64_t downloads;
    int64_t recent_downloads;
    bool has_recent_downloads; /* of a day at least, be it none that day */
    int64_t n_dependents;      /* crates that depend on it, each counted once */
    int64_t created_at;
    int64_t updated_at;
    double popularity;
    double dependents_share; /* log(1 + dependents) of the most; 0 … 1 */
    double downloads_share;  /* log(1 + downloads) of the most; 0 … 1 */
    int64_t n_versions;
    bool is_abandoned;     /* the description says so */
    bool is_yanked;        /* has versions, and all of them are yanked */
    int64_t given_default; /* the dump's default version, an id; 0: not given */
    int64_t default_id;    /* the id of `default_version`; 0: none */
    int64_t shown_default; /* the same; 0 where it is yanked, too */
    bool is_stable;        /* a version from 1.0.0 on, no pre-release, is not yanked */
    int64_t version_bytes; /* about what the objects of its versions take */
    /* Version numbers: places in build.version_numbers; 0: none. */
    uint32_t default_version;
    uint32_t max_version;
    uint32_t max_stable_version;
    uint32_t newest_version;
};

struct build;

/* What a build does with its results when it stores nothing, but finds out whether the file that is
   there has what its own tables lead to (index/verify/verify_rebuilt.c). */
struct build_check {
    /* Compares a part. Returns 0 or -1. */
    int (*on_part)(const struct build *build, enum index_part part, const msgpack_sbuffer *block,
                   struct error *error);
    /* Adds the words of the README of a crate, which no table has, to `build->written`. Returns 0
       or -1. */
    int (*add_readme)(const struct build *build, uint32_t rank, struct error *error);
};

struct build {
    const struct build_options *options;
    const struct build_check *check; /* NULL: the build stores what it makes */
    struct build_report *report;
    struct temporary_file file;
    struct signature_key *sign_key; /* NULL: the index is not signed */
    sqlite3 *database;
    char timestamp[64]; /* of the dump, RFC 3339; "" until known */
    char downloads_day
        [DOWNLOAD_COUNTS_DAY_SIZE]; /* the last day of downloads: the dump's, or later */
    int64_t total_downloads;        /* from metadata.csv; -1: not given */
    bool has_github_accounts;       /* the dump has oauth_github.csv */
    struct build_crate *crates;     /* by id until build_rank sorts them by rank */
    uint32_t n_crates;
    msgpack_sbuffer version_numbers; /* NUL-terminated, one behind the other; a NUL in front */
    msgpack_sbuffer names;           /* the crates' names, one behind the other */
    msgpack_sbuffer values_block;
    struct crate_values values; /* in the block, once that is written */
    uint32_t *license_numbers;  /* by rank - 1: of the licence expression (licenses.h); 0: none */
    msgpack_sbuffer memberships_block;
    struct memberships memberships; /* in the block, once that is written */
    struct synonym_table synonyms;
    struct written_words *written;    /* of all crates, once they are written */
    struct crate_column_row *columns; /* by rank; names point into `names` at the end */
    int64_t parts_begin; /* where the parts lie in the file, in bytes; 0 until they are written */
    int64_t parts_end;
    struct timespec phase_start;
    double share_before; /* of the build's time, expected: all phases before this one */
    double share_of_phase;
    double share; /* the last that was told */
};

/* Makes an empty build. Returns 0 or -1 (memory); destroy it in both cases. */
int build_state_init(struct build *build, const struct build_options *options,
                     struct build_report *report, struct error *error);

/* Frees what it has in memory; not its file and its database. */
void build_state_destroy(struct build *build);

#endif
