/* Files that somebody made on purpose: every checksum is right, and SQLite finds nothing wrong with
   them. They are refused when they are opened, or what reads the place fails with a sentence;
   nothing is read beyond what is there, and nothing takes memory or time for what a number merely
   claims. */
#include "index/segment/crate_columns.h"
#include "index/segment/open_reader.h"
#include "index/trie/trie_build.h"
#include "tests/support/built_index.h"
#include "tests/support/index_parts.h"
#include "tests/support/small_dump.h"
#include "tests/support/sql.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>
#include <cratedex/index_info.h>
#include <cratedex/sparse_index.h>
#include <cratedex/version_list.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct built_index built;
    char path[FOLDER_PATH_SIZE]; /* a copy that is changed */
    struct index *index;         /* of it, while it is open */
    struct index_reader *reader;
};

static int make_index(void **state)
{
    static struct fixture fixture;
    small_dump_build(&fixture.built, 20);
    folder_join(fixture.path, fixture.built.folder, "forged.cdx");
    *state = &fixture;
    return 0;
}

static int remove_index(void **state)
{
    struct fixture *fixture = *state;
    remove(fixture->path);
    built_index_remove(&fixture->built);
    return 0;
}

static void copy_index(const struct fixture *fixture)
{
    size_t size;
    char *bytes = file_read(fixture->built.path, &size);
    file_write(fixture->path, bytes, size);
    free(bytes);
}

static void expect_says(const struct error *error, const char *says)
{
    if (strstr(error->message, says) == NULL || strpbrk(error->message, "\n\r\033") != NULL)
        fail_msg("\"%s\" does not say \"%s\"", error->message, says);
}

/* Opening the copy fails, in words. */
static void expect_refused(const struct fixture *fixture, const char *what, const char *says)
{
    struct error error = {.message = ""};
    struct index *index = index_open(fixture->path, &error);
    if (index != NULL)
        fail_msg("opened in spite of %s", what);
    expect_says(&error, says);
}

static void open_copy(struct fixture *fixture)
{
    struct error error = {.message = ""};
    fixture->index = index_open(fixture->path, &error);
    if (fixture->index == NULL)
        fail_msg("%s", error.message);
    fixture->reader = index_reader_open(fixture->index, &error);
    if (fixture->reader == NULL)
        fail_msg("%s", error.message);
}

static void close_copy(struct fixture *fixture)
{
    index_reader_close(fixture->reader);
    index_close(fixture->index);
}

static void schemas_that_no_build_makes(void **state)
{
    static const struct {
        const char *sql;
        const char *says;
    } cases[] = {
        {"DROP TABLE documents; CREATE VIEW documents AS WITH RECURSIVE n(rank, json, msgpack) AS"
         " (SELECT 1, '{}', x'80' UNION ALL SELECT rank + 1, json, msgpack FROM n)"
         " SELECT * FROM n",
         "it has another table `documents`"},
        {"CREATE VIEW innocent AS SELECT 1", "no index has the view `innocent`"},
        {"CREATE TABLE more(x)", "no index has the table `more`"},
        {"CREATE TRIGGER later AFTER INSERT ON meta BEGIN DELETE FROM parts; END",
         "no index has the trigger `later`"},
        {"DROP INDEX versions_by_crate", "it lacks the index `versions_by_crate`"},
        {"DROP INDEX users_by_login; CREATE INDEX users_by_login ON users(login)",
         "it has another index `users_by_login`"},
        {"ALTER TABLE versions ADD COLUMN extra", "it has another table `versions`"},
        {"DROP TABLE sparse_index; CREATE VIRTUAL TABLE sparse_index USING fts5(text)",
         "it has another table `sparse_index`"},
        {"DROP TABLE crates_fts", "it lacks the table `crates_fts`"},
    };
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        copy_index(fixture);
        sql_change(fixture->path, cases[i].sql);
        expect_refused(fixture, cases[i].sql, "its schema is not that of an index");
        expect_refused(fixture, cases[i].sql, cases[i].says);
    }
}

/* The names of all crates as an array of rows, with one of them replaced. */
static void forge_name(const struct fixture *fixture, uint32_t at, const char *name, size_t length)
{
    struct error error = {.message = ""};
    struct crate_columns columns;
    size_t size;
    char *block = part_read(fixture->path, "crate_columns", &size);
    assert_int_equal(crate_columns_open(&columns, block, size, &error), 0);
    struct crate_column_row *rows = calloc(columns.n_crates, sizeof *rows);
    assert_non_null(rows);
    for (uint32_t i = 0; i < columns.n_crates; i++) {
        uint32_t start = columns.name_offsets[i];
        rows[i] = (struct crate_column_row){
            .name = i == at ? name : columns.names + start,
            .name_length = i == at ? (uint32_t)length : columns.name_offsets[i + 1] - start,
            .id = columns.ids[i],
            .recent_downloads = CRATE_NO_RECENT_DOWNLOADS,
        };
    }
    msgpack_sbuffer forged;
    msgpack_sbuffer_init(&forged);
    assert_int_equal(crate_columns_build(rows, columns.n_crates, &forged, &error), 0);
    part_replace(fixture->path, "crate_columns", forged.data, forged.size);
    msgpack_sbuffer_destroy(&forged);
    free(rows);
    free(block);
}

static void names_that_no_crate_can_have(void **state)
{
    static const size_t lengths[] = {0, 256, 5000};
    const struct fixture *fixture = *state;
    char name[5000];
    memset(name, 'a', sizeof name);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        copy_index(fixture);
        forge_name(fixture, 3, name, lengths[i]);
        expect_refused(fixture, "such a name", "the crate columns are damaged");
    }
}

/* The last crate's name ends where its block ends. */
static void keys_that_are_longer_than_the_name(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.message = ""};
    char key[INDEX_MAX_NAME_BYTES];
    uint32_t last = index_n_crates(fixture->built.index);
    msgpack_sbuffer trie;
    memset(key, 'a', sizeof key);
    struct trie_entry entry = {key, sizeof key, last};
    msgpack_sbuffer_init(&trie);
    assert_int_equal(trie_build(&entry, 1, &trie, &error), 0);
    copy_index(fixture);
    part_replace(fixture->path, "names", trie.data, trie.size);
    msgpack_sbuffer_destroy(&trie);
    open_copy(fixture);
    assert_int_equal(index_find_crate(fixture->index, key, sizeof key), last);
    close_copy(fixture);
}

static void expect_no_page(struct fixture *fixture, uint32_t rank, const char *says)
{
    struct error error = {.message = ""};
    msgpack_sbuffer out;
    struct encoder encoder;
    msgpack_sbuffer_init(&out);
    encoder_init(&encoder, ENCODING_JSON, &out);
    assert_int_equal(
        index_reader_encode_crate_page(fixture->reader, rank, CRATE_FULL_PAGE, &encoder, &error),
        -1);
    expect_says(&error, says);
    msgpack_sbuffer_destroy(&out);
}

static void expect_no_list(struct fixture *fixture, uint32_t rank, const char *says)
{
    struct error error = {.message = ""};
    struct version_list list;
    struct version_query query = {.rank = rank, .sort = VERSION_SORT_SEMVER, .limit = 1};
    assert_int_equal(version_list_open(&list, fixture->reader, &query, &error),
                     VERSION_LIST_FAILED);
    expect_says(&error, says);
}

static void version_numbers_that_no_version_can_have(void **state)
{
    static const char *const numbers[] = {
        "replace(hex(zeroblob(1500)), '00', '1.')", /* 3,000 bytes */
        "replace(hex(zeroblob(128)), '00', '1.')",
        "'1.0.0' || char(0) || '1'",
    };
    struct fixture *fixture = *state;
    uint32_t rank = index_find_crate(fixture->built.index, "yaml", 4);
    assert_int_not_equal(rank, 0);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char sql[512];
        snprintf(sql, sizeof sql,
                 "DELETE FROM version_sets; UPDATE versions SET num = %s WHERE crate_id ="
                 " (SELECT id FROM crates WHERE name = 'yaml')",
                 numbers[i]);
        copy_index(fixture);
        sql_change(fixture->path, sql);
        open_copy(fixture);
        expect_no_page(fixture, rank, "version number");
        expect_no_list(fixture, rank, "version number");
        close_copy(fixture);
    }
}

/* A frame's header alone (RFC 8878, section 3.1.1.1): one segment, a content size of eight
   bytes. */
static void frames_that_claim_gigabytes(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.message = ""};
    msgpack_sbuffer out;
    int64_t last_modified;
    uint32_t rank = index_find_crate(fixture->built.index, "yaml", 4);
    char sql[512];
    copy_index(fixture);
    snprintf(sql, sizeof sql,
             "UPDATE sparse_index SET size = 2147483648, zstd = x'28b52ffde00000008000000000';"
             "REPLACE INTO version_sets VALUES (%u, x'28b52ffde00000008000000000',"
             " x'28b52ffde00000008000000000')",
             rank);
    sql_change(fixture->path, sql);
    open_copy(fixture);
    msgpack_sbuffer_init(&out);
    assert_int_equal(sparse_index_read(fixture->reader, rank, &out, &last_modified, &error), -1);
    expect_says(&error, "a sparse-index text has the wrong size");
    expect_no_page(fixture, rank, "a set of versions is damaged");
    msgpack_sbuffer_destroy(&out);
    close_copy(fixture);
}

/* A word without a group, a group without words, one word alone, more than there may be. */
static void synonyms_that_no_table_has(void **state)
{
    static struct trie_entry nine[] = {{"a", 1, 1}, {"b", 1, 1}, {"c", 1, 1},
                                       {"d", 1, 1}, {"e", 1, 1}, {"f", 1, 1},
                                       {"g", 1, 1}, {"h", 1, 1}, {"i", 1, 1}};
    static struct trie_entry alone[] = {{"a", 1, 1}, {"b", 1, 1}, {"c", 1, 2}};
    static struct trie_entry skipped[] = {{"a", 1, 2}, {"b", 1, 2}};
    static struct trie_entry beyond[] = {{"a", 1, 1}, {"b", 1, 0xfffffff0}};
    static struct trie_entry twice[] = {{"a", 1, 1}, {"b", 1, 1}, {"a", 1, 2}, {"c", 1, 2}};
    static struct trie_entry empty[] = {{"", 0, 1}, {"b", 1, 1}};
    const struct {
        struct trie_entry *entries;
        size_t n;
        const char *says;
    } cases[] = {
        {nine, 9, "group 1 of synonyms has 9 words"},
        {alone, 3, "group 2 of synonyms has 1 words"},
        {skipped, 2, "group 1 of synonyms has 0 words"},
        {beyond, 2, "the trie of synonyms is no table of them"},
        {twice, 4, "the trie of synonyms is no table of them"},
        {empty, 2, "the trie of synonyms is no table of them"},
    };
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        msgpack_sbuffer trie;
        msgpack_sbuffer_init(&trie);
        copy_index(fixture);
        assert_int_equal(trie_build(cases[i].entries, cases[i].n, &trie, &error), 0);
        part_replace(fixture->path, "synonyms", trie.data, trie.size);
        expect_refused(fixture, cases[i].says, cases[i].says);
        msgpack_sbuffer_destroy(&trie);
    }
}

static void see_fact(void *context, const char *name, const char *value)
{
    size_t *n_bytes = context;
    *n_bytes += strlen(name) + strlen(value);
}

/* By torture: index 670. */
static void facts_without_a_value(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {.message = ""};
    size_t n_bytes = 0;
    copy_index(fixture);
    sql_change(fixture->path, "UPDATE meta SET value = NULL");
    index_info(fixture->path, see_fact, &n_bytes, &error);
    assert_true(n_bytes > 0);
}

/* By torture: index 1932. SQLite quotes what it cannot read. */
static void schemas_with_control_characters(void **state)
{
    const struct fixture *fixture = *state;
    copy_index(fixture);
    sql_change(fixture->path, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
                              " replace(sql, 'CREATE TABLE users(', 'CREATE TABLE users(\x1b')");
    expect_refused(fixture, "a schema with an escape character", "malformed database schema");
}

/* Pages that lead to each other are as good as a table without an end. */
static void statements_without_end(void **state)
{
    static const char text[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                               " SELECT count(*) FROM n";
    struct fixture *fixture = *state;
    struct error error = {.message = ""};
    sqlite3_stmt *endless = reader_statement(fixture->built.reader, text, &error);
    assert_non_null(endless);
    fixture->built.reader->deadline = 0; /* nobody waits for READER_STATEMENT_SECONDS */
    assert_int_equal(sqlite3_step(endless), SQLITE_INTERRUPT);
    sqlite3_reset(endless);
    /* The next one has its own time. */
    assert_non_null(reader_statement(fixture->built.reader, "SELECT 1", &error));
    assert_true(fixture->built.reader->deadline > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemas_that_no_build_makes),
        cmocka_unit_test(names_that_no_crate_can_have),
        cmocka_unit_test(keys_that_are_longer_than_the_name),
        cmocka_unit_test(version_numbers_that_no_version_can_have),
        cmocka_unit_test(frames_that_claim_gigabytes),
        cmocka_unit_test(synonyms_that_no_table_has),
        cmocka_unit_test(facts_without_a_value),
        cmocka_unit_test(schemas_with_control_characters),
        cmocka_unit_test(statements_without_end),
    };
    return cmocka_run_group_tests(tests, make_index, remove_index);
}
