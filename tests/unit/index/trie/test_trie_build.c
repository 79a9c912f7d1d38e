/* What building does with its buffer, where building and walking stop: sizes past 32 bits, memory
   that runs out, a visitor that has enough. What is built is tested by test_trie.c. */
#include "index/trie/trie_build.h"

#include "index/trie/trie_complete.h"
#include "index/trie/trie_open.h"
#include "index/trie/trie_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Under AddressSanitizer a request for too much memory is to fail as it does without. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static uint32_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

static void test_build_appends(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    assert_int_equal(msgpack_sbuffer_write(&block, "before", 6), 0);
    struct trie_entry entry = {"key", 3, UINT32_MAX};
    assert_int_equal(trie_build(&entry, 1, &block, NULL), 0);
    assert_memory_equal(block.data, "before", 6);
    struct trie trie;
    assert_int_equal(trie_open(&trie, block.data + 6, block.size - 6, NULL), 0);
    uint32_t value = 0;
    assert_int_equal(trie_complete(&trie, "k", 1, &value, 1), 1);
    assert_int_equal(value, UINT32_MAX);
    msgpack_sbuffer_destroy(&block);
}

/* Sizes that need more than 32 bits: too many entries, and labels of 5 GiB made of one shared
   random text, of which every entry begins at another place. */
static void test_too_large(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    struct error error = {.message = ""};
    assert_int_equal(trie_build(NULL, (size_t)UINT32_MAX + 1, &block, &error), -1);
    assert_non_null(strstr(error.message, "at most"));

    enum { N_ENTRIES = 5120, KEY_LENGTH = 1 << 20 };
    char *text = malloc(KEY_LENGTH + N_ENTRIES);
    struct trie_entry *entries = malloc(N_ENTRIES * sizeof *entries);
    assert_non_null(text);
    assert_non_null(entries);
    uint64_t seed = 13;
    for (size_t i = 0; i < KEY_LENGTH + N_ENTRIES; i++)
        text[i] = (char)next_random(&seed);
    for (uint32_t i = 0; i < N_ENTRIES; i++)
        entries[i] = (struct trie_entry){text + i, KEY_LENGTH, i};
    assert_int_equal(trie_build(entries, N_ENTRIES, &block, &error), -1);
    assert_non_null(strstr(error.message, "bytes of labels"));
    assert_int_equal(block.size, 0);
    free(entries);
    free(text);
}

/* Stands before the C library's: the trie allocates by it only. Fails once none is left. */
static size_t n_allocations_left = SIZE_MAX;

/* glibc's parameters have reserved names. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
void *reallocarray(void *memory, size_t n_items, size_t item_size)
{
    if (n_allocations_left == 0)
        return NULL;
    n_allocations_left--;
    return realloc(memory, n_items * item_size);
}

static int stop_at(void *context, const char *key, size_t key_length, const unsigned char *values,
                   uint32_t n_values)
{
    (void)key;
    (void)key_length;
    (void)values;
    (void)n_values;
    int *n_left = context;
    return --*n_left == 0 ? 77 : 0;
}

enum { N_PATH_KEYS = 2000 };

/* Keys a, aa, aaa, …: many nodes and a long path. */
static int build_path(msgpack_sbuffer *block, struct error *error)
{
    char text[N_PATH_KEYS];
    struct trie_entry entries[N_PATH_KEYS];
    memset(text, 'a', sizeof text);
    for (uint32_t i = 0; i < N_PATH_KEYS; i++)
        entries[i] = (struct trie_entry){text, i + 1, i};
    return trie_build(entries, N_PATH_KEYS, block, error);
}

static void test_walk_stops(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    struct trie trie;
    msgpack_sbuffer_init(&block);
    assert_int_equal(build_path(&block, NULL), 0);
    assert_int_equal(trie_open(&trie, block.data, block.size, NULL), 0);
    int n_left = 3;
    assert_int_equal(trie_walk(&trie, stop_at, &n_left), 77);
    assert_int_equal(n_left, 0);
    msgpack_sbuffer_destroy(&block);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    struct trie trie;
    struct error error = {.message = ""};
    int status = -1;
    msgpack_sbuffer_init(&block);
    size_t n_needed = 0;
    for (; status != 0; n_needed++) {
        n_allocations_left = n_needed;
        status = build_path(&block, &error);
        n_allocations_left = SIZE_MAX;
        if (status != 0) {
            assert_string_equal(error.message, "out of memory");
            assert_int_equal(block.size, 0);
        }
    }
    assert_in_range(n_needed, 2, 100);
    assert_int_equal(trie_open(&trie, block.data, block.size, NULL), 0);
    status = -1;
    for (n_needed = 0; status != 0; n_needed++) {
        int n_left = -1;
        n_allocations_left = n_needed;
        status = trie_walk(&trie, stop_at, &n_left);
        n_allocations_left = SIZE_MAX;
        assert_true(status == 0 || status == -1);
    }
    assert_in_range(n_needed, 4, 100);
    msgpack_sbuffer_destroy(&block);
}

static void test_buffer_that_cannot_grow(void **state)
{
    (void)state;
    msgpack_sbuffer full = {.size = SIZE_MAX - 8, .data = NULL, .alloc = SIZE_MAX - 8};
    struct trie_entry entry = {"key", 3, 1};
    struct error error = {.message = ""};
    assert_int_equal(trie_build(&entry, 1, &full, &error), -1);
    assert_string_equal(error.message, "out of memory");
    assert_true(full.size == SIZE_MAX - 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_appends),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_walk_stops),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_buffer_that_cannot_grow),
    };
    return cmocka_run_group_tests_name("trie_build", tests, NULL, NULL);
}
