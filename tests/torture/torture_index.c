/* An index file: its bytes, and the rows in it. Three of four get their checksums again, so that
   what is wrong reaches the readers; `verify` and every question of a server must then end. */
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/small_dump.h"
#include "tests/torture/mutation.h"
#include "tests/torture/questions.h"
#include "tests/torture/torture.h"

#include "index/segment/page_checksums.h"

#include <cratedex/index_format.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_MORE_CRATES 14

/* Of the good file. */
struct column {
    char table[64];
    char name[64];
};

static char *good;
static size_t good_size;
static struct column columns[256];
static uint32_t n_columns;

static void read_columns(const char *path)
{
    static const char sql[] =
        "SELECT s.name, c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c"
        " WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY s.name, c.cid";
    sqlite3 *database = NULL;
    sqlite3_stmt *select = NULL;
    if (sqlite3_open(path, &database) != SQLITE_OK ||
        sqlite3_prepare_v2(database, sql, -1, &select, NULL) != SQLITE_OK)
        abort();
    while (n_columns < sizeof columns / sizeof *columns && sqlite3_step(select) == SQLITE_ROW) {
        struct column *column = &columns[n_columns++];
        snprintf(column->table, sizeof column->table, "%s",
                 (const char *)sqlite3_column_text(select, 0));
        snprintf(column->name, sizeof column->name, "%s",
                 (const char *)sqlite3_column_text(select, 1));
    }
    sqlite3_finalize(select);
    sqlite3_close(database);
}

static void prepare(const char *folder)
{
    struct built_index built;
    (void)folder;
    if (good != NULL)
        return;
    small_dump_build(&built, N_MORE_CRATES);
    good = file_read(built.path, &good_size);
    read_columns(built.path);
    built_index_remove(&built);
}

/* The checksums of its pages, if its header still says how many there are. */
static void forge_checksums(const char *path)
{
    struct error error;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        abort();
    page_checksums_append(file, &error);
    close(file);
}

static enum torture_end run_bytes(const char *folder, uint64_t *seed, struct error *error)
{
    char path[FOLDER_PATH_SIZE];
    struct mutated mutated = mutate(good, good_size, INDEX_PAGE_BYTES, seed);
    folder_join(path, folder, "torture.cdx");
    file_write(path, mutated.bytes, mutated.size);
    free(mutated.bytes);
    if (random_below(seed, 4) != 0)
        forge_checksums(path);
    return questions_ask(path, error);
}

static void run_sql(sqlite3 *database, const char *sql)
{
    sqlite3_exec(database, sql, NULL, NULL, NULL);
}

/* Binds what takes the value's place: the same with changes, or what no build writes. */
static void bind_value(sqlite3_stmt *update, sqlite3_stmt *value, uint64_t *seed)
{
    static const int64_t numbers[] = {0,         -1,         1,         255,      65536,
                                      INT32_MAX, UINT32_MAX, INT64_MAX, INT64_MIN};
    const void *bytes = sqlite3_column_blob(value, 0);
    size_t size = (size_t)sqlite3_column_bytes(value, 0);
    switch (random_below(seed, 8)) {
    case 0:
        sqlite3_bind_null(update, 1);
        break;
    case 1:
        sqlite3_bind_zeroblob(update, 1, (int)random_below(seed, 5000));
        break;
    case 2:
    case 3:
        sqlite3_bind_int64(update, 1, numbers[random_below(seed, 9)]);
        break;
    default:
        if (size > 0) {
            struct mutated mutated = mutate(bytes, size, 64, seed);
            if (sqlite3_column_type(value, 0) == SQLITE_BLOB)
                sqlite3_bind_blob(update, 1, mutated.bytes, (int)mutated.size, SQLITE_TRANSIENT);
            else
                sqlite3_bind_text(update, 1, (const char *)mutated.bytes, (int)mutated.size,
                                  SQLITE_TRANSIENT);
            free(mutated.bytes);
        }
        break;
    }
}

static void change_row(sqlite3 *database, uint64_t *seed)
{
    const struct column *column = &columns[random_below(seed, n_columns)];
    char sql[512];
    sqlite3_stmt *value = NULL;
    sqlite3_stmt *update = NULL;
    snprintf(sql, sizeof sql,
             "SELECT \"%s\" FROM \"%s\" LIMIT 1 OFFSET ?1 %% max(1, (SELECT count(*) FROM \"%s\"))",
             column->name, column->table, column->table);
    if (sqlite3_prepare_v2(database, sql, -1, &value, NULL) != SQLITE_OK)
        return;
    sqlite3_bind_int64(value, 1, random_next(seed));
    snprintf(sql, sizeof sql, "UPDATE OR REPLACE \"%s\" SET \"%s\" = ?1 WHERE \"%s\" IS ?2",
             column->table, column->name, column->name);
    if (sqlite3_step(value) == SQLITE_ROW &&
        sqlite3_prepare_v2(database, sql, -1, &update, NULL) == SQLITE_OK) {
        bind_value(update, value, seed);
        sqlite3_bind_value(update, 2, sqlite3_column_value(value, 0));
        sqlite3_step(update);
    }
    sqlite3_finalize(update);
    sqlite3_finalize(value);
}

static enum torture_end run_rows(const char *folder, uint64_t *seed, struct error *error)
{
    char path[FOLDER_PATH_SIZE];
    sqlite3 *database = NULL;
    folder_join(path, folder, "torture.cdx");
    file_write(path, good, good_size);
    if (sqlite3_open(path, &database) != SQLITE_OK)
        abort();
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    run_sql(database, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; BEGIN");
    for (unsigned left = 1 + random_below(seed, 3); left > 0; left--)
        change_row(database, seed);
    run_sql(database, "COMMIT");
    sqlite3_close(database);
    forge_checksums(path);
    return questions_ask(path, error);
}

const struct torture_kind torture_index = {"index", prepare, run_bytes};
const struct torture_kind torture_rows = {"rows", prepare, run_rows};
