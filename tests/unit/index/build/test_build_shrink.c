/* A dump that was cut off replaces no index, where the loss is large enough to tell; a smaller
   loss, a table that is missing, and days that have not come are told. */
#include "tests/support/build_folders.h"
#include "tests/support/built_index.h"
#include "tests/support/small_dump.h"
#include "tests/support/sql.h"

#include <cratedex/index_builder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Builds from an unpacked dump. */
static int build(struct build_folders *folders, const char *dump, bool allow_shrink,
                 struct error *error)
{
    const struct build_options options = {
        .dump_path = dump, .out_path = folders->out, .allow_shrink = allow_shrink};
    return index_build(&options, &folders->report, error);
}

/* Builds from a dump with so many more crates. */
static int build_with(struct build_folders *folders, size_t n_more, bool allow_shrink,
                      struct error *error)
{
    char dump[FOLDER_PATH_SIZE];
    folder_make(dump);
    small_dump_write(dump, n_more);
    int result = build(folders, dump, allow_shrink, error);
    folder_remove(dump);
    return result;
}

static void must_build(struct build_folders *folders, size_t n_more)
{
    struct error error;
    if (build_with(folders, n_more, true, &error) != 0)
        fail_msg("%s", error.message);
}

static void a_tenth_and_a_hundred_rows(void **state)
{
    struct build_folders *folders = *state;
    static const struct {
        size_t before; /* crates beside the small dump's own six, of a version each */
        size_t now;
        bool is_refused;
    } cases[] = {
        {500, 500, false},   {500, 900, false},   {500, 440, false}, /* 60 of 506 */
        {500, 300, true},    {2000, 1901, false},                    /* 99 of 2,006 */
        {2000, 1850, false},                                         /* 150 of 2,006: 7 % */
        {2000, 1790, true},  {90, 0, false},                         /* all, but fewer than 100 */
        {120, 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {.message = ""};
        must_build(folders, cases[i].before);
        int result = build_with(folders, cases[i].now, false, &error);
        if (result != (cases[i].is_refused ? -1 : 0))
            fail_msg("%zu, then %zu: %s", cases[i].before, cases[i].now, error.message);
        /* What stood there stands there still. */
        char rows[32];
        snprintf(rows, sizeof rows, "%zu",
                 SMALL_DUMP_CRATES + (cases[i].is_refused ? cases[i].before : cases[i].now));
        sql_expect(folders->out, "SELECT count(*) FROM crates", rows);
        if (!cases[i].is_refused)
            continue;
        assert_non_null(strstr(error.message, folders->out));
        assert_non_null(strstr(error.message, "crates.csv has "));
        assert_non_null(strstr(error.message, "versions.csv has "));
        assert_non_null(strstr(error.message, "--allow-shrink"));
        must_build(folders, cases[i].now);
        sql_expect(folders->out, "SELECT n_rows FROM dump_tables WHERE name = 'crates'",
                   cases[i].now == 0     ? "6"
                   : cases[i].now == 300 ? "306"
                                         : "1796");
    }
}

static void missing_tables_are_named(void **state)
{
    struct build_folders *folders = *state;
    struct error error;
    char dump[FOLDER_PATH_SIZE];
    char table[FOLDER_PATH_SIZE];
    must_build(folders, 10);
    folder_make(dump);
    small_dump_write(dump, 10);
    folder_join(table, dump, "2026-01-02-030405/data/users.csv");
    assert_int_equal(remove(table), 0);
    if (build(folders, dump, false, &error) != 0)
        fail_msg("%s", error.message);
    const struct build_warning *warning =
        built_index_warning(&folders->report, "table that the dump lacks");
    assert_non_null(strstr(warning->example, "users.csv"));
    /* Whoever reads the next one hears nothing of it. */
    if (build(folders, dump, false, &error) != 0)
        fail_msg("%s", error.message);
    for (unsigned i = 0; i < folders->report.n_warnings; i++)
        assert_null(strstr(folders->report.warnings[i].reason, "lacks"));
    folder_remove(dump);
}

static void files_that_are_no_index(void **state)
{
    struct build_folders *folders = *state;
    struct error error;
    file_write(folders->out, "something else", 14);
    if (build_with(folders, 0, false, &error) != 0)
        fail_msg("%s", error.message);
    built_index_warning(&folders->report,
                        "file to be replaced that the dump could not be compared");
    must_build(folders, 200);
    sql_change(folders->out, "DROP TABLE dump_tables; CREATE VIEW dump_tables AS WITH RECURSIVE"
                             " n(name, n_rows) AS (SELECT 'x', 1 UNION ALL SELECT name, n_rows"
                             " FROM n) SELECT * FROM n");
    if (build_with(folders, 0, false, &error) != 0)
        fail_msg("%s", error.message);
    built_index_warning(&folders->report,
                        "file to be replaced that the dump could not be compared");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenth_and_a_hundred_rows),
        cmocka_unit_test(missing_tables_are_named),
        cmocka_unit_test(files_that_are_no_index),
    };
    return cmocka_run_group_tests(tests, build_folders_make, build_folders_remove);
}
