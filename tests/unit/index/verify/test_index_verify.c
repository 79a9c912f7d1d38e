/* The verification finds what opening does not: changed documents, rows that lead to something
   else, parts that are not what the rows say, broken pages. What is changed gets right checksums,
   so that nothing else tells. */
#include "tests/support/built_index.h"
#include "tests/support/index_parts.h"
#include "tests/support/random.h"
#include "tests/support/small_dump.h"
#include "tests/support/sql.h"

#include <cratedex/index_verify.h>
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
    char path[FOLDER_PATH_SIZE]; /* a copy that is damaged */
};

static int make_index(void **state)
{
    static struct fixture fixture;
    small_dump_build(&fixture.built, 20);
    folder_join(fixture.path, fixture.built.folder, "damaged.cdx");
    *state = &fixture;
    return 0;
}

static int remove_index(void **state)
{
    struct fixture *fixture = *state;
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

/* Opens without complaint, and yet is found damaged, in words. */
static void expect_fault(const struct fixture *fixture, const char *what, const char *says)
{
    struct error error = {.message = ""};
    struct index *index = index_open(fixture->path, &error);
    if (index == NULL)
        fail_msg("it does not even open: %s", error.message);
    index_close(index);
    if (index_verify(fixture->path, NULL, NULL, &error) != -1)
        fail_msg("\"%s\" is not found after %s", says, what);
    if (strncmp(error.message, fixture->path, strlen(fixture->path)) != 0 ||
        strstr(error.message, says) == NULL || strpbrk(error.message, "\n\r\033") != NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, says);
    remove(fixture->path);
}

static void expect_fault_of_change(const struct fixture *fixture, const char *sql, const char *says)
{
    copy_index(fixture);
    sql_change(fixture->path, sql);
    expect_fault(fixture, sql, says);
}

static void count_checks(void *context, const char *what)
{
    unsigned *n_checks = context;
    assert_true(strlen(what) > 0);
    ++*n_checks;
}

static void whole_files_pass(void **state)
{
    const struct fixture *fixture = *state;
    struct error error = {.message = ""};
    unsigned n_checks = 0;
    size_t before_size;
    size_t after_size;
    char *before = file_read(fixture->built.path, &before_size);
    if (index_verify(fixture->built.path, count_checks, &n_checks, &error) != 0)
        fail_msg("%s", error.message);
    assert_in_range(n_checks, 6, 20);
    /* It writes nothing to the file and leaves nothing beside it. */
    char *after = file_read(fixture->built.path, &after_size);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, after_size);
    assert_int_equal(folder_count(fixture->built.folder), 1);
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
    const struct fixture *fixture = *state;
    struct error error = {.message = ""};
    assert_int_equal(index_verify("/nowhere/at/all.cdx", NULL, NULL, &error), -1);
    assert_non_null(strstr(error.message, "/nowhere/at/all.cdx"));
    copy_index(fixture);
    sql_change(fixture->path, "UPDATE parts SET data = x'' WHERE name = 'terms'");
    assert_int_equal(index_verify(fixture->path, NULL, NULL, &error), -1);
    assert_non_null(strstr(error.message, "the part terms is empty"));
    remove(fixture->path);
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
        expect_fault_of_change(*state, cases[i].sql, cases[i].says);
}

/* FTS5's own tables; the index in memory is as it was. */
static void broken_full_text_tables(void **state)
{
    expect_fault_of_change(*state,
                           "UPDATE crates_fts_data SET block = substr(block, 1, 40) || x'FF' ||"
                           " substr(block, 42) WHERE id = (SELECT max(id) FROM crates_fts_data)",
                           "FTS5");
    expect_fault_of_change(*state,
                           "DELETE FROM crates_fts_data WHERE id = (SELECT max(id) FROM"
                           " crates_fts_data)",
                           "FTS5");
    /* A crate that FTS5 knows and the postings do not, and the other way round. */
    expect_fault_of_change(*state, "INSERT INTO crates_fts(rowid, name) VALUES(27, 'json')",
                           "the part postings");
    expect_fault_of_change(*state,
                           "INSERT INTO crates_fts(crates_fts, rowid, description) VALUES('delete',"
                           " 26, 'Something that fills the table')",
                           "the part postings");
}

static void broken_pages_of_sqlite(void **state)
{
    const struct fixture *fixture = *state;
    char *text =
        sql_text(fixture->built.path, "SELECT rootpage FROM sqlite_schema WHERE name = 'versions'");
    size_t page = strtoul(text, NULL, 10);
    size_t size;
    free(text);
    char *bytes = file_read(fixture->built.path, &size);
    memset(bytes + (page - 1) * 4096, 0xff, 4096);
    file_write(fixture->path, bytes, size);
    free(bytes);
    sql_seal(fixture->path);
    expect_fault(fixture, "a broken page", "SQLite's integrity check");
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
    const struct fixture *fixture = *state;
    static const char fields[] = {1, 2, 4, 8, 15};
    size_t size;
    char *bytes = part_read(fixture->built.path, "postings", &size);
    char before = bytes[size - 1];
    free(bytes);
    for (size_t i = 0; i < sizeof fields; i++) {
        if (fields[i] == before)
            continue;
        copy_index(fixture);
        change_last_byte(fixture->path, "postings", fields[i]);
        expect_fault(fixture, "other fields", "the part postings");
    }
}

/* Tries end with their labels: a letter of a name, or of a word. */
static void changed_tries(void **state)
{
    const struct fixture *fixture = *state;
    copy_index(fixture);
    change_last_byte(fixture->path, "names", '~');
    expect_fault(fixture, "another name", "the part names is not what the tables say");
    copy_index(fixture);
    change_last_byte(fixture->path, "terms", '~');
    expect_fault(fixture, "another word", "the part terms is not what the tables say");
    copy_index(fixture);
    change_last_byte(fixture->path, "name_ends", '~');
    expect_fault(fixture, "another end of a name", "the part name_ends is not what the tables say");
    copy_index(fixture);
    change_last_byte(fixture->path, "keywords", '~');
    expect_fault(fixture, "another keyword", "the part keywords is not what the tables say");
    copy_index(fixture);
    change_last_byte(fixture->path, "spelling_list", '~');
    expect_fault(fixture, "another written word",
                 "the part spelling_list is not what the tables say");
    copy_index(fixture);
    change_last_byte(fixture->path, "words", '~');
    expect_fault(fixture, "another word as written", "the part words is not what the tables say");
}

/* Links that only one side has: each list in memory, and each table. */
static void changed_memberships(void **state)
{
    const struct fixture *fixture = *state;
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
        expect_fault_of_change(fixture, cases[i].sql, cases[i].says);
    /* The part ends with the one crate of the one team: it may be any, for all that opening
       knows. */
    size_t size;
    uint32_t rank;
    copy_index(fixture);
    char *bytes = part_read(fixture->path, "memberships", &size);
    memcpy(&rank, bytes + size - sizeof rank, sizeof rank);
    rank = rank == 1 ? 2 : rank - 1;
    memcpy(bytes + size - sizeof rank, &rank, sizeof rank);
    part_replace(fixture->path, "memberships", bytes, size);
    free(bytes);
    expect_fault(fixture, "another crate of the team", "the part memberships");
}

/* The first and the last place of the first list change places: both still lie in their names. */
static void changed_places(void **state)
{
    const struct fixture *fixture = *state;
    size_t size;
    uint32_t n;
    uint32_t rank;
    uint16_t offset;
    copy_index(fixture);
    char *bytes = part_read(fixture->path, "name_substrings", &size);
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
    part_replace(fixture->path, "name_substrings", bytes, size);
    free(bytes);
    expect_fault(fixture, "places out of order", "the part name_substrings");
}

/* What is right in every copy of it, and yet not what the rows say. */
static void changed_rows(void **state)
{
    static const struct {
        const char *sql;
        const char *says;
    } cases[] = {
        {"UPDATE versions SET checksum = replace(checksum, 'a', 'b') WHERE id = 4",
         "the sparse-index text of yaml does not fit its versions"},
        {"UPDATE sparse_index SET last_modified = last_modified - 1 WHERE rank = 2",
         "does not fit its versions"},
        {"UPDATE dependencies SET req = '^2.0'", "does not fit its versions"},
        {"UPDATE crates SET homepage = 'https://other.example' WHERE rank = 3",
         "row 3 of documents"},
        {"UPDATE crates SET dependents = dependents + 1 WHERE rank = 2", "row 2 of crates"},
        {"UPDATE crates SET popularity = popularity * 0.999 WHERE rank = 1", "row 1 of crates"},
        {"UPDATE crates SET recent_downloads = 7 WHERE recent_downloads = 5", " of crates"},
        {"UPDATE crates SET max_version = '0.0.1' WHERE name = 'yaml'", " of crates"},
        {"UPDATE versions SET yanked = 1 WHERE id = 4", " of crates"},
        {"UPDATE version_downloads SET downloads = 900 WHERE version_id = 2", " of crates"},
        {"DELETE FROM version_downloads WHERE version_id = 6", " of crates"},
        {"DELETE FROM dependencies", "numbers of rows in meta"},
        {"UPDATE meta SET value = 25 WHERE key = 'crates'", "numbers of rows in meta"},
        {"UPDATE categories SET crates_with_below = 9", "1 categories do not count"},
        {"UPDATE keywords SET keyword = 'parsed' WHERE id = 1", "the stem of `parsed`"},
        {"UPDATE keywords SET crates_cnt = 9 WHERE id = 1", "the part keyword_list"},
        {"UPDATE crates SET name = '' WHERE rank = 5", "1 crates have names of no length"},
        {"UPDATE crates SET name = hex(zeroblob(200)) WHERE rank = 5",
         "1 crates have names of no length"},
        {"UPDATE versions SET num = hex(zeroblob(200)) WHERE id = 4",
         "1 versions have numbers of no length"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_fault_of_change(*state, cases[i].sql, cases[i].says);
}

/* A homepage that is another in both encodings of the document alike. */
static void documents_that_agree(void **state)
{
    const struct fixture *fixture = *state;
    static const char key[] = "documentation";
    copy_index(fixture);
    size_t size;
    char *bytes = file_read(fixture->path, &size);
    unsigned n_changed = 0;
    for (size_t i = 0; i + sizeof key + 8 < size && n_changed < 2; i++) {
        if (memcmp(bytes + i, key, sizeof key - 1) != 0)
            continue;
        /* `null` and MessagePack's nil become false, alike: `":null` or 0xc0 behind the key. */
        unsigned char *value = (unsigned char *)bytes + i + sizeof key - 1;
        if (*value == 0xc0) {
            *value = 0xc2;
            n_changed++;
        }
    }
    assert_int_equal(n_changed, 2);
    file_write(fixture->path, bytes, size);
    free(bytes);
    sql_seal(fixture->path);
    expect_fault(fixture, "another documentation", " of documents");
}

/* The first word that several crates have loses the last of them, in a part that is consistent. */
static void postings_that_lack_a_crate(void **state)
{
    static const char *const parts[] = {"postings", "written"};
    const struct fixture *fixture = *state;
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
        size_t size;
        uint32_t n_terms;
        uint32_t n_postings;
        uint32_t start;
        copy_index(fixture);
        char *bytes = part_read(fixture->path, parts[part], &size);
        memcpy(&n_terms, bytes + 4, sizeof n_terms);
        memcpy(&n_postings, bytes + 8, sizeof n_postings);
        char *starts = bytes + 16;
        for (uint32_t i = 1; i <= n_terms; i++) {
            memcpy(&start, starts + 4 * (size_t)i, sizeof start);
            start--;
            memcpy(starts + 4 * (size_t)i, &start, sizeof start);
        }
        memcpy(&start, starts + 4, sizeof start); /* of the second word: the posting that goes */
        assert_true(start > 0);
        char *ranks = starts + 4 * ((size_t)n_terms + 1);
        char *fields = ranks + 4 * (size_t)n_postings;
        memmove(fields + start, fields + start + 1, n_postings - start - 1);
        size_t end = (size_t)(fields - bytes) + n_postings - 1;
        memmove(ranks + 4 * (size_t)start, ranks + 4 * ((size_t)start + 1),
                end - (size_t)(ranks + 4 * ((size_t)start + 1) - bytes));
        n_postings--;
        memcpy(bytes + 8, &n_postings, sizeof n_postings);
        part_replace(fixture->path, parts[part], bytes, size - 5);
        free(bytes);
        expect_fault(fixture, "a crate less", "the ");
    }
}

/* Whatever is changed in a part is refused, or found. The words of READMEs are in `written` alone,
   and the table of synonyms in no table. */
static void any_change_of_a_part(void **state)
{
    const struct fixture *fixture = *state;
    uint64_t seed = 131;
    unsigned n_opened = 0;
    for (int round = 0; round < 200; round++) {
        struct error error = {.message = ""};
        size_t size;
        const char *part = file_parts[(size_t)round % N_FILE_PARTS];
        if (strcmp(part, "written") == 0 || strcmp(part, "synonyms") == 0)
            continue;
        copy_index(fixture);
        char *bytes = part_read(fixture->path, part, &size);
        bytes[random_below(&seed, (uint32_t)size)] ^= (char)(1U << random_below(&seed, 8));
        part_replace(fixture->path, part, bytes, size);
        free(bytes);
        struct index *index = index_open(fixture->path, &error);
        n_opened += index != NULL;
        index_close(index);
        if (index_verify(fixture->path, NULL, NULL, &error) == 0)
            fail_msg("a change of %s is not found (round %d)", part, round);
    }
    assert_true(n_opened > 10);
    remove(fixture->path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_pass),       cmocka_unit_test(files_that_do_not_open),
        cmocka_unit_test(changed_documents),      cmocka_unit_test(broken_full_text_tables),
        cmocka_unit_test(broken_pages_of_sqlite), cmocka_unit_test(changed_postings),
        cmocka_unit_test(changed_memberships),    cmocka_unit_test(changed_tries),
        cmocka_unit_test(changed_places),         cmocka_unit_test(changed_rows),
        cmocka_unit_test(documents_that_agree),   cmocka_unit_test(postings_that_lack_a_crate),
        cmocka_unit_test(any_change_of_a_part),
    };
    return cmocka_run_group_tests_name("index_verify", tests, make_index, remove_index);
}
