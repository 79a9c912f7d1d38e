/* Verdicts on ratios whose intervals are given, and on series that are made to have a known
   ratio. */
#include "tests/bench/bench_compare_figures.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ROUNDS 21
#define SEED 20261125

/* Rounds that are disturbed by up to half, both sides alike, and each side by up to 4 % for
   itself. */
static void fill(struct compare_series *series, double ratio, uint64_t *seed)
{
    series->n_samples = N_ROUNDS;
    for (size_t i = 0; i < N_ROUNDS; i++) {
        double round = 10 + random_below(seed, 5000) / 1000.0;
        series->samples[COMPARE_BASE][i] = round * (1 + random_below(seed, 400) / 10000.0);
        series->samples[COMPARE_HEAD][i] = ratio * round * (1 + random_below(seed, 400) / 10000.0);
    }
}

static void the_verdict_needs_the_whole_interval(void **state)
{
    (void)state;
    assert_string_equal(compare_verdict(&(struct estimate){0.9, 0.8, 0.999}), "faster");
    assert_string_equal(compare_verdict(&(struct estimate){0.9, 0.8, 1.001}), "undecided");
    assert_string_equal(compare_verdict(&(struct estimate){1.1, 0.999, 1.2}), "undecided");
    assert_string_equal(compare_verdict(&(struct estimate){1.1, 1.001, 1.2}), "slower");
}

static void a_regression_lies_wholly_beyond_the_limit(void **state)
{
    (void)state;
    assert_true(compare_is_regression(&(struct estimate){1.1, 1.051, 1.2}));
    assert_false(compare_is_regression(&(struct estimate){1.2, 1.049, 1.5}));
    assert_false(compare_is_regression(&(struct estimate){1.05, 1.05, 1.05}));
    assert_false(compare_is_regression(&(struct estimate){0.5, 0.4, 0.6}));
}

/* A disturbance of a round is in neither the ratio nor its interval. */
static void what_disturbs_both_sides_cancels(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    for (unsigned set = 0; set < 50; set++) {
        struct compare_series series;
        struct estimate ratio;
        fill(&series, 1, &seed);
        compare_ratio(&series, &ratio);
        assert_true(ratio.low > 0.97 && ratio.high < 1.03);
        assert_false(compare_is_regression(&ratio));
        fill(&series, 1.12, &seed);
        compare_ratio(&series, &ratio);
        assert_true(ratio.low > 1.09 && ratio.high < 1.15);
        assert_true(compare_is_regression(&ratio));
    }
}

static void long_builds_are_rare(void **state)
{
    (void)state;
    struct compare_builds builds = compare_plan_builds(0.3, N_ROUNDS);
    assert_int_equal(builds.n_rounds, N_ROUNDS);
    assert_int_equal(builds.n_turns, 4);
    builds = compare_plan_builds(6, N_ROUNDS); /* 12 seconds a round */
    assert_int_equal(builds.n_rounds, 10);
    assert_int_equal(builds.n_turns, 2);
    builds = compare_plan_builds(40, N_ROUNDS);
    assert_int_equal(builds.n_rounds, COMPARE_MIN_ROUNDS);
    builds = compare_plan_builds(0.0001, 100);
    assert_int_equal(builds.n_rounds, 100);
}

/* Both forms say the same: the table by a line, JSON by a member. */
static void regressions_are_named(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    struct compare_path paths[] = {{.name = "miss", .unit = "cpu_us_a_request"},
                                   {.name = "hit", .unit = "cpu_us_a_request"}};
    fill(&paths[0].cpu, 1, &seed);
    fill(&paths[0].wall, 2, &seed); /* which does not count */
    fill(&paths[1].cpu, 1.2, &seed);
    fill(&paths[1].wall, 1, &seed);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(compare_paths_print(out, paths, 2), 1);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "\nregression: hit takes "));
    assert_null(strstr(text, "regression: miss"));
    free(text);

    json_t *list = compare_paths_to_json(paths, 2);
    assert_int_equal(json_array_size(list), 2);
    json_t *miss = json_array_get(list, 0);
    json_t *hit = json_array_get(list, 1);
    assert_false(json_is_true(json_object_get(miss, "is_regression")));
    assert_true(json_is_true(json_object_get(hit, "is_regression")));
    assert_string_equal(json_string_value(json_object_get(hit, "verdict")), "slower");
    assert_string_equal(json_string_value(json_object_get(hit, "path")), "hit");
    assert_true(json_number_value(json_object_get(json_object_get(hit, "ratio"), "value")) > 1.15);
    assert_int_equal(json_integer_value(json_object_get(hit, "rounds")), N_ROUNDS);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdict_needs_the_whole_interval),
        cmocka_unit_test(a_regression_lies_wholly_beyond_the_limit),
        cmocka_unit_test(what_disturbs_both_sides_cancels),
        cmocka_unit_test(long_builds_are_rare),
        cmocka_unit_test(regressions_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
