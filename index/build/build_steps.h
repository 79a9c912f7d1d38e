/* The steps of a build, each in a source of its own, and the state that they share. One thread. */
#ifndef CRATEDEX_INDEX_BUILD_STEPS_H
#define CRATEDEX_INDEX_BUILD_STEPS_H

#include "index/base/temporary_file.h"
#include "index/segment/crate_columns.h"
#include "index/segment/open_index.h"

#include <cratedex/download_counts.h>
#include <cratedex/index_builder.h>
#include <sqlite3.h>
#include <time.h>

/* The file under its temporary name (build_file.c). */
struct build_file {
    char *out_path;
    struct temporary_file temporary;
};

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
    int64_t shown_default; /* the id of `default_version`; 0: none, or it is yanked */
    int64_t version_bytes; /* about what the objects of its versions take */
    /* Version numbers: places in build.version_numbers; 0: none. */
    uint32_t default_version;
    uint32_t max_version;
    uint32_t max_stable_version;
    uint32_t newest_version;
};

struct build {
    const struct build_options *options;
    struct build_report *report;
    struct build_file file;
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
    msgpack_sbuffer memberships_block;
    struct memberships memberships;   /* in the block, once that is written */
    struct written_words *written;    /* of all crates, once they are written */
    struct crate_column_row *columns; /* by rank; names point into `names` at the end */
    int64_t parts_begin; /* where the parts lie in the file, in bytes; 0 until they are written */
    int64_t parts_end;
    struct timespec phase_start;
    double share_before; /* of the build's time, expected: all phases before this one */
    double share_of_phase;
    double share; /* the last that was told */
};

/* build_report.c: ends the phase before and begins the next; `phase` must be a literal. */
void build_begin_phase(struct build *build, const char *phase);
void build_end_phase(struct build *build);

/* Reports progress and checks for an interrupt: -1 and "interrupted" where there was one. */
int build_progress(struct build *build, const char *phase, uint64_t done, uint64_t total,
                   const char *unit, struct error *error);

/* Counts `n_rows` rows that were skipped or mended; the example of the first call is kept. */
void build_warn(struct build *build, const char *reason, uint64_t n_rows, const char *example, ...)
    __attribute__((format(printf, 4, 5)));

/* build_file.c: a temporary name beside `out_path`, created empty and exclusively; those of builds
   that were killed are removed. */
int build_file_create(struct build_file *file, const char *out_path, struct error *error);
/* Makes the file durable and gives it its name. */
int build_file_commit(struct build_file *file, struct error *error);
/* Removes what is left and frees the struct's strings. */
void build_file_discard(struct build_file *file);

/* build_schema.c: creates all tables, those of the dump included. */
int build_create_schema(sqlite3 *database, struct error *error);

/* build_read.c: the dump's rows into the tables. */
int build_read_dump(struct build *build, struct error *error);
/* build_references.c: removes rows that point nowhere, and counts them. */
int build_check_references(struct build *build, struct error *error);
/* build_people.c: the users as they are served. */
int build_write_users(struct build *build, struct error *error);
/* build_downloads.c: adds the downloads that servers counted, and sets `downloads_day`. */
int build_fold_downloads(struct build *build, struct error *error);
/* build_rank.c: computes `crates` and sorts them by popularity. */
int build_rank_crates(struct build *build, struct error *error);
/* build_crate_table.c: the crate with that id while `crates` is sorted by id; NULL where there is
   none. */
struct build_crate *build_find_crate(struct build *build, int64_t id);
/* build_versions.c: the versions that `crates` show. */
int build_find_versions(struct build *build, struct error *error);
/* build_crates.c: writes `crates`, documents and the full-text index, and fills `written`. */
int build_write_crates(struct build *build, struct error *error);
/* build_memberships.c: the links to keywords, categories and owners by rank, as rows. */
int build_write_links(struct build *build, struct error *error);
/* The same as a part, which stays in `memberships`. */
int build_write_memberships(struct build *build, struct error *error);
/* build_version_sets.c: the objects of the versions of crates that have many. */
int build_write_version_sets(struct build *build, struct error *error);
/* build_dependents.c: the reverse dependencies in their order. */
int build_write_dependents(struct build *build, struct error *error);
/* build_parts.c: the parts that are held in memory. */
int build_write_parts(struct build *build, struct error *error);
/* build_part.c: writes one of them, with its checksum. */
int build_write_part(struct build *build, enum index_part part, const msgpack_sbuffer *block,
                     struct error *error);
/* build_words.c: the lists of keywords and of words as they are written. */
int build_write_words(struct build *build, struct error *error);
/* The words as they are written and their postings. */
int build_write_written_words(struct build *build, struct error *error);
/* build_sparse_index.c: what cargo reads about each crate. */
int build_write_sparse_index(struct build *build, struct error *error);
/* build_pages.c: the precomputed pages. */
int build_write_pages(struct build *build, struct error *error);

#endif
