/* Rows found without SQLite, against SQLite: tables of one page and of several levels, rows of
   every size, and files with random damage. */
#include "index/segment/table_rows.h"

#include "tests/support/folder.h"
#include "tests/support/random.h"
#include "tests/support/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ROWS 20000
/* Of some keys the page is remembered, of others not. */
#define N_REMEMBERED (3 * N_ROWS / 2)
#define PAGE_BYTES INDEX_PAGE_BYTES
/* What fits into a page beside the row's header. */
#define LONGEST_SURE (PAGE_BYTES - 60)

struct fixture {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    struct index_pages *pages;
    sqlite3 *database;
    struct table_rows rows;
};

static void open_pages(struct fixture *fixture)
{
    struct error error = {.message = ""};
    fixture->pages = index_pages_open(fixture->path, &error);
    if (fixture->pages == NULL)
        fail_msg("%s", error.message);
    assert_int_equal(sqlite3_open(fixture->path, &fixture->database), SQLITE_OK);
}

static void open_rows(struct fixture *fixture, const char *table)
{
    struct error error = {.message = ""};
    open_pages(fixture);
    if (table_rows_open(&fixture->rows, fixture->database, table, N_REMEMBERED, fixture->pages,
                        &error) != 0)
        fail_msg("%s", error.message);
}

static void close_rows(struct fixture *fixture)
{
    table_rows_close(&fixture->rows);
    sqlite3_close(fixture->database);
    index_pages_close(fixture->pages);
}

static int set_up(void **state)
{
    static struct fixture fixture;
    folder_make(fixture.folder);
    folder_join(fixture.path, fixture.folder, "rows");
    static const char statements[] =
        "CREATE TABLE few(key INTEGER PRIMARY KEY, text TEXT);"
        "INSERT INTO few VALUES(7, 'seven');"
        "CREATE TABLE none(key INTEGER PRIMARY KEY, text TEXT);"
        "CREATE TABLE many(key INTEGER PRIMARY KEY, text TEXT, number, bytes BLOB);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO many SELECT 3 * i, printf('%.*c', i % 71 * (i % 53) + 1, 'a' || i),"
        " CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN i WHEN 2 THEN 1.5 * i"
        " WHEN 3 THEN 1 ELSE i * 100000000000 END,"
        " CASE WHEN i % 1000 = 0 THEN zeroblob(i) ELSE randomblob(1 + i % 301) END FROM n";
    char pragmas[128];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA page_size = %d; PRAGMA application_id = %d; PRAGMA user_version = %d",
             INDEX_PAGE_BYTES, INDEX_APPLICATION_ID, INDEX_FORMAT_VERSION);
    assert_int_equal(sqlite3_open(fixture.path, &fixture.database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(fixture.database, pragmas, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(fixture.database, statements, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(fixture.database);
    sql_seal(fixture.path);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    folder_remove(fixture->folder);
    return 0;
}

/* The row at which the statement stands. Returns whether it was found. */
static bool expect_row(const struct fixture *fixture, sqlite3_stmt *select, unsigned column)
{
    const void *bytes;
    size_t size;
    if (!table_rows_find(&fixture->rows, sqlite3_column_int64(select, 0), column, &bytes, &size))
        return false;
    assert_int_equal(size, sqlite3_column_bytes(select, (int)column));
    assert_memory_equal(bytes, sqlite3_column_blob(select, (int)column), size);
    return true;
}

static void every_row_that_fits_is_found(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_stmt *select;
    int n = 0;
    open_rows(fixture, "many");
    assert_int_equal(sqlite3_prepare_v2(fixture->database, "SELECT * FROM many", -1, &select, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(select) == SQLITE_ROW; n++) {
        const void *bytes;
        size_t size;
        bool fits =
            sqlite3_column_bytes(select, 1) + sqlite3_column_bytes(select, 3) < LONGEST_SURE;
        bool is_found = expect_row(fixture, select, 1);
        assert_true(is_found || !fits);
        assert_int_equal(expect_row(fixture, select, 3), is_found);
        /* Numbers, the key, and what the table does not have. */
        int64_t key = sqlite3_column_int64(select, 0);
        assert_false(table_rows_find(&fixture->rows, key, 0, &bytes, &size));
        assert_false(table_rows_find(&fixture->rows, key, 2, &bytes, &size));
        assert_false(table_rows_find(&fixture->rows, key, 4, &bytes, &size));
        assert_false(table_rows_find(&fixture->rows, key + 1, 1, &bytes, &size));
    }
    assert_int_equal(n, N_ROWS);
    sqlite3_finalize(select);
    close_rows(fixture);
}

static void keys_outside_are_not_found(void **state)
{
    static const int64_t keys[] = {INT64_MIN, -1, 0, 3 * (int64_t)N_ROWS + 1, INT64_MAX};
    struct fixture *fixture = *state;
    const void *bytes;
    size_t size;
    open_rows(fixture, "many");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_false(table_rows_find(&fixture->rows, keys[i], 1, &bytes, &size));
    close_rows(fixture);
    open_rows(fixture, "none");
    assert_false(table_rows_find(&fixture->rows, 1, 1, &bytes, &size));
    close_rows(fixture);
    open_rows(fixture, "few");
    assert_false(table_rows_find(&fixture->rows, 6, 1, &bytes, &size));
    assert_true(table_rows_find(&fixture->rows, 7, 1, &bytes, &size));
    assert_int_equal(size, 5);
    assert_memory_equal(bytes, "seven", 5);
    close_rows(fixture);
}

static void a_table_that_is_not_there_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.message = ""};
    open_pages(fixture);
    assert_int_equal(
        table_rows_open(&fixture->rows, fixture->database, "other", 1, fixture->pages, &error), -1);
    assert_string_equal(error.message, "the table other is missing");
    close_rows(fixture);
}

/* A row on a page that is not as it was written is left to SQLite; those on others are found. */
static void damaged_pages_are_not_read(void **state)
{
    struct fixture *fixture = *state;
    char path[FOLDER_PATH_SIZE];
    const void *bytes;
    size_t size;
    size_t file_bytes;
    char *copy = file_read(fixture->path, &file_bytes);
    struct fixture damaged = *fixture;
    open_rows(fixture, "many");
    assert_true(table_rows_find(&fixture->rows, 300, 1, &bytes, &size));
    uint32_t leaf = atomic_load(&fixture->rows.leaves[300]);
    close_rows(fixture);
    copy[(size_t)leaf * PAGE_BYTES - 1] ^= 1; /* of the leaf's first row */
    folder_join(path, fixture->folder, "damaged");
    file_write(path, copy, file_bytes);
    memcpy(damaged.path, path, sizeof path);
    open_rows(&damaged, "many");
    unsigned n_lost = 0;
    for (int64_t key = 3; key <= N_REMEMBERED; key += 3) {
        if (table_rows_find(&damaged.rows, key, 1, &bytes, &size))
            assert_int_not_equal(atomic_load(&damaged.rows.leaves[key]), leaf);
        else if (key > 250 && key < 350)
            n_lost++;
    }
    assert_in_range(n_lost, 1, 30);
    close_rows(&damaged);
    free(copy);
}

/* What is found in a damaged file lies in the file. */
static void damage_leads_nowhere(void **state)
{
    struct fixture *fixture = *state;
    size_t file_bytes;
    open_rows(fixture, "many");
    char *whole = file_read(fixture->path, &file_bytes);
    struct index_pages pages = *fixture->pages;
    struct table_rows rows = fixture->rows;
    for (uint32_t number = 1; number <= pages.n_pages; number++) /* nor will checksums tell */
        assert_true(index_pages_check(&pages, number));
    file_bytes = (size_t)pages.n_pages * PAGE_BYTES;
    unsigned char *damaged = malloc(file_bytes); /* whose end a sanitizer watches */
    assert_non_null(damaged);
    rows.pages = &pages;
    pages.bytes = damaged;
    uint64_t seed = 311;
    for (int round = 0; round < 60; round++) {
        memcpy(damaged, whole, file_bytes);
        /* Mostly in the headers and places of cells, whose bytes decide. */
        for (uint32_t i = 0; i < file_bytes / 1024; i++) {
            size_t page = random_below(&seed, (uint32_t)(file_bytes / PAGE_BYTES));
            uint32_t within = random_below(&seed, i % 4 == 0 ? PAGE_BYTES : 64);
            damaged[page * PAGE_BYTES + within] = (unsigned char)random_next(&seed);
        }
        if (round % 4 == 0)
            rows.root = random_next(&seed);
        else
            rows.root = fixture->rows.root;
        unsigned sum = 0;
        for (int64_t i = 1; i <= N_ROWS; i += 7) {
            const void *bytes;
            size_t size;
            if (!table_rows_find(&rows, 3 * i, (unsigned)(i % 4), &bytes, &size))
                continue;
            const unsigned char *first = bytes;
            assert_true(first >= damaged && size <= (size_t)(damaged + file_bytes - first));
            sum += first[0] + first[size - 1];
        }
        assert_true(sum < UINT32_MAX); /* the bytes were read */
    }
    free(damaged);
    free(whole);
    close_rows(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_that_fits_is_found),
        cmocka_unit_test(keys_outside_are_not_found),
        cmocka_unit_test(a_table_that_is_not_there_is_an_error),
        cmocka_unit_test(damaged_pages_are_not_read),
        cmocka_unit_test(damage_leads_nowhere),
    };
    return cmocka_run_group_tests_name("table_rows", tests, set_up, tear_down);
}
