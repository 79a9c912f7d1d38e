/* The store gives out blocks that do not touch each other, makes one piece of what comes back,
   takes no more than it may, and goes on with malloc's memory where it is full. */
#define _GNU_SOURCE /* mincore */

#include "server/answer/body_store.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define STORE_BYTES ((size_t)1 << 20)
#define N_BLOCKS 600
#define N_ROUNDS 60000
#define N_THREADS 4

struct block {
    unsigned char *bytes;
    size_t size;
    unsigned char mark;
};

struct user {
    struct body_store *store;
    uint32_t random;
    bool is_well;
};

static struct body_store *open_store(size_t max_bytes)
{
    struct error error;
    struct body_store *store = body_store_create(max_bytes, &error);
    assert_non_null(store);
    return store;
}

static size_t one_piece(struct body_store *store)
{
    size_t n_pieces;
    size_t n_bytes = body_store_free_bytes(store, &n_pieces);
    assert_int_equal(n_pieces, 1);
    return n_bytes;
}

static uint32_t draw(struct user *user)
{
    user->random = user->random * 1664525 + 1013904223;
    return user->random >> 8;
}

/* Whether a block still has what was written into it when it was taken. */
static bool is_whole(const struct block *block)
{
    for (size_t i = 0; i < block->size; i++)
        if (block->bytes[i] != block->mark)
            return false;
    return true;
}

static void give_back(struct user *user, struct block *block)
{
    if (block->bytes == NULL)
        return;
    user->is_well &= is_whole(block);
    body_store_give_back(user->store, block->bytes);
    block->bytes = NULL;
}

/* Takes and gives back at random, in sizes from one byte to a hundredth of the store, so that the
   store is full much of the time. */
static void *use(void *context)
{
    struct user *user = context;
    struct block *blocks = calloc(N_BLOCKS, sizeof *blocks);
    user->is_well = blocks != NULL;
    for (unsigned round = 0; user->is_well && round < N_ROUNDS; round++) {
        struct block *block = &blocks[draw(user) % N_BLOCKS];
        give_back(user, block);
        block->size = 1 + draw(user) % (draw(user) % 8 == 0 ? STORE_BYTES / 100 : 500);
        block->mark = (unsigned char)draw(user);
        block->bytes = body_store_take(user->store, block->size);
        user->is_well &= block->bytes != NULL && (uintptr_t)block->bytes % 16 == 0;
        if (block->bytes != NULL)
            memset(block->bytes, block->mark, block->size);
    }
    for (unsigned i = 0; blocks != NULL && i < N_BLOCKS; i++)
        give_back(user, &blocks[i]);
    free(blocks);
    return NULL;
}

static void keeps_blocks_apart(void **state)
{
    (void)state;
    struct user user = {.store = open_store(STORE_BYTES), .random = 1};
    size_t empty = one_piece(user.store);
    assert_in_range(empty, STORE_BYTES - 64, STORE_BYTES);
    use(&user);
    assert_true(user.is_well);
    assert_int_equal(one_piece(user.store), empty);
    body_store_destroy(user.store);
}

static void serves_many_threads(void **state)
{
    (void)state;
    struct user users[N_THREADS];
    pthread_t threads[N_THREADS];
    struct body_store *store = open_store(STORE_BYTES);
    size_t empty = one_piece(store);
    for (unsigned i = 0; i < N_THREADS; i++) {
        users[i] = (struct user){.store = store, .random = i};
        assert_int_equal(pthread_create(&threads[i], NULL, use, &users[i]), 0);
    }
    for (unsigned i = 0; i < N_THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(users[i].is_well);
    }
    assert_int_equal(one_piece(store), empty);
    body_store_destroy(store);
}

/* What does not fit is charged so that something else goes. */
static void charges_more_for_what_does_not_fit(void **state)
{
    (void)state;
    struct body_store *store = open_store(STORE_BYTES);
    void *large = body_store_take(store, STORE_BYTES / 4 * 3);
    void *outside = body_store_take(store, STORE_BYTES / 2);
    assert_non_null(large);
    assert_non_null(outside);
    memset(outside, 1, STORE_BYTES / 2);
    assert_in_range(body_store_cost(store, large, 10000), 10000, 12500);
    assert_in_range(body_store_cost(store, outside, 10000), 20000, 40000);
    body_store_give_back(store, outside);
    body_store_give_back(store, large);
    one_piece(store);
    body_store_destroy(store);
}

/* How many pages of a range are in memory. */
static size_t resident_pages(unsigned char *start, size_t size)
{
    unsigned char pages[STORE_BYTES / 4096] = {0};
    size_t n = 0;
    size_t skipped = (4096 - (uintptr_t)start % 4096) % 4096;
    size_t n_pages = (size - skipped) / 4096;
    assert_int_equal(mincore(start + skipped, n_pages * 4096, pages), 0);
    for (size_t i = 0; i < n_pages; i++)
        n += pages[i] & 1;
    return n;
}

static void gives_up_what_is_free(void **state)
{
    (void)state;
    struct body_store *store = open_store(STORE_BYTES);
    unsigned char *kept = body_store_take(store, 20000);
    unsigned char *freed = body_store_take(store, STORE_BYTES / 2);
    assert_non_null(kept);
    assert_non_null(freed);
    memset(kept, 1, 20000);
    memset(freed, 2, STORE_BYTES / 2);
    body_store_give_back(store, freed);
    assert_true(resident_pages(freed, STORE_BYTES / 2) > 100);
    body_store_give_up_free(store);
    assert_in_range(resident_pages(freed, STORE_BYTES / 2), 0, 1);
    for (size_t i = 0; i < 20000; i++)
        assert_int_equal(kept[i], 1);
    /* It is still there to be taken. */
    assert_ptr_equal(body_store_take(store, STORE_BYTES / 2), freed);
    memset(freed, 3, STORE_BYTES / 2);
    body_store_give_back(store, freed);
    body_store_give_back(store, kept);
    one_piece(store);
    body_store_destroy(store);
}

static void does_without_a_store(void **state)
{
    (void)state;
    struct body_store *stores[] = {NULL, open_store(0), open_store(1), open_store(100)};
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        void *block = body_store_take(stores[i], 1000);
        assert_non_null(block);
        memset(block, 1, 1000);
        body_store_give_back(stores[i], block);
        body_store_give_back(stores[i], NULL);
        body_store_destroy(stores[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_blocks_apart),
        cmocka_unit_test(serves_many_threads),
        cmocka_unit_test(charges_more_for_what_does_not_fit),
        cmocka_unit_test(gives_up_what_is_free),
        cmocka_unit_test(does_without_a_store),
    };
    return cmocka_run_group_tests_name("body_store", tests, NULL, NULL);
}
