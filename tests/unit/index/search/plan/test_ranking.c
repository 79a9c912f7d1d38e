/* Files of weights: every name, comments, numbers that are none or out of range, and errors that
   say the line. */
#include "tests/support/folder.h"

#include <cratedex/ranking.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads a file with this text over `ranking`. */
static int read_text(struct ranking *ranking, const char *text, struct error *error)
{
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    file_write(folder_join(path, folder, "ranking.ini"), text, strlen(text));
    int result = ranking_read(ranking, path, error);
    folder_remove(folder);
    return result;
}

static void defaults_are_weights_that_a_file_may_have(void **state)
{
    (void)state;
    struct ranking ranking;
    memset(&ranking, 0xff, sizeof ranking);
    ranking_set_defaults(&ranking);
    const double weights[] = {ranking.any, ranking.main, ranking.keywords, ranking.popularity,
                              ranking.substring};
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        assert_true(weights[i] >= 0 && weights[i] <= 1000);
    assert_true(ranking.prefix >= 0 && ranking.prefix <= 1);
    assert_true(ranking.min_share == 0.4); /* the contract's */
    assert_true(ranking.second_stage);
    assert_true(ranking.typos);
}

static void every_weight_is_read(void **state)
{
    (void)state;
    struct ranking ranking;
    struct error error = {.message = ""};
    ranking_set_defaults(&ranking);
    if (read_text(&ranking,
                  "# an operator's weights\n"
                  "any = 1\n"
                  "main=2.5\n"
                  "; another comment\n"
                  "\n"
                  "keywords   =   3e-1  \n"
                  "popularity = 1000\n"
                  "substring = 0\n"
                  "prefix = 0.25 ; behind a value\n"
                  "synonym = 0.75\n"
                  "min_share = 1\n"
                  "typos = 0\n"
                  "second_stage = 0\n",
                  &error) != 0)
        fail_msg("%s", error.message);
    assert_true(ranking.any == 1 && ranking.main == 2.5 && ranking.keywords == 0.3);
    assert_true(ranking.popularity == 1000 && ranking.substring == 0);
    assert_true(ranking.prefix == 0.25 && ranking.min_share == 1);
    assert_true(ranking.synonym == 0.75);
    assert_false(ranking.typos);
    assert_false(ranking.second_stage);
    assert_int_equal(read_text(&ranking, "second_stage = 1\ntypos = 1", NULL), 0);
    assert_true(ranking.second_stage && ranking.typos);
}

/* What a file does not say stays as it was. */
static void other_weights_stay(void **state)
{
    (void)state;
    struct ranking defaults;
    struct ranking ranking;
    ranking_set_defaults(&defaults);
    ranking_set_defaults(&ranking);
    assert_int_equal(read_text(&ranking, "", NULL), 0);
    assert_int_equal(read_text(&ranking, "# nothing\n", NULL), 0);
    assert_true(ranking.any == defaults.any && ranking.main == defaults.main);
    assert_int_equal(read_text(&ranking, "keywords = 7\n", NULL), 0);
    assert_true(ranking.keywords == 7);
    assert_true(ranking.any == defaults.any && ranking.main == defaults.main &&
                ranking.popularity == defaults.popularity &&
                ranking.substring == defaults.substring && ranking.prefix == defaults.prefix &&
                ranking.synonym == defaults.synonym && ranking.min_share == defaults.min_share &&
                ranking.second_stage == defaults.second_stage && ranking.typos == defaults.typos);
}

static void errors_name_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *line;
        const char *says;
    } cases[] = {
        {"any = 1\nmani = 2\n", "line 2", "mani"},
        {"\n\nANY = 1\n", "line 3", "ANY"},
        {"any = high\n", "line 1", "any = high"},
        {"any =\n", "line 1", "any"},
        {"any = 1,5\n", "line 1", "1,5"},
        {"any = 1 2\n", "line 1", "1 2"},
        {"any = nan\n", "line 1", "nan"},
        {"any = inf\n", "line 1", "inf"},
        {"any = 1e999\n", "line 1", "1e999"},
        {"main = -0.1\n", "line 1", "from 0 to 1000"},
        {"keywords = 1000.5\n", "line 1", "from 0 to 1000"},
        {"popularity = -1\n", "line 1", "popularity"},
        {"substring = 1001\n", "line 1", "substring"},
        {"# a share\nprefix = 1.01\n", "line 2", "from 0 to 1 "},
        {"min_share = 2\n", "line 1", "from 0 to 1 "},
        {"min_share = -1\n", "line 1", "min_share"},
        {"second_stage = 2\n", "line 1", "0 or 1"},
        {"second_stage = yes\n", "line 1", "0 or 1"},
        {"typos = 0.5\n", "line 1", "0 or 1"},
        {"any = 1\nthis is no weight\n", "line 2", "name = value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ranking ranking;
        struct error error = {.message = ""};
        ranking_set_defaults(&ranking);
        if (read_text(&ranking, cases[i].text, &error) != -1 ||
            strstr(error.message, cases[i].line) == NULL ||
            strstr(error.message, cases[i].says) == NULL ||
            strstr(error.message, "ranking.ini") == NULL)
            fail_msg("%s gives \"%s\"", cases[i].text, error.message);
    }
}

static void a_file_that_cannot_be_read(void **state)
{
    (void)state;
    struct ranking ranking;
    struct error error = {.message = ""};
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    assert_int_equal(ranking_read(&ranking, folder_join(path, folder, "none.ini"), &error), -1);
    assert_non_null(strstr(error.message, "none.ini"));
    assert_non_null(strstr(error.message, "No such file"));
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_weights_that_a_file_may_have),
        cmocka_unit_test(every_weight_is_read),
        cmocka_unit_test(other_weights_stay),
        cmocka_unit_test(errors_name_the_line),
        cmocka_unit_test(a_file_that_cannot_be_read),
    };
    return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
