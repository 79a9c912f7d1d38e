/* `cratedex-index query --facets`: rows behind a tab for programs, a table for people, JSON as the
   server has it, and names that are none. */
#include "tests/support/cli.h"
#include "tests/support/small_dump.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_program_gets_rows_behind_a_tab(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--facets", "keyword,category"));
    assert_int_equal(run.status, 0);
    const char *facets = strstr(run.out, "\n\t");
    assert_non_null(facets);
    assert_string_equal(facets + 1, "\tcategory\tparsing\t2\n\tkeyword\tparser\t1\n");
    program_run_free(&run);

    /* Of all, and where nothing matches. */
    cli_run(&run, ARGUMENTS("query", fixture->index, "", "--facets", "has,edition"));
    assert_int_equal(run.status, 0);
    assert_contains(run.out, "\n\tedition\t2021\t6\n\thas\tlib\t6\n");
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("query", fixture->index, "qqqxqzz", "--facets", "has"));
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "");
    program_run_free(&run);
}

static void a_terminal_gets_a_table_below(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_options options = {
        .arguments = ARGUMENTS("query", fixture->index, "net", "--facets", "keyword"),
        .terminal_columns = 80,
        .environment = "TERM=xterm",
    };
    struct program_run run;
    program_run(&options, &run);
    assert_int_equal(run.status, 0);
    const char *total = strstr(run.out, " crates\r\n");
    assert_non_null(total);
    assert_contains(total, "FACET");
    assert_contains(total, "keyword");
    assert_contains(total, "CRATES");
    program_run_free(&run);
}

static void json_has_them_in_the_meta(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--json", "--facets", "keyword"));
    assert_int_equal(run.status, 0);
    json_t *root = json_loads(run.out, 0, NULL);
    assert_non_null(root);
    json_t *expected =
        json_loads("{\"keyword\": [{\"value\": \"parser\", \"count\": 1}]}", 0, NULL);
    const json_t *facets = json_object_get(json_object_get(root, "meta"), "facets");
    assert_true(json_equal(facets, expected));
    json_decref(expected);
    json_decref(root);
    program_run_free(&run);
}

static void unknown_names_are_refused(void **state)
{
    const struct cli_fixture *fixture = *state;
    static const char *const wrong[] = {"", "licence", "has,", "has keyword"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct program_run run;
        cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--facets", wrong[i]));
        assert_failed(&run, 2);
        assert_contains(run.error_out, "--facets: expected some of 'category', 'keyword', "
                                       "'license', 'edition', 'rust_version' and 'has'");
        program_run_free(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gets_rows_behind_a_tab),
        cmocka_unit_test(a_terminal_gets_a_table_below),
        cmocka_unit_test(json_has_them_in_the_meta),
        cmocka_unit_test(unknown_names_are_refused),
    };
    return cmocka_run_group_tests_name("facet_table", tests, cli_make_index, cli_remove_index);
}
