/* What `cratedex-index query` and `suggest` say where nothing matches. */
#include "tests/support/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* On standard error, for a program reads the matches; what reads JSON finds a total of 0. */
static void no_match_comes_with_advice(void **state)
{
    const struct cli_fixture *fixture = *state;
    const char *index = fixture->index;
    const struct {
        const char *const *arguments;
        const char *message;
    } cases[] = {
        {ARGUMENTS("query", index, "zzqxvw"),
         "no crate matches 'zzqxvw'; try another word, or only its beginning\n"},
        {ARGUMENTS("query", index, "zzqxvw", "wvxqzz"),
         "no crate matches 'zzqxvw wvxqzz'; try fewer words, or others\n"},
        {ARGUMENTS("query", index, "json", "zzqxvw", "--match", "all"),
         "no crate matches 'json zzqxvw'; try --match best, for which some"},
        {ARGUMENTS("query", index, "json", "zzqxvw", "--sort", "new"), "try --match best"},
        {ARGUMENTS("query", index, "netwrok", "zzqxvw", "--match", "all"),
         "no crate matches 'netwrok zzqxvw'; did you mean 'network zzqxvw'? Or try --match best"},
        {ARGUMENTS("query", index, "--filter", "min_downloads=900000000"),
         "no crate passes every filter; try fewer of them\n"},
        {ARGUMENTS("query", index, "json", "--filter", "keyword=net"),
         "no crate matches 'json' and passes every filter; try fewer filters\n"},
        {ARGUMENTS("suggest", index, "zzqxvw"), "nothing to suggest for 'zzqxvw'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program_run run;
        cli_run(&run, cases[i].arguments);
        assert_int_equal(run.status, 0);
        assert_string_equal(run.out, "");
        assert_message(run.error_out);
        assert_contains(run.error_out, cases[i].message);
        program_run_free(&run);
    }
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", index, "zzqxvw", "--json"));
    assert_string_equal(run.error_out, "");
    assert_string_equal(run.out, "{\"crates\":[],\"meta\":{\"total\":0}}\n");
    program_run_free(&run);
    struct program_options options = {
        .arguments = cases[0].arguments, .terminal_columns = 80, .environment = "TERM=xterm"};
    program_run(&options, &run);
    assert_contains(run.out, "no crate matches 'zzqxvw'");
    assert_null(strstr(run.out, "0 of 0"));
    program_run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_match_comes_with_advice),
    };
    return cmocka_run_group_tests_name("no_match", tests, cli_make_index, cli_remove_index);
}
