/* Space-Saving against exact counts: what its authors prove of it holds, for streams in which few
   elements are frequent, all are alike, or each comes once. */
#include "server/telemetry/space_saving.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_COUNTERS 64
#define N_ELEMENTS 1500
#define LENGTH 20000

struct stream {
    const char *name;
    uint32_t (*next)(uint64_t *seed, uint32_t i);
};

/* Half as likely again and again: the sum of 1 / i is what Zipf's law has. */
static uint32_t next_frequent(uint64_t *seed, uint32_t i)
{
    (void)i;
    uint32_t bound = 1 + random_below(seed, N_ELEMENTS);
    return random_below(seed, 1 + random_below(seed, bound));
}

static uint32_t next_alike(uint64_t *seed, uint32_t i)
{
    (void)i;
    return random_below(seed, N_ELEMENTS);
}

static uint32_t next_other(uint64_t *seed, uint32_t i)
{
    *seed = i;
    return i % N_ELEMENTS;
}

/* Ids that share their low bits, so that the table has neighbours to tell apart. */
static uint64_t id_of(uint32_t element)
{
    return (uint64_t)element << 3 | (element & 1);
}

static void check(const struct space_saving *summary, const uint64_t *exact, uint64_t n)
{
    bool *has_counter = calloc(N_ELEMENTS, sizeof *has_counter);
    assert_non_null(has_counter);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < space_saving_n_used(summary); i++) {
        const struct space_saving_counter *counter = space_saving_at(summary, i);
        uint32_t element = (uint32_t)(counter->id >> 3);
        assert_true(element < N_ELEMENTS && counter->id == id_of(element));
        assert_false(has_counter[element]);
        has_counter[element] = true;
        assert_true(counter->count >= exact[element]);
        assert_true(counter->count - counter->error <= exact[element]);
        assert_true(counter->error <= n / N_COUNTERS);
        sum += counter->count;
    }
    assert_int_equal(sum, n);
    for (uint32_t element = 0; element < N_ELEMENTS; element++) {
        assert_true(has_counter[element] || exact[element] <= space_saving_least(summary));
        assert_true(has_counter[element] || exact[element] <= n / N_COUNTERS);
    }
    free(has_counter);
}

static void run(const struct stream *stream, struct space_saving *summary, uint32_t max_weight)
{
    static uint64_t exact[N_ELEMENTS];
    uint64_t seed = 20051130;
    uint64_t n = 0;
    uint32_t counters[N_ELEMENTS];
    memset(exact, 0, sizeof exact);
    memset(counters, 0xFF, sizeof counters);
    for (uint32_t i = 0; i < LENGTH; i++) {
        bool is_new;
        uint32_t element = stream->next(&seed, i);
        uint32_t weight = 1 + random_below(&seed, max_weight);
        uint32_t counter = space_saving_add(summary, id_of(element), weight, &is_new);
        assert_true(is_new || counter == counters[element]);
        counters[element] = counter;
        exact[element] += weight;
        n += weight;
        if (i % 4999 == 0)
            check(summary, exact, n);
    }
    check(summary, exact, n);
}

static void keeps_what_its_authors_prove(void **state)
{
    (void)state;
    static const struct stream streams[] = {
        {"frequent", next_frequent}, {"alike", next_alike}, {"each once", next_other}};
    struct space_saving *summary = space_saving_create(N_COUNTERS);
    assert_non_null(summary);
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        for (uint32_t max_weight = 1; max_weight <= 9; max_weight += 8) {
            space_saving_clear(summary);
            assert_int_equal(space_saving_n_used(summary), 0);
            assert_int_equal(space_saving_least(summary), 0);
            run(&streams[i], summary, max_weight);
        }
    space_saving_destroy(summary);
    space_saving_destroy(NULL);
}

/* As long as there are counters, counts are exact. */
static void is_exact_where_all_fit(void **state)
{
    (void)state;
    struct space_saving *summary = space_saving_create(3);
    static const uint64_t ids[] = {7, 7, 0, UINT64_MAX, 7, 0};
    bool is_new;
    assert_non_null(summary);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        (void)space_saving_add(summary, ids[i], 1, &is_new);
    assert_int_equal(space_saving_n_used(summary), 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct space_saving_counter *counter = space_saving_at(summary, i);
        assert_int_equal(counter->error, 0);
        assert_int_equal(counter->count, counter->id == 7 ? 3 : counter->id == 0 ? 2 : 1);
    }
    space_saving_destroy(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_its_authors_prove),
        cmocka_unit_test(is_exact_where_all_fit),
    };
    return cmocka_run_group_tests_name("space_saving", tests, NULL, NULL);
}
