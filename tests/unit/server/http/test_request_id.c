/* Ids of exchanges: which of a client's are taken, and that ours are never the same, across
   threads. */
#include "server/http/request_id.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_THREADS 4
#define N_IDS 5000

static void knows_sane_ids(void **state)
{
    (void)state;
    char longest[REQUEST_ID_MAX_BYTES + 2];
    memset(longest, 'x', sizeof longest);
    longest[REQUEST_ID_MAX_BYTES + 1] = '\0';
    assert_false(request_id_is_sane(longest));
    longest[REQUEST_ID_MAX_BYTES] = '\0';
    assert_true(request_id_is_sane(longest));
    static const char *const sane[] = {"1", "018f3c1e-7d2a-7000-8000-000000000000",
                                       "a/b+c=", "~._-"};
    static const char *const insane[] = {"",    " ",        "a b", "a\"", "a\\",
                                         "a,b", "\xc3\xa9", "<",   "a\n", "%"};
    for (size_t i = 0; i < sizeof sane / sizeof sane[0]; i++)
        assert_true(request_id_is_sane(sane[i]));
    for (size_t i = 0; i < sizeof insane / sizeof insane[0]; i++)
        assert_false(request_id_is_sane(insane[i]));
}

static void *make_ids(void *context)
{
    char(*ids)[REQUEST_ID_SIZE] = context;
    for (size_t i = 0; i < N_IDS; i++)
        request_id_make(ids[i]);
    return NULL;
}

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, REQUEST_ID_SIZE);
}

static void makes_every_id_once(void **state)
{
    (void)state;
    char(*ids)[REQUEST_ID_SIZE] = calloc((size_t)N_THREADS * N_IDS, sizeof *ids);
    pthread_t threads[N_THREADS];
    assert_non_null(ids);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_ids, ids + i * N_IDS), 0);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    qsort(ids, (size_t)N_THREADS * N_IDS, sizeof *ids, compare);
    for (size_t i = 0; i < (size_t)N_THREADS * N_IDS; i++) {
        assert_true(request_id_is_sane(ids[i]));
        assert_int_equal(strlen(ids[i]), REQUEST_ID_SIZE - 1);
        assert_true(i == 0 || compare(ids[i - 1], ids[i]) != 0);
    }
    free(ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_sane_ids),
        cmocka_unit_test(makes_every_id_once),
    };
    return cmocka_run_group_tests_name("request_id", tests, NULL, NULL);
}
