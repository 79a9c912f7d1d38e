/* The percentile bootstrap, the plainest of its kind: it asks nothing of the distribution, which
   times with their long right tail would not give. Resamples are drawn by index, so that a pair of
   series is resampled by its rounds. Samples are some dozens, so each median sorts its copy. */
#include "tests/bench/bench_bootstrap.h"

#include "tests/support/random.h"

#include <stdlib.h>
#include <string.h>

/* Of BOOTSTRAP_RESAMPLES in ascending order: the 2.5th and the 97.5th percentile. */
#define LOW_PLACE (BOOTSTRAP_RESAMPLES / 40 - 1)
#define HIGH_PLACE (BOOTSTRAP_RESAMPLES - BOOTSTRAP_RESAMPLES / 40 - 1)

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median_in_place(double *samples, size_t n_samples)
{
    qsort(samples, n_samples, sizeof *samples, ascending);
    size_t middle = n_samples / 2;
    return n_samples % 2 != 0 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
}

double bootstrap_median(const double *samples, size_t n_samples)
{
    double copy[BOOTSTRAP_MAX_SAMPLES] = {0};
    memcpy(copy, samples, n_samples * sizeof *copy);
    return median_in_place(copy, n_samples);
}

/* `denominators` may be NULL: then the figure is the median itself. */
static void resample(const double *numerators, const double *denominators, size_t n_samples,
                     uint64_t seed, struct estimate *estimate)
{
    double figures[BOOTSTRAP_RESAMPLES];
    double above[BOOTSTRAP_MAX_SAMPLES] = {0};
    double below[BOOTSTRAP_MAX_SAMPLES] = {0};
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
        for (size_t j = 0; j < n_samples; j++) {
            uint32_t drawn = random_below(&seed, (uint32_t)n_samples);
            above[j] = numerators[drawn];
            below[j] = denominators != NULL ? denominators[drawn] : 0;
        }
        figures[i] = median_in_place(above, n_samples);
        if (denominators != NULL)
            figures[i] /= median_in_place(below, n_samples);
    }
    qsort(figures, BOOTSTRAP_RESAMPLES, sizeof *figures, ascending);
    estimate->value = bootstrap_median(numerators, n_samples);
    if (denominators != NULL)
        estimate->value /= bootstrap_median(denominators, n_samples);
    /* A percentile interval may miss its own figure where samples are few. */
    estimate->low = figures[LOW_PLACE] < estimate->value ? figures[LOW_PLACE] : estimate->value;
    estimate->high = figures[HIGH_PLACE] > estimate->value ? figures[HIGH_PLACE] : estimate->value;
}

void bootstrap_estimate(const double *samples, size_t n_samples, uint64_t seed,
                        struct estimate *estimate)
{
    resample(samples, NULL, n_samples, seed, estimate);
}

void bootstrap_ratio(const double *numerators, const double *denominators, size_t n_samples,
                     uint64_t seed, struct estimate *estimate)
{
    resample(numerators, denominators, n_samples, seed, estimate);
}

enum estimate_verdict estimate_verdict(const struct estimate *ratio)
{
    if (ratio->high < 1)
        return ESTIMATE_LESS;
    return ratio->low > 1 ? ESTIMATE_MORE : ESTIMATE_UNDECIDED;
}

json_t *estimate_to_json(const struct estimate *estimate, double unit)
{
    return json_pack("{s:f, s:f, s:f}", "value", estimate->value / unit, "low",
                     estimate->low / unit, "high", estimate->high / unit);
}
