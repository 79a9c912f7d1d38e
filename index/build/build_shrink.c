/* The index remembers how many rows each table of its dump had (`dump_tables`), those included that
   were left out. A registry hardly ever loses rows: what lost a tenth of a table is a dump that was
   not written or not copied to its end. */
#include "index/build/build_shrink.h"

#include "index/base/database.h"
#include "index/build/build_report.h"
#include "index/segment/index_database.h"
#include "index/segment/index_schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The tables that lost too much, for the message. */
struct losses {
    char text[256];
    size_t length;
    unsigned n;
};

/* How many rows were read of a table. Returns whether the dump has it. */
static bool find_table(const struct build_report *report, const char *table, uint64_t *n_rows)
{
    bool is_found = false;
    *n_rows = 0;
    for (unsigned i = 0; i < report->n_tables; i++) {
        if (strcmp(report->tables[i].name, table) != 0)
            continue;
        is_found = true;
        *n_rows += report->tables[i].n_rows;
    }
    return is_found;
}

/* Names what fits, the first ones. */
static void add_loss(struct losses *losses, const char *table, uint64_t now, uint64_t before)
{
    char text[128];
    int length = snprintf(text, sizeof text, "%s%.32s.csv has %" PRIu64 " rows, had %" PRIu64,
                          losses->n == 0 ? "" : ", ", table, now, before);
    losses->n++;
    if (length < 0 || (size_t)length >= sizeof losses->text - losses->length)
        return;
    memcpy(losses->text + losses->length, text, (size_t)length + 1);
    losses->length += (size_t)length;
}

static int compare(struct build *build, sqlite3 *before, struct losses *losses, struct error *error)
{
    sqlite3_stmt *tables =
        database_prepare(before, "SELECT name, n_rows FROM dump_tables ORDER BY name", error);
    if (tables == NULL)
        return -1;
    int found;
    while ((found = database_step(tables, error)) == 1) {
        const char *name = database_column_text(tables, 0, 255, "table's name", error);
        int64_t n_rows = sqlite3_column_int64(tables, 1);
        if (name == NULL) {
            found = -1;
            break;
        }
        uint64_t n_before = n_rows > 0 ? (uint64_t)n_rows : 0;
        uint64_t n_now;
        if (!find_table(build->report, name, &n_now) && n_before > 0)
            build_warn(build, "table that the dump lacks", 1,
                       "%s.csv: the index had %" PRIu64 " rows", name, n_before);
        if (n_now < n_before && n_before - n_now >= BUILD_MIN_LOST_ROWS &&
            (double)(n_before - n_now) > BUILD_MAX_LOSS * (double)n_before)
            add_loss(losses, name, n_now, n_before);
    }
    sqlite3_finalize(tables);
    return found;
}

int build_check_shrink(struct build *build, struct error *error)
{
    const char *path = build->options->out_path;
    struct losses losses = {.n = 0};
    bool has_readmes; /* which may come and go */
    struct error why = {.message = ""};
    if (access(path, F_OK) != 0)
        return 0;
    struct index_pages *pages = pages_vfs_open(path, &why);
    sqlite3 *before = pages == NULL ? NULL : index_database_connect(pages, &why);
    int result = before == NULL || index_schema_check(before, &has_readmes, &why) != 0
                     ? -1
                     : compare(build, before, &losses, &why);
    sqlite3_close(before);
    index_pages_close(pages);
    if (result != 0) {
        build_warn(build, "file to be replaced that the dump could not be compared with", 1, "%s",
                   why.message);
        return 0;
    }
    if (losses.n == 0 || build->options->allow_shrink)
        return 0;
    return error_set(error,
                     "the dump lost more than a tenth of what %s was built from: %s; with "
                     "--allow-shrink it is replaced all the same",
                     path, losses.text);
}

int build_write_tables(struct build *build, struct error *error)
{
    sqlite3_stmt *insert = database_prepare(
        build->database,
        "INSERT INTO dump_tables VALUES(?1, ?2) ON CONFLICT DO UPDATE SET n_rows = n_rows + ?2",
        error);
    int result = insert == NULL ? -1 : 0;
    for (unsigned i = 0; i < build->report->n_tables && result == 0; i++) {
        sqlite3_bind_text(insert, 1, build->report->tables[i].name, -1, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 2, (int64_t)build->report->tables[i].n_rows);
        result = database_run(insert, error);
    }
    sqlite3_finalize(insert);
    return result;
}
