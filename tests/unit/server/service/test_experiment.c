/* What an experiment is asked for by, and who gets which arm. */
#include "server/service/experiment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_CLIENTS 20000

static void reads_key_and_percentage(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum experiment_key key;
        unsigned percent;
    } cases[] = {
        {"client=20", EXPERIMENT_BY_CLIENT, 20},
        {"client=0", EXPERIMENT_BY_CLIENT, 0},
        {"request=100", EXPERIMENT_BY_REQUEST, 100},
        {"request=007", EXPERIMENT_BY_REQUEST, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct experiment experiment;
        struct error error = {.message = ""};
        if (experiment_parse(cases[i].text, &experiment, &error) != 0)
            fail_msg("%s", error.message);
        assert_int_equal(experiment.key, cases[i].key);
        assert_int_equal(experiment.percent, cases[i].percent);
    }
}

static void refuses_all_else(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "20",         "client",     "client=",   "client=-1", "client=101",
        "client=1.5", "client=20%", "client= 20", "Client=20", "user=20",   "client=4294967297",
        "client=20 ", "client==20"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct experiment experiment;
        struct error error = {.message = ""};
        if (experiment_parse(texts[i], &experiment, &error) != -1)
            fail_msg("'%s' is taken", texts[i]);
        assert_non_null(strstr(error.message, "write client=20"));
    }
}

/* How many of the clients get arm B. */
static unsigned count_b(unsigned percent)
{
    const struct experiment experiment = {EXPERIMENT_BY_CLIENT, percent};
    unsigned n_b = 0;
    for (unsigned i = 0; i < N_CLIENTS; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.%u.%u.%u", i >> 16, (i >> 8) & 255, i & 255);
        enum experiment_arm arm = experiment_draw(&experiment, client);
        assert_true(arm == EXPERIMENT_A || arm == EXPERIMENT_B);
        n_b += arm == EXPERIMENT_B;
    }
    return n_b;
}

static void shares_are_those_asked_for(void **state)
{
    (void)state;
    assert_int_equal(count_b(0), 0);
    assert_int_equal(count_b(100), N_CLIENTS);
    /* Four standard errors of a fifth of 20,000 are 226. */
    assert_in_range(count_b(20), 4000 - 226, 4000 + 226);
    assert_in_range(count_b(50), 10000 - 283, 10000 + 283);
}

static void who_is_in_b_stays_there(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        char id[32];
        enum experiment_arm previous = EXPERIMENT_A;
        snprintf(id, sizeof id, "request-%u", i);
        for (unsigned percent = 0; percent <= 100; percent++) {
            const struct experiment experiment = {EXPERIMENT_BY_REQUEST, percent};
            enum experiment_arm arm = experiment_draw(&experiment, id);
            assert_int_equal(arm, experiment_draw(&experiment, id));
            assert_true(previous == EXPERIMENT_A || arm == EXPERIMENT_B);
            previous = arm;
        }
        assert_int_equal(previous, EXPERIMENT_B);
    }
}

static void shared_caches_keep_neither_arm(void **state)
{
    (void)state;
    const struct experiment by_client = {EXPERIMENT_BY_CLIENT, 50};
    const struct experiment by_request = {EXPERIMENT_BY_REQUEST, 50};
    assert_string_equal(experiment_cache_control(&by_client), "private, max-age=60");
    assert_string_equal(experiment_cache_control(&by_request), "no-store");
    assert_null(experiment_arm_name(EXPERIMENT_NONE));
    assert_string_equal(experiment_arm_name(EXPERIMENT_A), "a");
    assert_string_equal(experiment_arm_name(EXPERIMENT_B), "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_key_and_percentage),       cmocka_unit_test(refuses_all_else),
        cmocka_unit_test(shares_are_those_asked_for),     cmocka_unit_test(who_is_in_b_stays_there),
        cmocka_unit_test(shared_caches_keep_neither_arm),
    };
    return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
