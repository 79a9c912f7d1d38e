/* An interval decides only where all of it does: on a machine that others use most goals stay
   undecided, and that is what is said. Few samples say little of how much they vary: resampled,
   they vary less than the figure does, so that their interval would decide what is only chance.
   Below GOAL_MIN_SAMPLES none decides. */
#include "tests/bench/bench_goals.h"

#include <stdbool.h>

#define SEED 20261125

static enum goal_verdict verdict_of(const struct estimate *estimate, enum goal_relation relation,
                                    double limit)
{
    bool is_at_least = relation == GOAL_AT_LEAST;
    if (is_at_least ? estimate->low >= limit : estimate->high <= limit)
        return GOAL_MET;
    if (is_at_least ? estimate->high < limit : estimate->low > limit)
        return GOAL_MISSED;
    return GOAL_UNDECIDED;
}

void goal_judge(enum goal_kind kind, enum goal_relation relation, double limit,
                const double *figure, const double *other, size_t n_samples,
                struct goal_result *result)
{
    if (kind == GOAL_RATIO) {
        bootstrap_ratio(figure, other, n_samples, SEED, &result->estimate);
    } else {
        double differences[BOOTSTRAP_MAX_SAMPLES] = {0};
        for (size_t i = 0; i < n_samples; i++)
            differences[i] = figure[i] - other[i];
        bootstrap_estimate(differences, n_samples, SEED, &result->estimate);
    }
    result->verdict = n_samples >= GOAL_MIN_SAMPLES ? verdict_of(&result->estimate, relation, limit)
                                                    : GOAL_UNDECIDED;
}

const char *goal_verdict_name(enum goal_verdict verdict)
{
    static const char *const names[] = {
        [GOAL_MET] = "met", [GOAL_MISSED] = "MISSED", [GOAL_UNDECIDED] = "undecided"};
    return names[verdict];
}
