/* Goals that compare two measured figures, and what measurements with intervals say of them. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_GOALS_H
#define CRATEDEX_TESTS_BENCH_BENCH_GOALS_H

#include "tests/bench/bench_bootstrap.h"

#include <stddef.h>

enum goal_relation { GOAL_AT_LEAST, GOAL_AT_MOST };

/* What is compared with the limit: one figure divided by the other, or less it. */
enum goal_kind { GOAL_RATIO, GOAL_DIFFERENCE };

/* With fewer samples the bootstrap's interval is too narrow to decide: that of one has no width at
   all. */
#define GOAL_MIN_SAMPLES 20

enum goal_verdict {
    GOAL_MET,      /* the whole interval is on the right side of the limit, or on it */
    GOAL_MISSED,   /* the whole interval is beyond the limit */
    GOAL_UNDECIDED /* the limit lies within the interval, or there are not GOAL_MIN_SAMPLES */
};

struct goal_result {
    struct estimate estimate;
    enum goal_verdict verdict;
};

/* Judges a goal by the samples of both figures, which were taken in pairs: one of each in every
   round. A ratio is that of the medians (bootstrap_ratio), a difference is the median of the
   differences. Between 1 and BOOTSTRAP_MAX_SAMPLES samples; those of a ratio above 0. */
void goal_judge(enum goal_kind kind, enum goal_relation relation, double limit,
                const double *figure, const double *other, size_t n_samples,
                struct goal_result *result);

/* "met", "MISSED" or "undecided". */
const char *goal_verdict_name(enum goal_verdict verdict);

#endif
