/* The verification finds what opening does not: changed documents, rows that lead to something
   else, parts that are not what the rows say, broken pages. What is changed gets right checksums,
   so that nothing else tells. */
#include "tests/support/index_parts.h"
#include "tests/support/sql.h"
#include "tests/support/verified_copy.h"

#include <cratedex/index_verify.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void count_checks(void *context, const char *what)
{
    unsigned *n_checks = context;
    assert_true(strlen(what) > 0);
    ++*n_checks;
}

static void whole_files_pass(void **state)
{
    const struct verified_copy *copy = *state;
    struct error error = {.message = ""};
    unsigned n_checks = 0;
    size_t before_size;
    size_t after_size;
    char *before = file_read(copy->built.path, &before_size);
    if (index_verify(copy->built.path, count_checks, &n_checks, &error) != 0)
        fail_msg("%s", error.message);
    assert_in_range(n_checks, 6, 20);
    /* It writes nothing to the file and leaves nothing beside it. */
    char *after = file_read(copy->built.path, &after_size);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, after_size);
    assert_int_equal(folder_count(copy->built.folder), 1);
    free(before);
    free(after);
    struct built_index sample;
    built_index_make(&sample, SAMPLE_DUMP);
    if (index_verify(sample.path, NULL, NULL, &error) != 0)
        fail_msg("%s", error.message);
    built_index_remove(&sample);
}

static void files_that_do_not_open(void **state)
{
    const struct verified_copy *copy = *state;
    struct error error = {.message = ""};
    assert_int_equal(index_verify("/nowhere/at/all.cdx", NULL, NULL, &error), -1);
    assert_non_null(strstr(error.message, "/nowhere/at/all.cdx"));
    verified_copy_make(copy);
    sql_change(copy->path, "UPDATE parts SET data = x'' WHERE name = 'terms'");
    assert_int_equal(index_verify(copy->path, NULL, NULL, &error), -1);
    assert_non_null(strstr(error.message, "the part terms is empty"));
    remove(copy->path);
}

static void changed_documents(void **state)
{
    static const struct {
        const char *sql;
        const char *says;
    } cases[] = {
        {"UPDATE documents SET json = replace(json, '\"downloads\":', '\"downloads\":1') WHERE"
         " rank = 3",
         "row 3 of documents"},
        {"UPDATE documents SET json = replace(json, 'false', 'true') WHERE rank = 5",
         "row 5 of documents"},
        {"UPDATE documents SET json = replace(json, '\"badges\":', '\"badges2\":') WHERE rank = 6",
         "row 6 of documents"},
        {"UPDATE documents SET json = json || ' ' || json WHERE rank = 1", "row 1 of documents"},
        {"UPDATE documents SET json = substr(json, 1, length(json) - 1) WHERE rank = 1",
         "row 1 of documents"},
        {"UPDATE documents SET json = '' WHERE rank = 1", "row 1 of documents"},
        /* The same members in another order. */
        {"UPDATE documents SET json = '{\"x\":1,' || substr(json, 2) WHERE rank = 2",
         "row 2 of documents"},
        {"UPDATE documents SET msgpack = msgpack || x'c0' WHERE rank = 2", "row 2 of documents"},
        {"UPDATE documents SET msgpack = x'' WHERE rank = 2", "row 2 of documents"},
        {"UPDATE documents SET msgpack = x'c1' WHERE rank = 2", "row 2 of documents"},
        {"UPDATE documents SET json = (SELECT json FROM documents WHERE rank = 8), msgpack ="
         " (SELECT msgpack FROM documents WHERE rank = 8) WHERE rank = 7",
         "row 7 of documents"},
        {"DELETE FROM documents WHERE rank = 4",
         "1 documents belong to no crate, or crates have none"},
        {"DELETE FROM documents WHERE rank = 26",
         "1 documents belong to no crate, or crates have none"},
        {"DELETE FROM documents", "26 documents belong to no crate"},
        {"INSERT INTO documents SELECT 27, json, msgpack FROM documents WHERE rank = 26",
         "1 documents belong to no crate"},
        {"UPDATE pages SET json = replace(json, '\"num_crates\":26', '\"num_crates\":27')",
         "row 1 of pages"},
        {"DELETE FROM pages", "1 pages are missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        verified_copy_expect_change(*state, cases[i].sql, cases[i].says);
}

/* FTS5's own tables; the index in memory is as it was. */
static void broken_full_text_tables(void **state)
{
    verified_copy_expect_change(
        *state,
        "UPDATE crates_fts_data SET block = substr(block, 1, 40) || x'FF' ||"
        " substr(block, 42) WHERE id = (SELECT max(id) FROM crates_fts_data)",
        "FTS5");
    verified_copy_expect_change(*state,
                                "DELETE FROM crates_fts_data WHERE id = (SELECT max(id) FROM"
                                " crates_fts_data)",
                                "FTS5");
    /* A crate that FTS5 knows and the postings do not, and the other way round. */
    verified_copy_expect_change(*state, "INSERT INTO crates_fts(rowid, name) VALUES(27, 'json')",
                                "the part postings");
    verified_copy_expect_change(
        *state,
        "INSERT INTO crates_fts(crates_fts, rowid, description) VALUES('delete',"
        " 26, 'Something that fills the table')",
        "the part postings");
}

static void broken_pages_of_sqlite(void **state)
{
    const struct verified_copy *copy = *state;
    char *text =
        sql_text(copy->built.path, "SELECT rootpage FROM sqlite_schema WHERE name = 'versions'");
    size_t page = strtoul(text, NULL, 10);
    size_t size;
    free(text);
    char *bytes = file_read(copy->built.path, &size);
    memset(bytes + (page - 1) * 4096, 0xff, 4096);
    file_write(copy->path, bytes, size);
    free(bytes);
    sql_seal(copy->path);
    verified_copy_expect(copy, "a broken page", "SQLite's integrity check");
}

/* Changes the last byte of a part that is not 0 (blocks end with padding), and makes its checksum
   right. */
static void change_last_byte(const char *path, const char *part, char byte)
{
    size_t size;
    char *bytes = part_read(path, part, &size);
    size_t at = size - 1;
    while (bytes[at] == 0)
        at--;
    assert_int_not_equal(bytes[at], byte);
    bytes[at] = byte;
    part_replace(path, part, bytes, size);
    free(bytes);
}

/* The part ends with the last posting's set of fields. Whatever else it is set to, the part is
   consistent, so that only the comparison with FTS5 tells. */
static void changed_postings(void **state)
{
    const struct verified_copy *copy = *state;
    static const char fields[] = {1, 2, 4, 8, 15};
    size_t size;
    char *bytes = part_read(copy->built.path, "postings", &size);
    char before = bytes[size - 1];
    free(bytes);
    for (size_t i = 0; i < sizeof fields; i++) {
        if (fields[i] == before)
            continue;
        verified_copy_make(copy);
        change_last_byte(copy->path, "postings", fields[i]);
        verified_copy_expect(copy, "other fields", "the part postings");
    }
}

/* Tries end with their labels: a letter of a name, or of a word. */
static void changed_tries(void **state)
{
    static const char *const tries[] = {"names",    "terms",         "name_ends",
                                        "keywords", "spelling_list", "words"};
    const struct verified_copy *copy = *state;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        char says[80];
        snprintf(says, sizeof says, "the part %s is not what the tables say", tries[i]);
        verified_copy_make(copy);
        change_last_byte(copy->path, tries[i], '~');
        verified_copy_expect(copy, "another letter", says);
    }
}

/* Links that only one side has: each list in memory, and each table. */
static void changed_memberships(void **state)
{
    const struct verified_copy *copy = *state;
    static const struct {
        const char *sql;
        const char *says;
    } cases[] = {
        {"INSERT INTO crates_keywords VALUES(1, 20)", "the part written"},
        {"INSERT INTO crates_categories VALUES(1, 99)",
         "1 links of keywords, categories or owners lead to no crate"},
        {"INSERT INTO crates_categories VALUES(2, 1)", "the part memberships"},
        {"INSERT INTO crate_owners VALUES(0, 7, 4294967297, NULL)",
         "1 links of keywords, categories or owners lead to no crate"},
        {"UPDATE crate_owners SET owner_id = 2 WHERE owner_kind = 1", "the part memberships"},
        {"UPDATE crate_owners SET owner_kind = 1 - owner_kind", "the part memberships"},
        {"DELETE FROM crate_owners WHERE owner_kind = 1", "the part memberships"},
        {"DELETE FROM crates_keywords", "the part written"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        verified_copy_expect_change(copy, cases[i].sql, cases[i].says);
    /* The part ends with the one crate of the one team: it may be any, for all that opening
       knows. */
    size_t size;
    uint32_t rank;
    verified_copy_make(copy);
    char *bytes = part_read(copy->path, "memberships", &size);
    memcpy(&rank, bytes + size - sizeof rank, sizeof rank);
    rank = rank == 1 ? 2 : rank - 1;
    memcpy(bytes + size - sizeof rank, &rank, sizeof rank);
    part_replace(copy->path, "memberships", bytes, size);
    free(bytes);
    verified_copy_expect(copy, "another crate of the team", "the part memberships");
}

/* The first and the last place of the first list change places: both still lie in their names. */
static void changed_places(void **state)
{
    const struct verified_copy *copy = *state;
    size_t size;
    uint32_t n;
    uint32_t rank;
    uint16_t offset;
    verified_copy_make(copy);
    char *bytes = part_read(copy->path, "name_substrings", &size);
    memcpy(&n, bytes + 4, sizeof n);
    assert_true(n > 1);
    char *first_rank = bytes + 16;
    char *last_rank = first_rank + 4 * ((size_t)n - 1);
    char *first_offset = first_rank + 4 * (size_t)n;
    char *last_offset = first_offset + 2 * ((size_t)n - 1);
    memcpy(&rank, first_rank, sizeof rank);
    memcpy(first_rank, last_rank, sizeof rank);
    memcpy(last_rank, &rank, sizeof rank);
    memcpy(&offset, first_offset, sizeof offset);
    memcpy(first_offset, last_offset, sizeof offset);
    memcpy(last_offset, &offset, sizeof offset);
    part_replace(copy->path, "name_substrings", bytes, size);
    free(bytes);
    verified_copy_expect(copy, "places out of order", "the part name_substrings");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_pass),       cmocka_unit_test(files_that_do_not_open),
        cmocka_unit_test(changed_documents),      cmocka_unit_test(broken_full_text_tables),
        cmocka_unit_test(broken_pages_of_sqlite), cmocka_unit_test(changed_postings),
        cmocka_unit_test(changed_memberships),    cmocka_unit_test(changed_tries),
        cmocka_unit_test(changed_places),
    };
    return cmocka_run_group_tests_name("index_verify", tests, verified_copy_set_up,
                                       verified_copy_tear_down);
}
