/* The tables of the file are in index/segment/index_schema.c. The temporary ones hold the dump's
   rows that have to wait until the ranks are known; SQLite keeps them outside of the file. */
#include "index/build/build_schema.h"

#include "index/base/database.h"
#include "index/segment/index_schema.h"

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

int build_create_schema(sqlite3 *database, bool keep_readmes, struct error *error)
{
    if (database_execute(database, index_schema_tables, error) != 0 ||
        (keep_readmes && database_execute(database, index_schema_readmes, error) != 0))
        return -1;
    return database_execute(database, staged_tables_sql, error);
}
