/* Files that somebody changed who made every checksum right, and every copy of what was changed
   alike: they are compared with what the builder makes of their own rows. */
#include "tests/support/index_parts.h"
#include "tests/support/random.h"
#include "tests/support/sanitized.h"
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
        {"UPDATE versions SET license = 'Zlib' WHERE id = 4", "the part crate_values"},
        {"UPDATE versions SET edition = '2024' WHERE id = 4", "the part crate_values"},
        {"UPDATE versions SET rust_version = '1.5' WHERE id = 4", "the part crate_values"},
        {"UPDATE versions SET has_lib = 1 - coalesce(has_lib, 0) WHERE id = 4",
         "the part crate_values"},
        {"UPDATE versions SET bin_names = '[\"b\"]' WHERE id = 4", "the part crate_values"},
        {"UPDATE versions SET license = license || ' OR ' || license WHERE id = 4",
         "the part licenses"},
        {"UPDATE dependencies SET kind = 2", "the part memberships"},
        {"UPDATE users SET login = 'somebody' WHERE id = 1", "the part logins"},
        {"UPDATE teams SET login = 'github:some:body'", "the part logins"},
        {"UPDATE readmes SET zstd = x'00' WHERE rank = 2", "a README has the wrong size"},
        {"UPDATE readmes SET zstd = CAST(substr(zstd, 1, length(zstd) - 1) || x'00' AS BLOB)"
         " WHERE rank = 2",
         "a README is damaged"},
        {"UPDATE readmes SET full_size = 1 WHERE rank = 3", "a README has the wrong size"},
        {"DELETE FROM readmes WHERE rank = 3", "numbers of READMEs in meta"},
        {"UPDATE readmes SET rank = 4000 WHERE rank = 3", "1 READMEs belong to no crate"},
        {"UPDATE crates SET name = '' WHERE rank = 5", "1 crates have names of no length"},
        {"UPDATE crates SET name = hex(zeroblob(200)) WHERE rank = 5",
         "1 crates have names of no length"},
        {"UPDATE versions SET num = hex(zeroblob(200)) WHERE id = 4",
         "1 versions have numbers of no length"},
        {"UPDATE users SET name = CAST(x'ff' AS TEXT) WHERE id = 1",
         "a row of users has a text in name that is not UTF-8"},
        {"UPDATE teams SET avatar = CAST(x'61c0af' AS TEXT)", "teams has a text in avatar that"},
        {"UPDATE versions SET yank_message = CAST(x'eda080' AS TEXT) WHERE id = 4",
         "a row of versions has a text in yank_message"},
        {"UPDATE dependencies SET explicit_name = CAST(x'f5808080' AS TEXT)",
         "dependencies has a text in explicit_name that"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        verified_copy_expect_change(*state, cases[i].sql, cases[i].says);
}

/* A document that says the same in both encodings, and another thing than the row. */
static void documents_that_agree(void **state)
{
    verified_copy_expect_change(
        *state,
        "UPDATE documents SET json = replace(json, 'A fast parser', 'A vast parser'),"
        " msgpack = CAST(substr(msgpack, 1, instr(msgpack, CAST('A fast' AS BLOB)) - 1) || 'A vast'"
        " || substr(msgpack, instr(msgpack, CAST('A fast' AS BLOB)) + 6) AS BLOB)"
        " WHERE json LIKE '%A fast parser%'",
        " of documents is not what the other tables say");
}

/* The first word that several crates have loses the last of them, in a part that is consistent. */
static void postings_that_lack_a_crate(void **state)
{
    static const char *const parts[] = {"postings", "written"};
    const struct verified_copy *copy = *state;
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
        size_t size;
        uint32_t n_terms;
        uint32_t n_postings;
        uint32_t start;
        verified_copy_make(copy);
        char *bytes = part_read(copy->path, parts[part], &size);
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
        part_replace(copy->path, parts[part], bytes, size - 5);
        free(bytes);
        verified_copy_expect(copy, "a crate less", "the ");
    }
}

/* Whatever is changed in a part is refused, or found. The words of READMEs are in `written` alone,
   and the table of synonyms in no table. */
static void any_change_of_a_part(void **state)
{
    const struct verified_copy *copy = *state;
    uint64_t seed = 131;
    unsigned n_opened = 0;
    for (int round = 0; round < USUAL_OR_SANITIZED(200, 100); round++) {
        struct error error = {.message = ""};
        size_t size;
        const char *part = file_parts[(size_t)round % N_FILE_PARTS];
        if (strcmp(part, "written") == 0 || strcmp(part, "synonyms") == 0)
            continue;
        verified_copy_make(copy);
        char *bytes = part_read(copy->path, part, &size);
        bytes[random_below(&seed, (uint32_t)size)] ^= (char)(1U << random_below(&seed, 8));
        part_replace(copy->path, part, bytes, size);
        free(bytes);
        struct index *index = index_open(copy->path, &error);
        n_opened += index != NULL;
        index_close(index);
        if (index_verify(copy->path, NULL, NULL, &error) == 0)
            fail_msg("a change of %s is not found (round %d)", part, round);
    }
    assert_true(n_opened > 10);
    remove(copy->path);
}

/* Any byte of the full-text table's own storage, of which verification builds the parts anew. */
static void any_change_of_the_full_text_table(void **state)
{
    const struct verified_copy *copy = *state;
    uint64_t seed = 139;
    unsigned n_found = 0;
    const unsigned n_rounds = USUAL_OR_SANITIZED(200, 30);
    for (unsigned round = 0; round < n_rounds; round++) {
        char sql[512];
        struct error error = {.message = ""};
        verified_copy_make(copy);
        snprintf(sql, sizeof sql,
                 "WITH changed(id, at) AS (SELECT id, 1 + %u %% length(block) FROM crates_fts_data"
                 " WHERE id > 100 ORDER BY (id * %u) %% 1009 LIMIT 1) UPDATE crates_fts_data SET"
                 " block = CAST(substr(block, 1, at - 1) || x'%02x' || substr(block, at + 1) AS"
                 " BLOB) FROM changed WHERE crates_fts_data.id = changed.id",
                 random_below(&seed, 100000), 1 + random_below(&seed, 1000),
                 random_below(&seed, 256));
        sql_change(copy->path, sql);
        n_found += index_verify(copy->path, NULL, NULL, &error) != 0;
    }
    assert_in_range(n_found, n_rounds / 2, n_rounds);
    remove(copy->path);
}

/* Any value in any column: whatever it leads to, the verification comes to an end, in words. */
static void any_value_of_a_column(void **state)
{
    static const char *const values[] = {
        "NULL",
        "''",
        "-1",
        "9223372036854775807",
        "1e308",
        "x'00ff00'",
        "replace(hex(zeroblob(3000)), '00', 'a')",
        "'[\"a\", {\"b\": [1]}]'",
    };
    static const char columns_sql[] =
        "SELECT 'UPDATE OR IGNORE ' || t.name || ' SET ' || c.name || ' = ' FROM"
        " sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        " AND t.name NOT LIKE 'crates_fts%' AND t.name <> 'parts'"
        " AND (c.pk = 0 OR t.sql LIKE '%WITHOUT ROWID') ORDER BY 1";
    const struct verified_copy *copy = *state;
    uint64_t seed = 137;
    unsigned n_found = 0;
    unsigned n_tried = 0;
    char *updates = sql_text(copy->built.path, columns_sql);
    for (char *update = strtok(updates, "\n"); update != NULL; update = strtok(NULL, "\n")) {
        char sql[256];
        struct error error = {.message = ""};
        snprintf(sql, sizeof sql, "%s%s", update,
                 values[random_below(&seed, sizeof values / sizeof *values)]);
        verified_copy_make(copy);
        sql_change(copy->path, sql);
        int result = index_verify(copy->path, NULL, NULL, &error);
        n_tried++;
        n_found += result != 0;
        if (result != 0 && strpbrk(error.message, "\n\r\033") != NULL)
            fail_msg("%s: \"%s\"", sql, error.message);
    }
    free(updates);
    assert_in_range(n_tried, 80, 200);
    assert_in_range(n_found, n_tried / 3, n_tried);
    remove(copy->path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_rows),
        cmocka_unit_test(documents_that_agree),
        cmocka_unit_test(postings_that_lack_a_crate),
        cmocka_unit_test(any_change_of_a_part),
        cmocka_unit_test(any_change_of_the_full_text_table),
        cmocka_unit_test(any_value_of_a_column),
    };
    return cmocka_run_group_tests(tests, verified_copy_set_up, verified_copy_tear_down);
}
