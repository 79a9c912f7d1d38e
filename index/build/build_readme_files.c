/* Files come in any order, and a crate may have several. So they wait in a table of their own, the
   best of each crate: one of its default version before one without a version, Markdown before a
   package, then by path, so that the same files give the same index. */
#include "index/build/build_readme_files.h"

#include "index/base/database.h"
#include "index/build/build_report.h"
#include "index/dump/csv_utf8.h"
#include "index/dump/readme_files.h"

#include <cratedex/index_format.h>
#include <cratedex/utf8.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MAX_BYTES (UINT64_C(64) << 30)
#define PHASE "READMEs"

/* How good a file is, the best first. */
enum rating { OF_VERSION, OF_VERSION_PACKED, OF_CRATE, OF_OTHER_VERSION, OF_NO_CRATE };

struct reading {
    struct build *build;
    struct readme_files *files;
    sqlite3_stmt *find;   /* a crate by its name */
    sqlite3_stmt *insert; /* a README that waits */
    msgpack_sbuffer text;
    uint64_t n_files;
};

static const char *const tables_sql =
    "CREATE TEMP TABLE shown_versions(crate_id INTEGER PRIMARY KEY, num TEXT);"
    "CREATE TEMP TABLE staged_readmes(crate_id INTEGER PRIMARY KEY, rating INTEGER, path TEXT,"
    " text TEXT);";

static int write_shown_versions(struct build *build, struct error *error)
{
    sqlite3_stmt *insert =
        database_prepare(build->database, "INSERT INTO shown_versions VALUES(?1, ?2)", error);
    int result = insert == NULL ? -1 : 0;
    for (uint32_t i = 0; i < build->n_crates && result == 0; i++) {
        const struct build_crate *crate = &build->crates[i];
        sqlite3_bind_int64(insert, 1, crate->id);
        sqlite3_bind_text(insert, 2, build->version_numbers.data + crate->default_version, -1,
                          SQLITE_STATIC);
        result = database_run(insert, error);
    }
    sqlite3_finalize(insert);
    return result;
}

/* Finds a crate and whether `version` is its default. Returns 1, 0 for no such crate, or -1. */
static int find_crate(const struct reading *reading, const char *name, size_t length,
                      const char *version, size_t version_length, int64_t *id, bool *is_default,
                      struct error *error)
{
    sqlite3_bind_text(reading->find, 1, name, (int)length, SQLITE_STATIC);
    sqlite3_bind_text(reading->find, 2, version, (int)version_length, SQLITE_STATIC);
    int found = database_step(reading->find, error);
    if (found == 1) {
        *id = sqlite3_column_int64(reading->find, 0);
        *is_default = sqlite3_column_int(reading->find, 1) != 0;
    }
    sqlite3_reset(reading->find);
    return found;
}

/* Rates a file by its name alone. Returns 0 or -1. */
static int rate(const struct reading *reading, const struct readme_name *name, enum rating *rating,
                int64_t *id, struct error *error)
{
    size_t at = 0;
    bool is_default = false;
    int found;
    *rating = OF_NO_CRATE;
    if (name->length > INDEX_MAX_NAME_BYTES + 1 + INDEX_MAX_VERSION_BYTES)
        return 0;
    while (readme_name_split(name, &at)) {
        found = find_crate(reading, name->text, at, name->text + at + 1, name->length - at - 1, id,
                           &is_default, error);
        if (found < 0)
            return -1;
        if (found == 1 && is_default) {
            *rating = name->kind == README_PACKAGE ? OF_VERSION_PACKED : OF_VERSION;
            return 0;
        }
        if (found == 1)
            *rating = OF_OTHER_VERSION;
    }
    if (!name->may_lack_version)
        return 0;
    found = find_crate(reading, name->text, name->length, "", 0, id, &is_default, error);
    if (found == 1)
        *rating = OF_CRATE;
    return found < 0 ? -1 : 0;
}

/* Makes it UTF-8, as the dump's texts are. */
static int mend(struct reading *reading, const char *path, struct error *error)
{
    msgpack_sbuffer *text = &reading->text;
    if (text->size == 0 || utf8_is_valid(text->data, text->size))
        return 0;
    size_t size = CSV_UTF8_REPAIRED_SIZE(text->size);
    char *mended = malloc(size);
    if (mended == NULL)
        return error_out_of_memory(error);
    size = csv_utf8_repair(mended, text->data, text->size);
    text->size = 0;
    int result = msgpack_sbuffer_write(text, mended, size);
    free(mended);
    build_warn(reading->build, "README with invalid UTF-8, mended with U+FFFD", 1, "%s", path);
    return result == 0 ? 0 : error_out_of_memory(error);
}

static int stage(struct reading *reading, const char *path, enum rating rating, int64_t id,
                 struct error *error)
{
    struct error why = {.message = ""};
    reading->text.size = 0;
    int result = readme_files_read(reading->files, &reading->text, &why, error);
    if (result == 0)
        build_warn(reading->build, "README that cannot be had of its file, skipped", 1, "%s: %s",
                   path, why.message);
    if (result <= 0)
        return result;
    if (reading->text.size > 0 && memchr(reading->text.data, '\0', reading->text.size) != NULL) {
        build_warn(reading->build, "README that is no text, skipped", 1, "%s", path);
        return 0;
    }
    if (mend(reading, path, error) != 0)
        return -1;
    const char *text = reading->text.size > 0 ? reading->text.data : "";
    sqlite3_bind_int64(reading->insert, 1, id);
    sqlite3_bind_int(reading->insert, 2, (int)rating);
    sqlite3_bind_text(reading->insert, 3, path, -1, SQLITE_STATIC);
    sqlite3_bind_text(reading->insert, 4, text, (int)reading->text.size, SQLITE_STATIC);
    return database_run(reading->insert, error);
}

static int take_file(struct reading *reading, const struct readme_file *file, struct error *error)
{
    enum rating rating;
    int64_t id = 0;
    char path[256];
    snprintf(path, sizeof path, "%s", file->path);
    if (rate(reading, &file->name, &rating, &id, error) != 0)
        return -1;
    if (rating == OF_NO_CRATE)
        build_warn(reading->build, "README of a crate that the dump lacks, skipped", 1, "%s", path);
    else if (rating == OF_OTHER_VERSION)
        build_warn(reading->build, "README of a version that is not the default, skipped", 1, "%s",
                   path);
    else if (!file->is_regular)
        build_warn(reading->build, "README that is a link or no file, skipped", 1, "%s", path);
    else
        return stage(reading, path, rating, id, error);
    return 0;
}

static int take_files(struct reading *reading, struct error *error)
{
    struct build *build = reading->build;
    struct readme_file file;
    int found;
    while ((found = readme_files_next(reading->files, &file, error)) == 1) {
        uint64_t total = readme_files_total(reading->files);
        bool is_counted = total == 0; /* a folder */
        if (take_file(reading, &file, error) != 0 ||
            build_progress(build, PHASE,
                           is_counted ? reading->n_files : readme_files_done(reading->files), total,
                           is_counted ? "files" : "bytes", error) != 0)
            return -1;
        reading->n_files++;
    }
    if (found == 0 && reading->n_files == 0)
        return error_set(error,
                         "%s has no file that is called like a README: NAME-VERSION.md, "
                         "NAME-VERSION/README.md, NAME-VERSION.crate, or at the top NAME.md or "
                         "NAME/README.md",
                         build->options->readmes_path);
    return found;
}

static int read_files(struct reading *reading, struct error *error)
{
    struct build *build = reading->build;
    uint64_t max_bytes = build->options->max_dump_bytes;
    if (database_execute(build->database, tables_sql, error) != 0 ||
        write_shown_versions(build, error) != 0)
        return -1;
    reading->find = database_prepare(
        build->database,
        "SELECT id, num = ?2 FROM staged_crates JOIN shown_versions ON crate_id = id"
        " WHERE name = ?1",
        error);
    if (reading->find == NULL)
        return -1;
    reading->insert = database_prepare(
        build->database,
        "INSERT INTO staged_readmes VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
        " rating = excluded.rating, path = excluded.path, text = excluded.text"
        " WHERE (excluded.rating, excluded.path) < (rating, path)",
        error);
    if (reading->insert == NULL)
        return -1;
    reading->files = readme_files_open(build->options->readmes_path,
                                       max_bytes == 0 ? DEFAULT_MAX_BYTES : max_bytes, error);
    if (reading->files == NULL || take_files(reading, error) != 0)
        return -1;
    return database_execute(build->database,
                            "UPDATE staged_crates SET readme = staged_readmes.text"
                            " FROM staged_readmes WHERE crate_id = id;",
                            error);
}

int build_read_readme_files(struct build *build, struct error *error)
{
    if (build->options->readmes_path == NULL)
        return 0;
    struct reading reading = {.build = build};
    msgpack_sbuffer_init(&reading.text);
    build_begin_phase(build, PHASE);
    int result = read_files(&reading, error);
    readme_files_close(reading.files);
    sqlite3_finalize(reading.find);
    sqlite3_finalize(reading.insert);
    msgpack_sbuffer_destroy(&reading.text);
    if (result == 0)
        result = database_execute(build->database,
                                  "DROP TABLE staged_readmes; DROP TABLE shown_versions;", error);
    return result;
}
