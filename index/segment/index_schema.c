/* The schema is one text for both sides: the builder runs it, and whoever opens a file compares.
   The comparison runs it once more, in memory, and asks both databases for what SQLite keeps of
   their schemas, row by row, so that nothing of SQL is read by us. A view, a trigger or a table
   that the builder never made could make every query run for ever, or answer what nobody wrote.

   `rank` numbers the crates from 1, most popular first: it is the key of `crates` and `documents`,
   the rowid of the full-text table and the value in the tries, so that ascending rank is the order
   of popularity everywhere. */
#include "index/segment/index_schema.h"

#include "index/base/database.h"
#include "index/encode/row_document.h"
#include "index/text/text_words.h"

#include <string.h>

enum schema_column { SCHEMA_NAME, SCHEMA_TYPE, SCHEMA_TABLE, SCHEMA_SQL, N_SCHEMA_COLUMNS };
static const char objects_sql[] =
    "SELECT name, type, tbl_name, sql FROM sqlite_schema ORDER BY name, type";

const char *const index_schema_tables =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    /* How many rows each table of the dump had (build_shrink.c). */
    "CREATE TABLE dump_tables(name TEXT PRIMARY KEY, n_rows INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE parts(name TEXT PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE crates(rank INTEGER PRIMARY KEY, id INTEGER NOT NULL,"
    " name TEXT NOT NULL, description TEXT, homepage TEXT, documentation TEXT,"
    " repository TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,"
    " downloads INTEGER NOT NULL, recent_downloads INTEGER, dependents INTEGER NOT NULL,"
    " popularity REAL NOT NULL, num_versions INTEGER NOT NULL, yanked INTEGER NOT NULL,"
    " default_version TEXT, max_version TEXT, max_stable_version TEXT, newest_version TEXT,"
    " trustpub_only INTEGER NOT NULL);"
    "CREATE TABLE documents(rank INTEGER PRIMARY KEY, json TEXT NOT NULL, msgpack BLOB NOT NULL);"
    /* The objects of the versions of crates that have many (version_set.h). */
    "CREATE TABLE version_sets(rank INTEGER PRIMARY KEY, json BLOB NOT NULL, msgpack BLOB NOT "
    "NULL);"
    /* The crates whose default version depends on the crate of that rank, numbered from 1. */
    "CREATE TABLE reverse_dependencies(rank INTEGER, place INTEGER, dependent INTEGER NOT NULL,"
    " dependency_id INTEGER NOT NULL, PRIMARY KEY(rank, place)) WITHOUT ROWID;"
    "CREATE TABLE sparse_index(rank INTEGER PRIMARY KEY, last_modified INTEGER NOT NULL,"
    " size INTEGER NOT NULL, zstd BLOB NOT NULL);"
    "CREATE TABLE pages(name TEXT PRIMARY KEY, json TEXT NOT NULL, msgpack BLOB NOT NULL);"
    "CREATE VIRTUAL TABLE crates_fts USING fts5(name, keywords, description, readme, content='',"
    " detail=column, tokenize='porter " TEXT_WORDS_FOLDING "');"
    /* Words are collected in memory and written in few large pieces; the default, 1 MB, would merge
       the same postings again and again. */
    "INSERT INTO crates_fts(crates_fts, rank) VALUES('hashsize', 134217728);"
    "CREATE TABLE versions(id INTEGER PRIMARY KEY, crate_id INTEGER NOT NULL, num TEXT NOT NULL,"
    " created_at TEXT NOT NULL, updated_at TEXT NOT NULL, downloads INTEGER NOT NULL,"
    " yanked INTEGER NOT NULL, yank_message TEXT, license TEXT, crate_size INTEGER, checksum TEXT,"
    " features TEXT, links TEXT, rust_version TEXT, edition TEXT, has_lib INTEGER, bin_names TEXT,"
    " published_by INTEGER, description TEXT, documentation TEXT, homepage TEXT, repository TEXT,"
    " keywords TEXT, categories TEXT);"
    "CREATE TABLE dependencies(id INTEGER PRIMARY KEY, version_id INTEGER NOT NULL,"
    " crate_id INTEGER NOT NULL, req TEXT NOT NULL, kind INTEGER NOT NULL,"
    " optional INTEGER NOT NULL, default_features INTEGER NOT NULL, features TEXT,"
    " target TEXT, explicit_name TEXT);"
    "CREATE TABLE version_downloads(version_id INTEGER, date TEXT, downloads INTEGER NOT NULL,"
    " PRIMARY KEY(version_id, date)) WITHOUT ROWID;"
    "CREATE TABLE keywords(id INTEGER PRIMARY KEY, keyword TEXT NOT NULL UNIQUE,"
    " crates_cnt INTEGER NOT NULL, created_at TEXT NOT NULL);"
    "CREATE TABLE crates_keywords(keyword_id INTEGER, rank INTEGER, PRIMARY KEY(rank, keyword_id))"
    " WITHOUT ROWID;"
    "CREATE TABLE categories(id INTEGER PRIMARY KEY, category TEXT NOT NULL,"
    " slug TEXT NOT NULL UNIQUE, description TEXT NOT NULL, crates_cnt INTEGER NOT NULL,"
    " created_at TEXT NOT NULL, crates_with_below INTEGER NOT NULL);"
    "CREATE TABLE crates_categories(category_id INTEGER, rank INTEGER,"
    " PRIMARY KEY(rank, category_id)) WITHOUT ROWID;"
    "CREATE TABLE users(id INTEGER PRIMARY KEY, login TEXT NOT NULL, gh_login TEXT NOT NULL,"
    " name TEXT, avatar TEXT, created_at TEXT, github_username_matches INTEGER NOT NULL);"
    "CREATE TABLE teams(id INTEGER PRIMARY KEY, login TEXT NOT NULL, name TEXT, avatar TEXT,"
    " github_id INTEGER, org_id INTEGER);"
    "CREATE TABLE crate_owners(owner_kind INTEGER, owner_id INTEGER, rank INTEGER,"
    " created_at TEXT, PRIMARY KEY(rank, owner_kind, owner_id)) WITHOUT ROWID;";

const char *const index_schema_indexes =
    "CREATE UNIQUE INDEX crates_by_id ON crates(id);"
    "CREATE UNIQUE INDEX crates_by_name ON crates(name);"
    /* Has all that decides which version is chosen, so that resolving reads no row of the table. */
    "CREATE INDEX versions_by_crate ON versions(crate_id, num, yanked, rust_version);"
    "CREATE INDEX dependencies_by_version ON dependencies(version_id);"
    "CREATE INDEX keywords_by_crates ON keywords(crates_cnt DESC, keyword);"
    "CREATE INDEX users_by_login ON users(" CANONICAL_LOGIN(
        "login") ");"
                 "CREATE INDEX teams_by_login ON teams(" CANONICAL_LOGIN("login") ");";

/* Compressed Markdown; `full_size` is what a README had before it was cut (build_readmes.c). Only
   where the build was asked to keep them: they take as much room as all else that pages show. */
const char *const index_schema_readmes =
    "CREATE TABLE readmes(rank INTEGER PRIMARY KEY, size INTEGER NOT NULL,"
    " full_size INTEGER NOT NULL, zstd BLOB NOT NULL);";

static const char *text_of(sqlite3_stmt *object, int column)
{
    const char *text = (const char *)sqlite3_column_text(object, column);
    return text != NULL ? text : "";
}

static int complain(const char *how, sqlite3_stmt *object, struct error *error)
{
    return error_set(error, "its schema is not that of an index: %s %.20s `%.40s`", how,
                     text_of(object, SCHEMA_TYPE), text_of(object, SCHEMA_NAME));
}

/* Walks along both schemas in the order of names. */
static int compare(sqlite3_stmt *found, sqlite3_stmt *expected, struct error *error)
{
    for (;;) {
        int has_found = database_step(found, error);
        int has_expected = has_found < 0 ? -1 : database_step(expected, error);
        if (has_found < 0 || has_expected < 0)
            return -1;
        if (has_found == 0 && has_expected == 0)
            return 0;
        int order = has_found == 0 ? 1
                    : has_expected == 0
                        ? -1
                        : strcmp(text_of(found, SCHEMA_NAME), text_of(expected, SCHEMA_NAME));
        if (order < 0)
            return complain("no index has the", found, error);
        if (order > 0)
            return complain("it lacks the", expected, error);
        for (int column = 0; column < N_SCHEMA_COLUMNS; column++) {
            if (strcmp(text_of(found, column), text_of(expected, column)) != 0)
                return complain("it has another", expected, error);
        }
    }
}

/* Whether there is anything of that name; if it is not the table, the comparison says so. */
static int find_readmes(sqlite3 *database, bool *has_readmes, struct error *error)
{
    int64_t n;
    if (database_integer(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'readmes'", &n,
                         error) != 0)
        return -1;
    *has_readmes = n > 0;
    return 0;
}

int index_schema_check(sqlite3 *database, bool *has_readmes, struct error *error)
{
    sqlite3 *model = NULL;
    sqlite3_stmt *found = NULL;
    sqlite3_stmt *expected = NULL;
    int result = -1;
    if (sqlite3_open_v2(":memory:", &model,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        database_error(model, "in memory", error);
    else if (find_readmes(database, has_readmes, error) == 0 &&
             database_execute(model, index_schema_tables, error) == 0 &&
             (!*has_readmes || database_execute(model, index_schema_readmes, error) == 0) &&
             database_execute(model, index_schema_indexes, error) == 0 &&
             (found = database_prepare(database, objects_sql, error)) != NULL &&
             (expected = database_prepare(model, objects_sql, error)) != NULL)
        result = compare(found, expected, error);
    sqlite3_finalize(found);
    sqlite3_finalize(expected);
    sqlite3_close(model);
    return result;
}
