/* What is in a file: its size, its meta rows, then the pages of each table and index, by SQLite's
   own dbstat. */
#include <cratedex/index_info.h>

#include "index/base/database.h"
#include "index/segment/index_database.h"
#include "index/segment/open_index.h"

#include <cratedex/index_format.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int visit_rows(sqlite3 *database, const char *sql, index_info_visit *visit, void *context,
                      struct error *error)
{
    sqlite3_stmt *select = database_prepare(database, sql, error);
    if (select == NULL)
        return -1;
    int found;
    while ((found = database_step(select, error)) == 1)
        visit(context, (const char *)sqlite3_column_text(select, 0),
              (const char *)sqlite3_column_text(select, 1));
    sqlite3_finalize(select);
    return found;
}

int index_info(const char *path, index_info_visit *visit, void *context, struct error *error)
{
    sqlite3 *database = index_database_open(path, error);
    if (database == NULL)
        return -1;
    struct stat status;
    char text[32];
    if (stat(path, &status) != 0) {
        sqlite3_close(database);
        return error_set(error, "%s: %s", path, strerror(errno));
    }
    snprintf(text, sizeof text, "%lld", (long long)status.st_size);
    visit(context, "file_bytes", text);
    snprintf(text, sizeof text, "%d", INDEX_FORMAT_VERSION);
    visit(context, "format_version", text);
    int result =
        visit_rows(database, "SELECT key, value FROM meta ORDER BY key", visit, context, error);
    if (result == 0)
        result = visit_rows(database,
                            "SELECT 'part:' || name, sum(pgsize) FROM dbstat('main', 1)"
                            " GROUP BY 1 ORDER BY sum(pgsize) DESC, 1",
                            visit, context, error);
    sqlite3_close(database);
    return result;
}
