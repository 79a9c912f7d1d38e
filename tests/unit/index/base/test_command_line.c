/* What a mistyped command line is answered. */
#include <cratedex/command_line.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static const char *nearest(const char *word)
{
    static const char *const names[] = {"build", "info",      "query",  "recent-downloads",
                                        "new",   "downloads", "query-2"};
    struct nearest_name found;
    nearest_name_begin(&found, word);
    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        nearest_name_offer(&found, names[i]);
    return found.name;
}

static void the_nearest_name_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        const char *name; /* NULL: none is like it */
    } cases[] = {
        {"bild", "build"},
        {"biuld", "build"},
        {"BUILD", "build"},
        {"Info", "info"},
        {"nfo", "info"},
        {"neww", "new"},
        {"nw", "new"},
        {"quer", "query"},
        {"query2", "query"}, /* as near as query-2, and before it */
        {"download", "downloads"},
        {"recent_downloads", "recent-downloads"},
        {"recent", "recent-downloads"},
        {"xyz", NULL},
        {"x", NULL},
        {"wxyz", NULL},
        {"downloadable", NULL},
        {"", NULL},
        {"a-word-of-more-than-sixty-four-bytes-that-no-automaton-here-can-take", NULL},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const char *name = nearest(cases[i].word);
        if (cases[i].name == NULL ? name != NULL : name == NULL || strcmp(name, cases[i].name) != 0)
            fail_msg("%s: %s", cases[i].word, name != NULL ? name : "nothing");
    }
}

static void a_hint_is_a_question_or_nothing(void **state)
{
    (void)state;
    struct nearest_name found;
    char hint[NEAREST_NAME_HINT_SIZE];
    nearest_name_begin(&found, "bild");
    assert_string_equal(nearest_name_hint(&found, "--", hint), "");
    nearest_name_offer(&found, "build");
    assert_string_equal(nearest_name_hint(&found, "--", hint), "; did you mean '--build'?");
}

static void bad_options_are_told_apart(void **state)
{
    (void)state;
    static const struct option known[] = {
        {"quiet", no_argument, NULL, 'q'},       {"output", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 256},        {"jsonp", required_argument, NULL, 257},
        {"limit", required_argument, NULL, 258}, {NULL, 0, NULL, 0},
    };
    static const struct {
        char *arguments[3];
        const char *message;
    } cases[] = {
        {{"--output"}, "option --output needs a value"},
        {{"-o"}, "option -o needs a value"},
        {{"-qo"}, "option -o needs a value"},
        {{"--quiet=yes"}, "option --quiet takes no value"},
        {{"--qui=yes"}, "option --qui takes no value"},
        {{"-x"}, "unknown option -x"},
        {{"--limit=3", "-xq"}, "unknown option -x"},
        {{"--queit"}, "unknown option --queit; did you mean '--quiet'?"},
        {{"--outptu=x"}, "unknown option --outptu; did you mean '--output'?"},
        {{"--something"}, "unknown option --something"},
        {{"--js"}, "option --js may be --json or --jsonp: write it out"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char *line[] = {"program", cases[i].arguments[0], cases[i].arguments[1], NULL};
        int n = cases[i].arguments[1] != NULL ? 3 : 2;
        struct error error = {.message = ""};
        int found;
        optind = 0;
        while ((found = getopt_long(n, line, ":qo:", known, NULL)) != ':' && found != '?')
            assert_int_not_equal(found, -1);
        assert_int_equal(command_line_bad_option(found, line, known, &error), -1);
        assert_string_equal(error.message, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(a_hint_is_a_question_or_nothing),
        cmocka_unit_test(bad_options_are_told_apart),
    };
    return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
