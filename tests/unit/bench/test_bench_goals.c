/* What intervals say of goals: all of an interval decides, or nothing does. */
#include "tests/bench/bench_goals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define N_ROUNDS 21

static void fill(double samples[N_ROUNDS], double value)
{
    for (int i = 0; i < N_ROUNDS; i++)
        samples[i] = value;
}

/* The verdict on 10 : `other`, or on 10 - `other`, which have no doubt. */
static enum goal_verdict verdict(enum goal_kind kind, enum goal_relation relation, double limit,
                                 double other)
{
    double figure[N_ROUNDS];
    double others[N_ROUNDS];
    struct goal_result result;
    fill(figure, 10);
    fill(others, other);
    goal_judge(kind, relation, limit, figure, others, N_ROUNDS, &result);
    assert_true(result.estimate.value == (kind == GOAL_RATIO ? 10 / other : 10 - other));
    return result.verdict;
}

static void ratios_are_judged(void **state)
{
    (void)state;
    assert_int_equal(verdict(GOAL_RATIO, GOAL_AT_LEAST, 0.95, 10), GOAL_MET);
    assert_int_equal(verdict(GOAL_RATIO, GOAL_AT_LEAST, 0.5, 20), GOAL_MET); /* the limit itself */
    assert_int_equal(verdict(GOAL_RATIO, GOAL_AT_LEAST, 0.95, 20), GOAL_MISSED);
    assert_int_equal(verdict(GOAL_RATIO, GOAL_AT_MOST, 1.1, 20), GOAL_MET);
    assert_int_equal(verdict(GOAL_RATIO, GOAL_AT_MOST, 2, 5), GOAL_MET);
    assert_int_equal(verdict(GOAL_RATIO, GOAL_AT_MOST, 1.1, 5), GOAL_MISSED);
}

static void differences_are_judged(void **state)
{
    (void)state;
    assert_int_equal(verdict(GOAL_DIFFERENCE, GOAL_AT_MOST, 6, 4), GOAL_MET);
    assert_int_equal(verdict(GOAL_DIFFERENCE, GOAL_AT_MOST, 5, 4), GOAL_MISSED);
    assert_int_equal(verdict(GOAL_DIFFERENCE, GOAL_AT_MOST, 0, 40), GOAL_MET); /* below zero */
    assert_int_equal(verdict(GOAL_DIFFERENCE, GOAL_AT_LEAST, 5, 40), GOAL_MISSED);
}

/* Samples from 5 to 15 beside 10: their ratio is about 1, and no limit close to it is decided. */
static void doubt_decides_nothing(void **state)
{
    (void)state;
    double spread[N_ROUNDS];
    double tens[N_ROUNDS];
    struct goal_result result;
    for (int i = 0; i < N_ROUNDS; i++)
        spread[i] = 5 + 0.5 * i;
    fill(tens, 10);
    goal_judge(GOAL_RATIO, GOAL_AT_LEAST, 1.05, spread, tens, N_ROUNDS, &result);
    assert_int_equal(result.verdict, GOAL_UNDECIDED);
    assert_true(result.estimate.low < 1 && result.estimate.high > 1.05);
    goal_judge(GOAL_RATIO, GOAL_AT_MOST, 0.95, spread, tens, N_ROUNDS, &result);
    assert_int_equal(result.verdict, GOAL_UNDECIDED);
    goal_judge(GOAL_RATIO, GOAL_AT_LEAST, 0.4, spread, tens, N_ROUNDS, &result);
    assert_int_equal(result.verdict, GOAL_MET);
    goal_judge(GOAL_DIFFERENCE, GOAL_AT_MOST, 0.5, spread, tens, N_ROUNDS, &result);
    assert_int_equal(result.verdict, GOAL_UNDECIDED);
    goal_judge(GOAL_DIFFERENCE, GOAL_AT_MOST, -6, spread, tens, N_ROUNDS, &result);
    assert_int_equal(result.verdict, GOAL_MISSED);
}

/* However clear the figures are. */
static void few_rounds_decide_nothing(void **state)
{
    (void)state;
    double figure[N_ROUNDS];
    double other[N_ROUNDS];
    struct goal_result result;
    fill(figure, 10);
    fill(other, 20);
    for (size_t n_rounds = 1; n_rounds < 20; n_rounds++) {
        goal_judge(GOAL_RATIO, GOAL_AT_LEAST, 0.4, figure, other, n_rounds, &result);
        assert_int_equal(result.verdict, GOAL_UNDECIDED);
        goal_judge(GOAL_RATIO, GOAL_AT_LEAST, 0.95, figure, other, n_rounds, &result);
        assert_int_equal(result.verdict, GOAL_UNDECIDED);
        assert_true(result.estimate.value == 0.5);
    }
    goal_judge(GOAL_RATIO, GOAL_AT_LEAST, 0.4, figure, other, 20, &result);
    assert_int_equal(result.verdict, GOAL_MET);
    goal_judge(GOAL_RATIO, GOAL_AT_LEAST, 0.95, figure, other, 20, &result);
    assert_int_equal(result.verdict, GOAL_MISSED);
}

/* What disturbs both of a round cancels: the figures vary by ten, their difference does not. */
static void rounds_are_paired(void **state)
{
    (void)state;
    double figure[N_ROUNDS];
    double other[N_ROUNDS];
    struct goal_result result;
    for (int i = 0; i < N_ROUNDS; i++) {
        other[i] = 100 + 100 * (i % 10);
        figure[i] = other[i] + 50;
    }
    goal_judge(GOAL_DIFFERENCE, GOAL_AT_MOST, 60, figure, other, N_ROUNDS, &result);
    assert_int_equal(result.verdict, GOAL_MET);
    assert_true(result.estimate.low == 50 && result.estimate.high == 50);
}

static void verdicts_have_names(void **state)
{
    (void)state;
    assert_string_equal(goal_verdict_name(GOAL_MET), "met");
    assert_string_equal(goal_verdict_name(GOAL_MISSED), "MISSED");
    assert_string_equal(goal_verdict_name(GOAL_UNDECIDED), "undecided");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratios_are_judged),     cmocka_unit_test(differences_are_judged),
        cmocka_unit_test(doubt_decides_nothing), cmocka_unit_test(few_rounds_decide_nothing),
        cmocka_unit_test(rounds_are_paired),     cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
