/* Processor time decides: wall times are shown beside it, but on a shared machine they tell what
   else ran. The same seed for all estimates, so that the same samples give the same verdict. */
#include "tests/bench/bench_compare_figures.h"

#include <math.h>

#define SEED 20261125
#define BUILD_SECONDS 120 /* of all builds */
#define LONG_BUILD 1.0    /* seconds */

const char *compare_verdict(const struct estimate *ratio)
{
    switch (estimate_verdict(ratio)) {
    case ESTIMATE_LESS:
        return "faster";
    case ESTIMATE_MORE:
        return "slower";
    default:
        return "undecided";
    }
}

bool compare_is_regression(const struct estimate *ratio)
{
    return ratio->low > COMPARE_LIMIT;
}

struct compare_builds compare_plan_builds(double seconds, unsigned n_rounds)
{
    struct compare_builds builds = {.n_rounds = n_rounds,
                                    .n_turns = N_COMPARE_SIDES * (seconds > LONG_BUILD ? 1 : 2)};
    double n_affordable = floor(BUILD_SECONDS / (builds.n_turns * seconds));
    if (n_affordable < n_rounds)
        builds.n_rounds =
            n_affordable > COMPARE_MIN_ROUNDS ? (unsigned)n_affordable : COMPARE_MIN_ROUNDS;
    return builds;
}

static void series_estimate(const struct compare_series *series, enum compare_side side,
                            struct estimate *estimate)
{
    bootstrap_estimate(series->samples[side], series->n_samples, SEED, estimate);
}

void compare_ratio(const struct compare_series *series, struct estimate *ratio)
{
    double ratios[BOOTSTRAP_MAX_SAMPLES];
    for (size_t i = 0; i < series->n_samples; i++)
        ratios[i] = series->samples[COMPARE_HEAD][i] / series->samples[COMPARE_BASE][i];
    bootstrap_estimate(ratios, series->n_samples, SEED, ratio);
}

static void print_path(FILE *out, const struct compare_path *path)
{
    fprintf(out, "%-8s %-16s %6zu", path->name, path->unit, path->cpu.n_samples);
    for (int side = 0; side < N_COMPARE_SIDES; side++) {
        struct estimate cpu;
        series_estimate(&path->cpu, (enum compare_side)side, &cpu);
        fprintf(out, "  %8.3f [%8.3f %8.3f]", cpu.value, cpu.low, cpu.high);
    }
    struct estimate ratio;
    struct estimate wall;
    compare_ratio(&path->cpu, &ratio);
    compare_ratio(&path->wall, &wall);
    fprintf(out, "  %5.3f [%5.3f %5.3f]  %-9s  %5.3f [%5.3f %5.3f]\n", ratio.value, ratio.low,
            ratio.high, compare_verdict(&ratio), wall.value, wall.low, wall.high);
}

unsigned compare_paths_print(FILE *out, const struct compare_path *paths, size_t n_paths)
{
    unsigned n_regressions = 0;
    fprintf(out, "\n%-8s %-16s %6s  %-28s  %-28s  %-20s  %-9s  %s\n", "path", "unit", "rounds",
            "base [95 %]", "head [95 %]", "head/base [95 %]", "verdict", "wall time head/base");
    for (size_t i = 0; i < n_paths; i++)
        print_path(out, &paths[i]);
    for (size_t i = 0; i < n_paths; i++) {
        struct estimate ratio;
        compare_ratio(&paths[i].cpu, &ratio);
        if (!compare_is_regression(&ratio))
            continue;
        n_regressions++;
        fprintf(out, "regression: %s takes %.1f to %.1f %% more processor time than the base\n",
                paths[i].name, 100 * (ratio.low - 1), 100 * (ratio.high - 1));
    }
    return n_regressions;
}

static json_t *path_to_json(const struct compare_path *path)
{
    struct estimate base;
    struct estimate head;
    struct estimate ratio;
    struct estimate wall;
    series_estimate(&path->cpu, COMPARE_BASE, &base);
    series_estimate(&path->cpu, COMPARE_HEAD, &head);
    compare_ratio(&path->cpu, &ratio);
    compare_ratio(&path->wall, &wall);
    return json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:s, s:b}", "path", path->name, "unit",
                     path->unit, "rounds", (json_int_t)path->cpu.n_samples, "base",
                     estimate_to_json(&base, 1), "head", estimate_to_json(&head, 1), "ratio",
                     estimate_to_json(&ratio, 1), "wall_ratio", estimate_to_json(&wall, 1),
                     "verdict", compare_verdict(&ratio), "is_regression",
                     (int)compare_is_regression(&ratio));
}

json_t *compare_paths_to_json(const struct compare_path *paths, size_t n_paths)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n_paths; i++) {
        if (json_array_append_new(list, path_to_json(&paths[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
