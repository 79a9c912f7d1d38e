/* The ghost queue against an exact queue of hashes. */
#include "server/cache/cache_ghost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Spreads consecutive numbers over 64 bits (the finalizer of splitmix64). */
static uint64_t hash_of(uint64_t number)
{
    number += UINT64_C(0x9E3779B97F4A7C15);
    number = (number ^ (number >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94D049BB133111EB);
    return number ^ (number >> 31);
}

static void only_the_youngest_are_known(void **state)
{
    (void)state;
    struct cache_ghost ghost;
    assert_int_equal(cache_ghost_init(&ghost, 4096), 0);
    assert_false(cache_ghost_take(&ghost, 0, 1000));
    assert_false(cache_ghost_take(&ghost, hash_of(1), 1000));
    for (uint64_t i = 0; i < 10000; i++)
        cache_ghost_add(&ghost, hash_of(i));
    /* A set may have forgotten a few early, at a quarter of its room hardly any. */
    unsigned n_known = 0;
    for (uint64_t i = 9000; i < 10000; i++)
        n_known += cache_ghost_take(&ghost, hash_of(i), 1000);
    assert_in_range(n_known, 990, 1000);
    for (uint64_t i = 0; i < 9000; i++)
        assert_false(cache_ghost_take(&ghost, hash_of(i), 1000));
    cache_ghost_free(&ghost);
}

static void what_is_taken_is_forgotten(void **state)
{
    (void)state;
    struct cache_ghost ghost;
    assert_int_equal(cache_ghost_init(&ghost, 64), 0);
    cache_ghost_add(&ghost, hash_of(1));
    cache_ghost_add(&ghost, hash_of(2));
    assert_true(cache_ghost_take(&ghost, hash_of(1), 2));
    assert_false(cache_ghost_take(&ghost, hash_of(1), 2));
    assert_false(cache_ghost_take(&ghost, hash_of(2), 0));
    cache_ghost_free(&ghost);
}

/* The exact age at which a hash stops being known; adding it again makes it young again. */
static void age_counts_from_the_last_addition(void **state)
{
    (void)state;
    struct cache_ghost ghost;
    assert_int_equal(cache_ghost_init(&ghost, 64), 0);
    for (size_t length = 1; length <= 8; length++) {
        cache_ghost_add(&ghost, hash_of(1));
        cache_ghost_add(&ghost, hash_of(2));
        cache_ghost_add(&ghost, hash_of(1));
        for (uint64_t i = 1; i < length; i++)
            cache_ghost_add(&ghost, hash_of(100 + i));
        assert_false(cache_ghost_take(&ghost, hash_of(2), length));
        assert_true(cache_ghost_take(&ghost, hash_of(1), length));
    }
    cache_ghost_free(&ghost);
}

static void room_is_rounded_up_to_whole_sets(void **state)
{
    (void)state;
    static const size_t wanted[] = {0, 1, 8, 9, 16, 17, 1000};
    static const size_t given[] = {8, 8, 8, 16, 16, 32, 1024};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct cache_ghost ghost;
        assert_int_equal(cache_ghost_init(&ghost, wanted[i]), 0);
        assert_int_equal(cache_ghost_bytes(&ghost), given[i] * sizeof(struct cache_ghost_slot));
        for (uint64_t j = 0; j < 100; j++)
            cache_ghost_add(&ghost, hash_of(j));
        assert_true(cache_ghost_take(&ghost, hash_of(99), 1));
        cache_ghost_free(&ghost);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_youngest_are_known),
        cmocka_unit_test(what_is_taken_is_forgotten),
        cmocka_unit_test(age_counts_from_the_last_addition),
        cmocka_unit_test(room_is_rounded_up_to_whole_sets),
    };
    return cmocka_run_group_tests_name("cache_ghost", tests, NULL, NULL);
}
