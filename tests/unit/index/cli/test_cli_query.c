/* `cratedex-index query` and `suggest`: tables in the terminal's width, tab separated rows for
   programs, JSON, colours, sorts, matching, explanations. */
#include "tests/support/cli.h"
#include "tests/support/small_dump.h"

#include <ctype.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_program_gets_whole_rows_with_tabs(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", fixture->index, "json"));
    assert_int_equal(run.status, 0);
    assert_int_equal(count_lines(run.out), 2);
    assert_int_equal(strncmp(run.out, "1\tjson-parser\t70000001\t", 23), 0);
    assert_contains(run.out, "\tA fast parser\n2\tyaml\t1200\t");
    /* The tab and the escape of the description are gone, its end is there. */
    assert_contains(run.out, "\tYAML and json  [31m");
    assert_contains(run.out, "in one line\n");
    assert_null(strchr(run.out, '\033'));
    program_run_free(&run);
}

static unsigned columns_of(const char *line, size_t length)
{
    unsigned columns = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)line[i];
        if (byte == 033) {
            i += strcspn(line + i, "mK");
        } else if (byte >= 0x20 && (byte & 0xc0) != 0x80) {
            /* The only wide characters of the small dump are in U+8000 to U+8FFF. */
            columns += byte == 0xe8 ? 2 : 1;
        }
    }
    return columns;
}

static void assert_lines_fit(const char *text, unsigned width)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");
        if (columns_of(text, length) > width)
            fail_msg("more than %u columns: %.*s", width, (int)length, text);
        text += length + strspn(text + length, "\r\n");
    }
}

static void a_terminal_gets_a_table_in_its_width(void **state)
{
    const struct cli_fixture *fixture = *state;
    static const unsigned widths[] = {59, 60, 61, 62, 63, 80, 132};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct program_options options = {
            .arguments = ARGUMENTS("query", fixture->index, "json"),
            .terminal_columns = widths[i],
            .environment = "TERM=xterm",
        };
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(run.status, 0);
        assert_contains(run.out, "DESCRIPTION");
        assert_contains(run.out, "70,000,001");
        assert_contains(run.out, "…");
        assert_contains(run.out, "2 of 2 crates");
        assert_null(strstr(run.out, "in one line"));
        assert_null(strstr(run.out, "\033[31m"));
        assert_lines_fit(run.out, widths[i]);
        program_run_free(&run);
    }
}

static void colours_need_a_capable_terminal_and_no_veto(void **state)
{
    const struct cli_fixture *fixture = *state;
    static const struct {
        const char *environment;
        unsigned columns;
        bool has_colours;
    } cases[] = {{"TERM=xterm", 80, true}, {"TERM=dumb", 80, false}, {"TERM=xterm", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program_options options = {
            .arguments = ARGUMENTS("query", fixture->index, "json"),
            .terminal_columns = cases[i].columns,
            .environment = cases[i].environment,
        };
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(strchr(run.out, '\033') != NULL, cases[i].has_colours);
        program_run_free(&run);
    }
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    struct program_options options = {
        .arguments = ARGUMENTS("suggest", fixture->index, "net"),
        .terminal_columns = 80,
        .environment = "NO_COLOR=1",
    };
    struct program_run run;
    program_run(&options, &run);
    assert_contains(run.out, "88,888");
    assert_null(strchr(run.out, '\033'));
    program_run_free(&run);
}

/* What matched is underlined where there are colours, and told below where there are none. */
static void highlights_are_marked(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_options options = {
        .arguments = ARGUMENTS("query", fixture->index, "json", "--highlight"),
        .terminal_columns = 80,
        .environment = "TERM=xterm",
    };
    struct program_run run;
    program_run(&options, &run);
    assert_int_equal(run.status, 0);
    assert_contains(run.out, "\033[4mjson\033[24m-parser");
    assert_contains(run.out, "YAML and \033[4mjson\033[24m");
    assert_contains(run.out, "     in description");
    assert_lines_fit(run.out, 80);
    program_run_free(&run);

    cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--highlight"));
    assert_contains(run.out, "\tA fast parser\n\tin name");
    assert_null(strchr(run.out, '\033'));
    program_run_free(&run);

    cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--highlight", "--json", "--explain"));
    json_t *root = json_loads(run.out, 0, NULL);
    const json_t *crate =
        json_object_get(json_array_get(json_object_get(root, "crates"), 0), "crate");
    char *highlights = json_dumps(json_object_get(crate, "highlights"), JSON_COMPACT);
    assert_int_equal(strncmp(highlights, "{\"name\":[[0,4]],", 16), 0);
    assert_true(json_is_object(json_object_get(crate, "explanation")));
    free(highlights);
    json_decref(root);
    program_run_free(&run);
}

static void query_json_has_documents_and_the_total(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", fixture->index, "--json", "--limit", "1", "json"));
    assert_int_equal(run.status, 0);
    json_t *root = json_loads(run.out, 0, NULL);
    assert_non_null(root);
    const json_t *crates = json_object_get(root, "crates");
    assert_int_equal(json_array_size(crates), 1);
    const json_t *hit = json_array_get(crates, 0);
    assert_true(json_is_string(json_object_get(hit, "tier")));
    assert_true(json_is_number(json_object_get(hit, "score")));
    const json_t *crate = json_object_get(hit, "crate");
    assert_string_equal(json_string_value(json_object_get(crate, "name")), "json-parser");
    assert_true(json_is_false(json_object_get(crate, "exact_match")));
    const json_t *meta = json_object_get(root, "meta");
    assert_int_equal(json_integer_value(json_object_get(meta, "total")), 2);
    json_decref(root);
    program_run_free(&run);

    cli_run(&run, ARGUMENTS("query", fixture->index, "--json", "JSON_parser"));
    root = json_loads(run.out, 0, NULL);
    hit = json_array_get(json_object_get(root, "crates"), 0);
    crate = json_object_get(hit, "crate");
    assert_true(json_is_true(json_object_get(crate, "exact_match")));
    assert_null(json_object_get(json_object_get(root, "meta"), "named_version"));
    json_decref(root);
    program_run_free(&run);
}

/* What a line of a manifest names comes first; its version is told where there is one. */
static void pasted_lines_name_a_crate(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", fixture->index, "--json", "json-parser = \"1.0.0\""));
    json_t *root = json_loads(run.out, 0, NULL);
    const json_t *hit = json_array_get(json_object_get(root, "crates"), 0);
    const json_t *crate = json_object_get(hit, "crate");
    assert_string_equal(json_string_value(json_object_get(crate, "name")), "json-parser");
    const json_t *version = json_object_get(json_object_get(root, "meta"), "named_version");
    assert_string_equal(json_string_value(version), "1.0.0");
    json_decref(root);
    program_run_free(&run);
}

static void sorts_order_the_list(void **state)
{
    const struct cli_fixture *fixture = *state;
    static const struct {
        const char *sort;
        const char *first;
    } cases[] = {
        {"alphabetical", "1\tempty\t"},    {"alpha", "1\tempty\t"},
        {"downloads", "1\tjson-parser\t"}, {"recent-downloads", "1\tjson-parser\t"},
        {"recent-updates", "1\tempty\t"},  {"new", "1\tempty\t"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program_run run;
        cli_run(&run, ARGUMENTS("query", fixture->index, "", "--sort", cases[i].sort));
        assert_int_equal(run.status, 0);
        assert_int_equal(count_lines(run.out), SMALL_DUMP_CRATES);
        if (strncmp(run.out, cases[i].first, strlen(cases[i].first)) != 0)
            fail_msg("%s gives:\n%s", cases[i].sort, run.out);
        program_run_free(&run);
    }
}

static size_t n_rows(const char *index, const char *text, const char *match, const char *sort)
{
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", index, text, "--match", match, "--sort", sort));
    assert_int_equal(run.status, 0);
    size_t n_lines = count_lines(run.out);
    program_run_free(&run);
    return n_lines;
}

static void matches_some_or_all_words(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    static const char *const sorts[] = {"relevance", "alpha",          "downloads",
                                        "new",       "recent-updates", "recent-downloads"};
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        assert_int_equal(n_rows(fixture->index, "fast json", "all", sorts[i]), 1);
        /* Not finished yet, it is the same in every sort. */
        assert_int_equal(n_rows(fixture->index, "fast jso", "all", sorts[i]), 1);
        assert_int_equal(n_rows(fixture->index, "fas json", "all", sorts[i]), 0);
        assert_int_equal(n_rows(fixture->index, "jso", "best", sorts[i]), 2);
    }
    /* "json" alone is less than the share of the query that a match needs. */
    char path[FOLDER_PATH_SIZE];
    folder_join(path, fixture->folder, "ranking.conf");
    file_write(path, "min_share = 0.1\n", 16);
    cli_run(&run, ARGUMENTS("query", fixture->index, "fast", "json", "--ranking", path));
    assert_int_equal(run.status, 0);
    assert_int_equal(count_lines(run.out), 2);
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("query", fixture->index, "fast", "json", "--ranking", path, "--match",
                            "all"));
    assert_int_equal(count_lines(run.out), 1);
    program_run_free(&run);
}

static void says_which_line_of_a_ranking_file_is_wrong(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    char path[FOLDER_PATH_SIZE];
    folder_join(path, fixture->folder, "broken.conf");
    cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--ranking", path));
    assert_failed(&run, 1);
    assert_contains(run.error_out, "broken.conf: No such file");
    program_run_free(&run);
    file_write(path, "any = 1\nall = 1\n", 16);
    cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--ranking", path));
    assert_failed(&run, 1);
    assert_contains(run.error_out, "broken.conf: line 2: there is no weight called all");
    program_run_free(&run);
}

/* Joins the lines that a terminal's width broke, however far they are indented. The caller
   frees. */
static char *unwrap(const char *text)
{
    char *joined = calloc(1, strlen(text) + 1);
    assert_non_null(joined);
    for (char *to = joined; *text != '\0';) {
        if (isspace((unsigned char)*text)) {
            *to++ = ' ';
            text += strspn(text, " \r\n");
        } else {
            *to++ = *text++;
        }
    }
    return joined;
}

/* In lines that begin with a tab for a program, indented and wrapped for a person. */
static void explains_below_each_crate(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", fixture->index, "json-parser", "--explain"));
    assert_int_equal(run.status, 0);
    assert_int_equal(strncmp(run.out, "1\tjson-parser\t", 14), 0);
    assert_contains(run.out, "\n\tfirst: the name is the query\n\tfirst stage ");
    assert_contains(run.out, " popularity\n\tjson, ");
    assert_contains(run.out, "% of the query: name\n\tparser, ");
    program_run_free(&run);

    struct program_options options = {
        .arguments = ARGUMENTS("query", fixture->index, "json", "--explain"),
        .terminal_columns = 60,
        .environment = "TERM=xterm",
    };
    program_run(&options, &run);
    assert_int_equal(run.status, 0);
    assert_contains(run.out, "     placed by the second stage: ");
    assert_contains(run.out, "     json, 100 % of the query: name");
    assert_contains(run.out, "2 of 2 crates");
    assert_lines_fit(run.out, 60);
    program_run_free(&run);
}

/* Whatever the width, all that a program gets stands on a terminal, too. */
static void an_explanation_is_not_cut(void **state)
{
    const struct cli_fixture *fixture = *state;
    static const unsigned widths[] = {16, 40, 61, 80, 200};
    const char *const *arguments =
        ARGUMENTS("query", fixture->index, "json parser", "--explain", "--limit", "1");
    struct program_run whole;
    cli_run(&whole, arguments);
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct program_options options = {
            .arguments = arguments,
            .terminal_columns = widths[i],
            .environment = "TERM=xterm",
        };
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(run.status, 0);
        char *joined = unwrap(run.out);
        size_t n_notes = 0;
        for (const char *note = strstr(whole.out, "\n\t"); note != NULL;
             note = strstr(note + 1, "\n\t")) {
            char line[512];
            snprintf(line, sizeof line, "%.*s", (int)strcspn(note + 2, "\n"), note + 2);
            assert_contains(joined, line);
            n_notes++;
        }
        assert_true(n_notes >= 4);
        free(joined);
        program_run_free(&run);
    }
    program_run_free(&whole);
}

static void explains_in_json_as_the_last_member(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("query", fixture->index, "json", "--explain", "--json"));
    assert_int_equal(run.status, 0);
    json_t *root = json_loads(run.out, 0, NULL);
    assert_non_null(root);
    json_t *crates = json_object_get(root, "crates");
    assert_int_equal(json_array_size(crates), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *hit = json_array_get(crates, i);
        json_t *crate = json_object_get(hit, "crate");
        const json_t *explanation = json_object_get(crate, "explanation");
        assert_true(
            json_equal(json_object_get(explanation, "score"), json_object_get(hit, "score")));
        assert_true(json_equal(json_object_get(explanation, "tier"), json_object_get(hit, "tier")));
        assert_string_equal(json_string_value(json_object_get(explanation, "stage")), "second");
        assert_int_equal(json_array_size(json_object_get(explanation, "words")), 1);
        assert_int_equal(json_object_size(json_object_get(explanation, "terms")), 7);
        assert_int_equal(json_object_size(crate), 24);
    }
    json_decref(root);
    program_run_free(&run);
}

static void suggest_completes_a_prefix(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("suggest", fixture->index, "NET", "--limit", "2"));
    assert_int_equal(run.status, 0);
    assert_int_equal(count_lines(run.out), 2);
    assert_contains(run.out, "\tcrate\t");
    program_run_free(&run);

    cli_run(&run, ARGUMENTS("suggest", fixture->index, "net", "--json"));
    json_t *root = json_loads(run.out, 0, NULL);
    assert_non_null(root);
    const json_t *suggestions = json_object_get(root, "suggestions");
    /* Three crates, and the keyword behind them. */
    assert_int_equal(json_array_size(suggestions), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *suggestion = json_array_get(suggestions, i);
        const char *name = json_string_value(json_object_get(suggestion, "name"));
        assert_non_null(name);
        assert_int_equal(strncmp(name, "net", 3), 0);
        assert_string_equal(json_string_value(json_object_get(suggestion, "kind")),
                            i < 3 ? "crate" : "keyword");
        assert_true(json_is_array(json_object_get(suggestion, "highlight")));
        assert_true(json_is_integer(json_object_get(suggestion, "downloads")));
    }
    json_decref(root);
    program_run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gets_whole_rows_with_tabs),
        cmocka_unit_test(a_terminal_gets_a_table_in_its_width),
        cmocka_unit_test(colours_need_a_capable_terminal_and_no_veto),
        cmocka_unit_test(highlights_are_marked),
        cmocka_unit_test(query_json_has_documents_and_the_total),
        cmocka_unit_test(pasted_lines_name_a_crate),
        cmocka_unit_test(sorts_order_the_list),
        cmocka_unit_test(matches_some_or_all_words),
        cmocka_unit_test(says_which_line_of_a_ranking_file_is_wrong),
        cmocka_unit_test(explains_below_each_crate),
        cmocka_unit_test(an_explanation_is_not_cut),
        cmocka_unit_test(explains_in_json_as_the_last_member),
        cmocka_unit_test(suggest_completes_a_prefix),
    };
    return cmocka_run_group_tests_name("cli query", tests, cli_make_index, cli_remove_index);
}
