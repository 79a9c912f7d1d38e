/* What a comparison of two builds measures, its verdicts, and how both are printed. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_COMPARE_FIGURES_H
#define CRATEDEX_TESTS_BENCH_BENCH_COMPARE_FIGURES_H

#include "tests/bench/bench_bootstrap.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Head to base: a ratio whose whole interval lies above is a regression. */
#define COMPARE_LIMIT 1.05
#define COMPARE_MIN_ROUNDS 5

enum compare_side { COMPARE_BASE, COMPARE_HEAD, N_COMPARE_SIDES };

/* One figure of each round, of both sides: of the cheapest turn. What else a machine does only
   makes turns dearer, so that is the one which it disturbed least. */
struct compare_series {
    double samples[N_COMPARE_SIDES][BOOTSTRAP_MAX_SAMPLES]; /* above 0 */
    size_t n_samples;
};

struct compare_path {
    const char *name;          /* "build" */
    const char *unit;          /* of `cpu`: "cpu_s", "cpu_us_a_request" */
    struct compare_series cpu; /* processor time of the program, user and system */
    struct compare_series wall;
};

/* Head to base: "faster" or "slower" where the whole interval lies on one side of 1, else
   "undecided". */
const char *compare_verdict(const struct estimate *ratio);

/* Whether the whole interval lies beyond COMPARE_LIMIT. */
bool compare_is_regression(const struct estimate *ratio);

/* How often indexes are built. */
struct compare_builds {
    unsigned n_rounds;
    unsigned n_turns; /* in a round, both sides together */
};

/* Where one build takes `seconds`: as often as all else, but not for longer than some two minutes
   in all, and in at least COMPARE_MIN_ROUNDS rounds. Builds that take long have fewer turns, for
   they even out by themselves. */
struct compare_builds compare_plan_builds(double seconds, unsigned n_rounds);

/* Estimates head to base: the median of the rounds' ratios. What disturbs a round disturbs both of
   its sides, so on a busy machine this is several times narrower than the ratio of the medians. */
void compare_ratio(const struct compare_series *series, struct estimate *ratio);

/* The table, and a line for each regression. Returns how many there are. */
unsigned compare_paths_print(FILE *out, const struct compare_path *paths, size_t n_paths);

/* [{"path", "unit", "rounds", "base", "head", "ratio", "wall_ratio", "verdict", "is_regression"},
   …]. NULL when memory runs out. */
json_t *compare_paths_to_json(const struct compare_path *paths, size_t n_paths);

#endif
