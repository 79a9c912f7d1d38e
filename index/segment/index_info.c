/* What is in a file: its size, its meta rows, then the pages of each table and index, by SQLite's
   own dbstat, and their checksums. */
#include <cratedex/index_info.h>

#include "index/base/database.h"
#include "index/segment/index_database.h"
#include "index/segment/page_checksums.h"

#include <cratedex/index_format.h>
#include <inttypes.h>
#include <stdio.h>

static int visit_rows(sqlite3 *database, const char *sql, index_info_visit *visit, void *context,
                      struct error *error)
{
    sqlite3_stmt *select = database_prepare(database, sql, error);
    if (select == NULL)
        return -1;
    int found;
    while ((found = database_step(select, error)) == 1) {
        const char *name = (const char *)sqlite3_column_text(select, 0);
        const char *value = (const char *)sqlite3_column_text(select, 1);
        /* The builder writes no NULL, a forger may. */
        visit(context, name != NULL ? name : "", value != NULL ? value : "");
    }
    sqlite3_finalize(select);
    return found;
}

static int visit_all(const struct index_pages *pages, sqlite3 *database, index_info_visit *visit,
                     void *context, struct error *error)
{
    char text[32];
    char parts_sql[256];
    int64_t trailer = page_checksums_size(pages->n_pages);
    snprintf(text, sizeof text, "%" PRId64, (int64_t)pages->n_pages * INDEX_PAGE_BYTES + trailer);
    visit(context, "file_bytes", text);
    snprintf(text, sizeof text, "%d", INDEX_FORMAT_VERSION);
    visit(context, "format_version", text);
    if (visit_rows(database, "SELECT key, value FROM meta ORDER BY key", visit, context, error) !=
        0)
        return -1;
    snprintf(parts_sql, sizeof parts_sql,
             "SELECT 'part:' || name, bytes FROM (SELECT name, sum(pgsize) AS bytes"
             " FROM dbstat('main', 1) GROUP BY name UNION ALL SELECT 'page_checksums', %" PRId64
             ") ORDER BY bytes DESC, name",
             trailer);
    return visit_rows(database, parts_sql, visit, context, error);
}

int index_info(const char *path, index_info_visit *visit, void *context, struct error *error)
{
    struct index_pages *pages = pages_vfs_open(path, error);
    sqlite3 *database = pages == NULL ? NULL : index_database_connect(pages, error);
    int result = database == NULL ? -1 : visit_all(pages, database, visit, context, error);
    sqlite3_close(database);
    index_pages_close(pages);
    return result;
}
