/* Connections, one for each who reads: the threads that load the parts, and every reader. All of
   them read the same mapping, by a VFS of its own (pages_vfs.h). */
#include "index/segment/index_database.h"

#include "index/base/database.h"

/* What SQLite itself advises for files of strangers (https://www.sqlite.org/security.html). */
static int trust_nothing(sqlite3 *database, struct error *error)
{
    static const struct {
        int option;
        int value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DQS_DML, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (sqlite3_db_config(database, settings[i].option, settings[i].value, NULL) != SQLITE_OK)
            return database_error(database, "SQLite", error);
    }
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
    sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
    return 0;
}

sqlite3 *index_database_connect(const struct index_pages *pages, struct error *error)
{
    sqlite3 *database = NULL;
    if (sqlite3_open_v2("index", &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        pages->vfs_name) != SQLITE_OK) {
        database_error(database, "index file", error);
    } else if (trust_nothing(database, error) == 0 &&
               database_execute(database,
                                "PRAGMA mmap_size = 1099511627776; PRAGMA cache_size = -512; "
                                "PRAGMA query_only = 1",
                                error) == 0) {
        return database;
    } else if (!error->is_transient) {
        error_prefix(error, "%s is damaged: ", pages->path);
    }
    sqlite3_close(database);
    return NULL;
}
