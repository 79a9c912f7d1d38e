/* A build, step by step: dump → rows → references → ranks → crates, documents and full text → parts
   → sparse index → pages → durable file. Everything is written in one SQLite transaction to a file
   under a temporary name, without a journal: if anything fails, the file is thrown away. Nothing
   that differs between two runs (time, host, pid) is written, so the same dump gives the same
   bytes. */
#include "index/base/database.h"
#include "index/build/build_crates.h"
#include "index/build/build_dependents.h"
#include "index/build/build_downloads.h"
#include "index/build/build_file.h"
#include "index/build/build_memberships.h"
#include "index/build/build_pages.h"
#include "index/build/build_parts.h"
#include "index/build/build_people.h"
#include "index/build/build_rank.h"
#include "index/build/build_read.h"
#include "index/build/build_readme_files.h"
#include "index/build/build_readmes.h"
#include "index/build/build_references.h"
#include "index/build/build_report.h"
#include "index/build/build_schema.h"
#include "index/build/build_shrink.h"
#include "index/build/build_sparse_index.h"
#include "index/build/build_state.h"
#include "index/build/build_synonyms.h"
#include "index/build/build_version_sets.h"
#include "index/build/written_words.h"
#include "index/segment/page_checksums.h"

#include <cratedex/index_format.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static int open_database(struct build *build, struct error *error)
{
    if (sqlite3_open_v2(build->file.path, &build->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return database_error(build->database, build->file.path, error);
    char pragmas[384];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA page_size = %d; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
             "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -131072;"
             "PRAGMA temp.cache_size = -196608; PRAGMA application_id = %d;"
             "PRAGMA user_version = %d; BEGIN",
             INDEX_PAGE_BYTES, INDEX_APPLICATION_ID, INDEX_FORMAT_VERSION);
    if (database_execute(build->database, pragmas, error) != 0)
        return -1;
    return build_create_schema(build->database, build->options->keep_readmes, error);
}

/* A dump without metadata.json is dated by its last update. */
static int settle_timestamp(struct build *build, struct error *error)
{
    if (build->timestamp[0] != '\0')
        return 0;
    sqlite3_stmt *select = database_prepare(
        build->database,
        "SELECT coalesce(max(rtrim(updated_at, 'Z')), '1970-01-01T00:00:00') || 'Z'"
        " FROM staged_crates",
        error);
    if (select == NULL)
        return -1;
    int found = database_step(select, error);
    if (found == 1)
        snprintf(build->timestamp, sizeof build->timestamp, "%s",
                 (const char *)sqlite3_column_text(select, 0));
    sqlite3_finalize(select);
    build_warn(build, "no metadata.json, dated by the last update of a crate", 1, "%s",
               build->timestamp);
    return found == 1 ? 0 : -1;
}

static int write_meta(struct build *build, struct error *error)
{
    sqlite3_stmt *insert =
        database_prepare(build->database, "INSERT INTO meta VALUES(?1, ?2)", error);
    if (insert == NULL)
        return -1;
    sqlite3_bind_text(insert, 1, "dump_timestamp", -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, build->timestamp, -1, SQLITE_STATIC);
    int result = database_run(insert, error);
    /* Only where counted downloads lead beyond the dump. */
    if (result == 0 && strncmp(build->downloads_day, build->timestamp, 10) != 0) {
        sqlite3_bind_text(insert, 1, "downloads_day", -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, build->downloads_day, -1, SQLITE_STATIC);
        result = database_run(insert, error);
    }
    sqlite3_bind_text(insert, 1, "generator", -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, "cratedex-index " CRATEDEX_VERSION, -1, SQLITE_STATIC);
    if (result == 0)
        result = database_run(insert, error);
    sqlite3_bind_text(insert, 1, "synonyms", -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, (int64_t)build->synonyms.n_entries);
    if (result == 0)
        result = database_run(insert, error);
    /* What opening reads first (open_parts.c). */
    sqlite3_bind_text(insert, 1, "parts_begin", -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, build->parts_begin);
    if (result == 0)
        result = database_run(insert, error);
    sqlite3_bind_text(insert, 1, "parts_end", -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, build->parts_end);
    if (result == 0)
        result = database_run(insert, error);
    sqlite3_finalize(insert);
    if (result == 0 && build->options->keep_readmes)
        result = build_write_readme_counts(build->database, error);
    if (result != 0)
        return -1;
    return database_execute(build->database,
                            "INSERT INTO meta SELECT 'crates', count(*) FROM crates;"
                            "INSERT INTO meta SELECT 'versions', count(*) FROM versions;"
                            "INSERT INTO meta SELECT 'dependencies', count(*) FROM dependencies;"
                            "INSERT INTO meta SELECT 'keywords', count(*) FROM keywords;"
                            "INSERT INTO meta SELECT 'categories', count(*) FROM categories;"
                            "INSERT INTO meta SELECT 'users', count(*) FROM users;"
                            "INSERT INTO meta SELECT 'teams', count(*) FROM teams;",
                            error);
}

/* Commits, closes, adds the checksums of all pages, and gives the file its name. */
static int finish(struct build *build, struct error *error)
{
    struct stat status;
    build_begin_phase(build, "writing to disk");
    if (build_progress(build, "writing to disk", 0, 0, "", error) != 0 ||
        write_meta(build, error) != 0 || build_write_tables(build, error) != 0 ||
        database_execute(build->database, "COMMIT", error) != 0)
        return -1;
    int closed = sqlite3_close(build->database);
    build->database = NULL;
    if (closed != SQLITE_OK)
        return error_set(error, "cannot close the index file: %s", sqlite3_errstr(closed));
    if (page_checksums_append(build->file.descriptor, error) != 0)
        return -1;
    if (stat(build->file.path, &status) == 0)
        build->report->file_bytes = (uint64_t)status.st_size;
    return build_file_commit(&build->file, build->options->out_path, build->sign_key, error);
}

/* Before anything that takes long. */
static int read_sign_key(struct build *build, struct error *error)
{
    const char *path = build->options->sign_key_path;
    if (path == NULL)
        return 0;
    build->sign_key = signature_key_read_private(path, error);
    return build->sign_key != NULL ? 0 : -1;
}

static int run(struct build *build, struct error *error)
{
    build_begin_phase(build, "opening");
    if (read_sign_key(build, error) != 0 ||
        build_file_create(&build->file, build->options->out_path, error) != 0 ||
        open_database(build, error) != 0 || build_read_synonyms(build, error) != 0 ||
        build_read_dump(build, error) != 0 || build_check_shrink(build, error) != 0)
        return -1;
    build_begin_phase(build, "checking references");
    if (build_check_references(build, error) != 0 || build_write_users(build, error) != 0 ||
        settle_timestamp(build, error) != 0 || build_fold_downloads(build, error) != 0)
        return -1;
    build_begin_phase(build, "ranking");
    if (build_rank_crates(build, error) != 0)
        return -1;
    if (build_read_readme_files(build, error) != 0)
        return -1;
    build_begin_phase(build, "crates and words");
    if (build_write_crates(build, error) != 0 || build_write_links(build, error) != 0 ||
        build_write_parts(build, error) != 0)
        return -1;
    build_begin_phase(build, "versions and dependents");
    if (build_write_version_sets(build, error) != 0 || build_write_dependents(build, error) != 0)
        return -1;
    build_begin_phase(build, "sparse index");
    if (build_write_sparse_index(build, error) != 0)
        return -1;
    build_begin_phase(build, "pages");
    if (build_write_pages(build, error) != 0)
        return -1;
    return finish(build, error);
}

int index_build(const struct build_options *options, struct build_report *report,
                struct error *error)
{
    struct build build;
    int result = build_state_init(&build, options, report, error);
    if (result == 0)
        result = run(&build, error);
    build_end_phase(&build);
    sqlite3_close(build.database);
    temporary_file_close(&build.file);
    signature_key_free(build.sign_key);
    build_state_destroy(&build);
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        report->peak_memory_bytes = (uint64_t)usage.ru_maxrss * 1024;
    return result;
}
