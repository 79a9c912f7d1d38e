/* What narrows `cratedex-index query`: --filter, and the search box's language in the words. */
#include "tests/support/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Filters narrow words and lists alike; what is wrong of one is told before a search. */
static void filters_narrow_what_is_found(void **state)
{
    const char *index = ((const struct cli_fixture *)*state)->index;
    const struct {
        const char *const *arguments;
        const char *out;
    } cases[] = {
        {ARGUMENTS("query", index, "json", "--filter", "min_downloads=1201"), "1\tjson-parser\t"},
        {ARGUMENTS("query", index, "--filter", "keyword=net", "--filter", "min_downloads=1000"),
         "1\tnetwork\t"},
        {ARGUMENTS("query", index, "--filter", "kind=normal", "--filter", "depends_on=Json_Parser"),
         "1\tyaml\t"},
        {ARGUMENTS("query", index, "--filter=category=parsing", "--filter=min_downloads=1201"),
         "1\tjson-parser\t"},
    };
    const struct {
        const char *filter;
        const char *message;
    } wrong[] = {
        {"keyword", "--filter takes NAME=VALUE: keyword"},
        {"min_downloads=many", "--filter: invalid value for min_downloads (expected a number of "},
        {"licence=MIT", "--filter: there is no filter licence (expected one of "},
    };
    struct program_run run;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cli_run(&run, cases[i].arguments);
        assert_int_equal(run.status, 0);
        assert_int_equal(count_lines(run.out), 1);
        assert_int_equal(strncmp(run.out, cases[i].out, strlen(cases[i].out)), 0);
        program_run_free(&run);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cli_run(&run, ARGUMENTS("query", index, "json", "--filter", wrong[i].filter));
        assert_int_equal(run.status, 2);
        assert_string_equal(run.out, "");
        assert_contains(run.error_out, wrong[i].message);
        program_run_free(&run);
    }
    cli_run(&run, ARGUMENTS("query", index, "JSON", "--json", "--filter", "category=Parsing"));
    assert_contains(run.out, "\"meta\":{\"total\":2,\"read_as\":{\"text\":\"JSON\",\"category\":"
                             "[\"parsing\"]}");
    program_run_free(&run);
}

/* As the search box: the same filters, words that must or must not occur, names alone. */
static void words_have_a_language(void **state)
{
    const char *index = ((const struct cli_fixture *)*state)->index;
    const struct {
        const char *typed;
        const char *out;
        const char *read_as;
    } cases[] = {
        {"JSON -yaml", "1\tjson-parser\t", "{\"text\":\"json\",\"without\":[\"yaml\"]}"},
        {"json min_downloads:1201", "1\tjson-parser\t",
         "{\"text\":\"json\",\"min_downloads\":1201}"},
        {"json in:name", "1\tjson-parser\t", "{\"text\":\"json\",\"in\":\"name\"}"},
        {"\"fast json\"", "1\tjson-parser\t",
         "{\"text\":\"fast json\",\"all_of\":[\"fast\",\"json\"]}"},
        {"category:parsing -yaml", "1\tjson-parser\t",
         "{\"text\":\"\",\"category\":[\"parsing\"],\"without\":[\"yaml\"]}"},
        {"-yaml category:parsing", "1\tjson-parser\t",
         "{\"text\":\"\",\"category\":[\"parsing\"],\"without\":[\"yaml\"]}"},
    };
    struct program_run run;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cli_run(&run, ARGUMENTS("query", index, "--", cases[i].typed));
        assert_int_equal(run.status, 0);
        assert_int_equal(count_lines(run.out), 1);
        assert_int_equal(strncmp(run.out, cases[i].out, strlen(cases[i].out)), 0);
        program_run_free(&run);
        cli_run(&run, ARGUMENTS("query", index, "--json", "--", cases[i].typed));
        assert_contains(run.out, "\"read_as\":");
        assert_contains(run.out, cases[i].read_as);
        program_run_free(&run);
    }
    /* With an option that says the same, it is one filter; one that says another comes first. */
    cli_run(&run, ARGUMENTS("query", index, "--json", "--filter", "min_downloads=1201",
                            "json min_downloads:1201"));
    assert_contains(run.out, "\"read_as\":{\"text\":\"json\",\"min_downloads\":1201}");
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("query", index, "--json", "--filter", "min_downloads=7",
                            "json min_downloads:1201"));
    assert_contains(run.out, "{\"text\":\"json min_downloads:1201\",\"min_downloads\":7}");
    program_run_free(&run);
}

/* A person reads it below the table; to a program the table is all. */
static void a_terminal_tells_how_words_were_read(void **state)
{
    const char *index = ((const struct cli_fixture *)*state)->index;
    static const struct {
        const char *typed;
        const char *told;
    } cases[] = {
        {"json -yaml -x1", "1 of 1 crates\r\nRead as: json; without x1, yaml\r\n"},
        {"-yaml category:parsing", "Read as: category parsing; without yaml\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct program_options options = {
            .arguments = ARGUMENTS("query", index, "--", cases[i].typed),
            .terminal_columns = 80,
            .environment = "TERM=xterm",
        };
        struct program_run run;
        program_run(&options, &run);
        assert_contains(run.out, cases[i].told);
        program_run_free(&run);
        cli_run(&run, options.arguments);
        assert_null(strstr(run.out, "Read as"));
        program_run_free(&run);
    }
}

/* Where the words are only filters there is nothing to explain. */
static void filters_alone_are_a_list(void **state)
{
    const char *index = ((const struct cli_fixture *)*state)->index;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", index, "--explain", "category:parsing"));
    assert_failed(&run, 2);
    assert_contains(run.error_out, "--explain explains the order of relevance: give WORDS");
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("query", index, "--explain", "json category:parsing"));
    assert_int_equal(run.status, 0);
    assert_contains(run.out, "json, 100 % of the query");
    program_run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_narrow_what_is_found),
        cmocka_unit_test(words_have_a_language),
        cmocka_unit_test(a_terminal_tells_how_words_were_read),
        cmocka_unit_test(filters_alone_are_a_list),
    };
    return cmocka_run_group_tests_name("query filters", tests, cli_make_index, cli_remove_index);
}
