/* Folds downloads that servers counted (cratedex/download_counts.h) into the rows of the dump: the
   day's rows of version_downloads, and the sums of versions, crates and the whole registry.
   Everything that is derived (ranks, documents, pages) comes later and sees no difference.

   A day counts once: the dump has every download up to the newest day of its version_downloads, or
   where it has none later, up to the day before its own. Files of such days are skipped. Files of
   one later day add up, for they are of several servers or of several indexes of one server; the
   same file, however it is named, counts once.

   Recent downloads are those of the 90 days before the newest day, so that one download on a day
   far ahead, as a server or a database with a wrong clock writes it, would take all others out of
   sight: days after tomorrow are left out. */
#include "index/build/build_downloads.h"

#include "index/base/database.h"
#include "index/build/build_report.h"

#include <cratedex/download_counts.h>
#include <cratedex/timestamp.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A sum that stays at the end of 64 bits, where SQLite would go on with a floating-point number. */
#define ADD_SQL "downloads = downloads + min(?2, 9223372036854775807 - max(downloads, 0))"

enum statement { ADD_VERSION, ADD_DAY, ADD_CRATE, ADD_OLD_CRATE, ADD_TOTAL, N_STATEMENTS };

static const char *const statement_texts[N_STATEMENTS] = {
    [ADD_VERSION] = ("UPDATE versions SET " ADD_SQL " WHERE id = ?1"),
    [ADD_DAY] = ("INSERT INTO version_downloads VALUES(?1, ?3, ?2)"
                 " ON CONFLICT DO UPDATE SET " ADD_SQL),
    [ADD_CRATE] = ("UPDATE staged_downloads SET " ADD_SQL
                   " WHERE crate_id = (SELECT crate_id FROM versions WHERE id = ?1)"),
    /* Dumps without crate_downloads.csv have the sum in the crate's own row. */
    [ADD_OLD_CRATE] = ("UPDATE staged_crates SET " ADD_SQL
                       " WHERE id = (SELECT crate_id FROM versions WHERE id = ?1)"),
    [ADD_TOTAL] = ("UPDATE staged_metadata SET total_downloads = total_downloads +"
                   " min(?2, 9223372036854775807 - max(total_downloads, 0))"),
};

struct seen_file {
    dev_t device;
    ino_t inode;
};

struct fold {
    struct build *build;
    sqlite3_stmt *statements[N_STATEMENTS];
    char covered[DOWNLOAD_COUNTS_DAY_SIZE];  /* the last day that the dump has downloads of */
    char tomorrow[DOWNLOAD_COUNTS_DAY_SIZE]; /* by the clock, or by the dump where that is later */
    struct seen_file *seen;
    size_t n_seen;
};

/* Adds the downloads of one version. Returns 1, 0 where the dump has no such version, or -1. */
static int add_version(struct fold *fold, int64_t version_id, int64_t downloads, const char *day,
                       struct error *error)
{
    for (int i = 0; i < N_STATEMENTS; i++) {
        sqlite3_stmt *statement = fold->statements[i];
        sqlite3_bind_int64(statement, 1, version_id);
        sqlite3_bind_int64(statement, 2, downloads);
        if (i == ADD_DAY)
            sqlite3_bind_text(statement, 3, day, -1, SQLITE_STATIC);
        if (database_run(statement, error) != 0)
            return -1;
        if (i == ADD_VERSION && sqlite3_changes(fold->build->database) == 0)
            return 0;
    }
    return 1;
}

static int add_counts(struct fold *fold, const char *path, const struct download_counts *counts,
                      struct error *error)
{
    struct build *build = fold->build;
    const char *day = download_counts_day(counts);
    uint32_t n_versions = download_counts_n_versions(counts);
    for (uint32_t slot = 0; slot < n_versions; slot++) {
        uint64_t downloads = download_counts_value(counts, slot);
        int64_t version_id = download_counts_version(counts, slot);
        if (downloads == 0)
            continue;
        if (downloads > DOWNLOAD_COUNTS_MAX)
            return error_set(error,
                             "%s is damaged: it counts %" PRIu64 " downloads of version %" PRId64,
                             path, downloads, version_id);
        int added = add_version(fold, version_id, (int64_t)downloads, day, error);
        if (added < 0)
            return -1;
        if (added > 0)
            build->report->downloads.n_added += downloads;
        if (added == 0)
            build_warn(build, "counted downloads of an unknown version, skipped", 1,
                       "%s: version %" PRId64, path, version_id);
        if (slot % 10000 == 0 &&
            build_progress(build, "counted downloads", slot, n_versions, "versions", error) != 0)
            return -1;
    }
    if (strcmp(day, build->downloads_day) > 0)
        memcpy(build->downloads_day, day, sizeof build->downloads_day);
    return 0;
}

/* Whether the file was not there before; -1: out of memory. */
static int is_new_file(struct fold *fold, const struct stat *status, struct error *error)
{
    for (size_t i = 0; i < fold->n_seen; i++)
        if (fold->seen[i].device == status->st_dev && fold->seen[i].inode == status->st_ino)
            return 0;
    struct seen_file *seen = realloc(fold->seen, (fold->n_seen + 1) * sizeof *seen);
    if (seen == NULL)
        return error_out_of_memory(error);
    fold->seen = seen;
    fold->seen[fold->n_seen++] = (struct seen_file){status->st_dev, status->st_ino};
    return 1;
}

static int fold_file(struct fold *fold, const char *path, const struct stat *status,
                     struct error *error)
{
    int is_new = is_new_file(fold, status, error);
    if (is_new < 0)
        return -1;
    if (is_new == 0) {
        fold->build->report->downloads.n_skipped++;
        build_warn(fold->build, "file of counted downloads that was named twice, skipped", 1, "%s",
                   path);
        return 0;
    }
    struct download_counts *counts = download_counts_read(path, error);
    if (counts == NULL)
        return -1;
    int result = 0;
    if (strcmp(download_counts_day(counts), fold->tomorrow) > 0) {
        fold->build->report->downloads.n_skipped++;
        build_warn(fold->build, "counted downloads of a day that has not come, skipped", 1,
                   "%s: %s", path, download_counts_day(counts));
    } else if (strcmp(download_counts_day(counts), fold->covered) <= 0) {
        fold->build->report->downloads.n_skipped++;
        build_warn(fold->build, "counted downloads of a day that the dump has, skipped", 1,
                   "%s: the dump has all up to %s", path, fold->covered);
    } else {
        fold->build->report->downloads.n_files++;
        result = add_counts(fold, path, counts, error);
    }
    download_counts_close(counts);
    return result;
}

static int is_counts_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    size_t suffix = sizeof DOWNLOAD_COUNTS_SUFFIX - 1;
    return entry->d_name[0] != '.' && length > suffix &&
           strcmp(entry->d_name + length - suffix, DOWNLOAD_COUNTS_SUFFIX) == 0;
}

static int fold_path(struct fold *fold, const char *path, bool is_in_folder, struct error *error);

/* All files of a folder, by name, so that the same folder gives the same warnings. */
static int fold_folder(struct fold *fold, const char *folder, struct error *error)
{
    struct dirent **entries;
    int n_entries = scandir(folder, &entries, is_counts_file, alphasort);
    if (n_entries < 0)
        return error_set(error, "%s: %s", folder, strerror(errno));
    int result = 0;
    for (int i = 0; i < n_entries; i++) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (result == 0)
            result = (size_t)length < sizeof path ? fold_path(fold, path, true, error)
                                                  : error_set(error, "%s/%s: the path is too long",
                                                              folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int fold_path(struct fold *fold, const char *path, bool is_in_folder, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode) && !is_in_folder)
        return fold_folder(fold, path, error);
    return fold_file(fold, path, &status, error);
}

/* Reads the day that `sql` gives for the dump's time, ?1. */
static int find_day(struct fold *fold, const char *sql, char day[DOWNLOAD_COUNTS_DAY_SIZE],
                    struct error *error)
{
    sqlite3_stmt *select = database_prepare(fold->build->database, sql, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_text(select, 1, fold->build->timestamp, -1, SQLITE_STATIC);
    int found = database_step(select, error);
    if (found == 1)
        snprintf(day, DOWNLOAD_COUNTS_DAY_SIZE, "%s", (const char *)sqlite3_column_text(select, 0));
    sqlite3_finalize(select);
    return found == 1 ? 0 : -1;
}

static int find_days(struct fold *fold, struct error *error)
{
    /* The newest of version_downloads, or the one before the dump's own where that is later. */
    static const char covered[] = "SELECT max(coalesce(max(date), ''),"
                                  " date(substr(?1, 1, 10), '-1 day')) FROM version_downloads";
    static const char tomorrow[] = "SELECT date(max(substr(?1, 1, 10), date('now')), '+1 day')";
    return find_day(fold, covered, fold->covered, error) != 0 ||
                   find_day(fold, tomorrow, fold->tomorrow, error) != 0
               ? -1
               : 0;
}

/* Leaves out rows of the dump whose day has not come when it was made. */
static int drop_days_to_come(struct build *build, struct error *error)
{
    sqlite3_stmt *drop = database_prepare(build->database,
                                          "DELETE FROM version_downloads"
                                          " WHERE date > date(substr(?1, 1, 10), '+1 day')"
                                          " RETURNING date",
                                          error);
    if (drop == NULL)
        return -1;
    sqlite3_bind_text(drop, 1, build->timestamp, -1, SQLITE_STATIC);
    int found;
    while ((found = database_step(drop, error)) == 1)
        build_warn(build, "downloads of a day that has not come, skipped", 1,
                   "version_downloads.csv: %s, in a dump of %.10s",
                   (const char *)sqlite3_column_text(drop, 0), build->timestamp);
    sqlite3_finalize(drop);
    return found;
}

int build_fold_downloads(struct build *build, struct error *error)
{
    const struct build_options *options = build->options;
    struct fold fold = {.build = build};
    snprintf(build->downloads_day, sizeof build->downloads_day, "%.10s", build->timestamp);
    if (drop_days_to_come(build, error) != 0)
        return -1;
    if (options->n_download_paths == 0)
        return 0;
    build->report->downloads.were_given = true;
    build_begin_phase(build, "counted downloads");
    int result = find_days(&fold, error);
    for (int i = 0; i < N_STATEMENTS && result == 0; i++) {
        fold.statements[i] = database_prepare(build->database, statement_texts[i], error);
        if (fold.statements[i] == NULL)
            result = -1;
    }
    for (size_t i = 0; i < options->n_download_paths && result == 0; i++)
        result = fold_path(&fold, options->download_paths[i], false, error);
    for (int i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(fold.statements[i]);
    free(fold.seen);
    return result;
}
