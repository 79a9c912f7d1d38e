/* The tables of an index file.

   `rank` numbers the crates from 1, most popular first: it is the key of `crates` and `documents`,
   the rowid of the full-text table and the value in the tries, so that ascending rank is the order
   of popularity everywhere. The temporary tables hold the dump's rows that have to wait until the
   ranks are known; SQLite keeps them outside of the file. */
#include "index/base/database.h"
#include "index/build/build_steps.h"
#include "index/text/text_words.h"

/* What the finished file has. */
static const char *const tables_sql =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE parts(name TEXT PRIMARY KEY, xxh3 TEXT NOT NULL, data BLOB NOT NULL);"
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

/* What waits in between. */
static const char *const staged_tables_sql =
    "CREATE TEMP TABLE staged_crates(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " description TEXT, homepage TEXT, documentation TEXT, repository TEXT, created_at TEXT,"
    " updated_at TEXT, downloads INTEGER, trustpub_only INTEGER, readme TEXT);"
    "CREATE TEMP TABLE staged_downloads(crate_id INTEGER PRIMARY KEY, downloads INTEGER);"
    "CREATE TEMP TABLE staged_default_versions(crate_id INTEGER PRIMARY KEY, version_id INTEGER);"
    "CREATE TEMP TABLE staged_keywords(crate_id INTEGER, keyword_id INTEGER,"
    " PRIMARY KEY(crate_id, keyword_id)) WITHOUT ROWID;"
    "CREATE TEMP TABLE staged_categories(crate_id INTEGER, category_id INTEGER,"
    " PRIMARY KEY(crate_id, category_id)) WITHOUT ROWID;"
    "CREATE TEMP TABLE staged_owners(crate_id INTEGER, owner_kind INTEGER, owner_id INTEGER,"
    " created_at TEXT, PRIMARY KEY(crate_id, owner_kind, owner_id)) WITHOUT ROWID;"
    "CREATE TEMP TABLE staged_users(id INTEGER PRIMARY KEY, gh_login TEXT, name TEXT,"
    " gh_avatar TEXT, gh_id INTEGER, username TEXT, created_at TEXT);"
    "CREATE TEMP TABLE staged_github_accounts(account_id INTEGER PRIMARY KEY, user_id INTEGER,"
    " login TEXT, avatar TEXT);"
    "CREATE TEMP TABLE staged_metadata(total_downloads INTEGER);";

int build_create_schema(sqlite3 *database, struct error *error)
{
    if (database_execute(database, tables_sql, error) != 0)
        return -1;
    return database_execute(database, staged_tables_sql, error);
}
