/* Readers take and give back while a writer publishes: each sees a whole value that is there until
   it gives it back, and the writer gets an old one as soon as nobody holds it, and never before. */
#include "server/service/published.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define N_READERS 4
#define N_VALUES 1000

/* What is written here is not atomic: a reader of a value that was given up is a race, which
   ThreadSanitizer sees, and AddressSanitizer that of one that was freed. */
struct value {
    uint64_t number;
    uint64_t complement;
    unsigned n_writes; /* by the writer, when it has the value for itself */
};

static struct value *value_create(uint64_t number)
{
    struct value *value = malloc(sizeof *value);
    if (value == NULL)
        abort();
    *value = (struct value){.number = number, .complement = ~number};
    return value;
}

static void value_free(struct value *value)
{
    value->complement = value->number;
    value->n_writes++;
    free(value);
}

static struct published *publish(uint64_t number)
{
    struct error error;
    struct published *published = published_create(value_create(number), &error);
    assert_non_null(published);
    return published;
}

static uint64_t number_now(struct published *published)
{
    const struct value *value = published_take(published);
    assert_non_null(value);
    uint64_t number = value->number;
    published_give_back(published);
    return number;
}

static void gives_what_was_published_last(void **state)
{
    (void)state;
    struct published *published = publish(1);
    assert_int_equal(number_now(published), 1);
    for (uint64_t number = 2; number < 10; number++) {
        struct value *old = published_replace(published, value_create(number));
        assert_int_equal(old->number, number - 1);
        value_free(old);
        assert_int_equal(number_now(published), number);
    }
    struct value *last = published_destroy(published);
    assert_int_equal(last->number, 9);
    value_free(last);
    assert_null(published_destroy(NULL));
}

struct replacing {
    struct published *published;
    atomic_bool is_done;
};

static void *replace_one(void *context)
{
    struct replacing *replacing = context;
    struct value *old = published_replace(replacing->published, value_create(2));
    atomic_store(&replacing->is_done, true);
    value_free(old);
    return NULL;
}

static void *look(void *context)
{
    uint64_t *number = ((void **)context)[1];
    *number = number_now(((void **)context)[0]);
    return NULL;
}

/* What another thread is given now. */
static uint64_t number_elsewhere(struct published *published)
{
    pthread_t thread;
    uint64_t number = 0;
    void *context[2] = {published, &number};
    assert_int_equal(pthread_create(&thread, NULL, look, context), 0);
    pthread_join(thread, NULL);
    return number;
}

/* While this thread holds the old value all others are given the new one, and the writer waits. */
static void waits_for_who_holds_it(void **state)
{
    (void)state;
    struct replacing replacing = {.published = publish(1)};
    pthread_t writer;
    atomic_init(&replacing.is_done, false);
    const struct value *held = published_take(replacing.published);
    assert_non_null(held);
    assert_int_equal(pthread_create(&writer, NULL, replace_one, &replacing), 0);
    while (number_elsewhere(replacing.published) == 1)
        ;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(number_elsewhere(replacing.published), 2);
        assert_int_equal(held->number, 1);
        assert_int_equal(held->complement, ~UINT64_C(1));
        assert_false(atomic_load(&replacing.is_done));
    }
    published_give_back(replacing.published);
    pthread_join(writer, NULL);
    assert_true(atomic_load(&replacing.is_done));
    assert_int_equal(number_now(replacing.published), 2);
    value_free(published_destroy(replacing.published));
}

struct reader {
    pthread_t thread;
    struct published *published;
    atomic_bool *is_over;
    _Atomic uint64_t newest; /* number that it has seen */
    uint64_t n_taken;
    atomic_bool is_wrong;
};

static void *read_values(void *context)
{
    struct reader *reader = context;
    uint64_t newest = 0;
    while (!atomic_load(reader->is_over)) {
        const struct value *value = published_take(reader->published);
        if (value == NULL || value->complement != ~value->number || value->number < newest) {
            atomic_store(&reader->is_wrong, true);
            return NULL;
        }
        if (reader->n_taken % 64 == 0)
            sched_yield(); /* others run while it is held */
        if (value->complement != ~value->number || value->n_writes != 0)
            atomic_store(&reader->is_wrong, true);
        newest = value->number;
        atomic_store(&reader->newest, newest);
        published_give_back(reader->published);
        reader->n_taken++;
    }
    return NULL;
}

/* Every value is seen by one of the readers at least, and most by several. */
static void readers_and_a_writer(void **state)
{
    (void)state;
    struct published *published = publish(1);
    struct reader readers[N_READERS];
    atomic_bool is_over;
    uint64_t n_freed = 0;
    atomic_init(&is_over, false);
    for (int i = 0; i < N_READERS; i++) {
        readers[i] = (struct reader){.published = published, .is_over = &is_over};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_values, &readers[i]), 0);
    }
    for (uint64_t number = 2; number <= N_VALUES; number++) {
        struct value *old = published_replace(published, value_create(number));
        assert_int_equal(old->number, number - 1);
        value_free(old);
        n_freed++;
        struct reader *reader = &readers[number % N_READERS];
        while (atomic_load(&reader->newest) < number && !atomic_load(&reader->is_wrong))
            sched_yield();
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < N_READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_false(atomic_load(&readers[i].is_wrong));
        assert_true(readers[i].n_taken >= N_VALUES / N_READERS);
    }
    struct value *last = published_destroy(published);
    assert_int_equal(last->number, N_VALUES);
    assert_int_equal(n_freed, N_VALUES - 1);
    value_free(last);
}

/* Threads come and go, as those of a program that starts some for each value; what one held and
   left is nobody's. */
static void threads_that_end(void **state)
{
    (void)state;
    struct published *published = publish(1);
    for (uint64_t number = 2; number < 100; number++) {
        assert_int_equal(number_elsewhere(published), number - 1);
        value_free(published_replace(published, value_create(number)));
    }
    value_free(published_destroy(published));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_was_published_last),
        cmocka_unit_test(waits_for_who_holds_it),
        cmocka_unit_test(readers_and_a_writer),
        cmocka_unit_test(threads_that_end),
    };
    return cmocka_run_group_tests_name("published", tests, NULL, NULL);
}
