/* What building does with its buffer, and where it refuses: sizes past 32 bits, no memory. What it
   builds is tested by test_trie.c. */
#include <cratedex/trie.h>
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
    struct error error = {""};
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

static void test_out_of_memory(void **state)
{
    (void)state;
    msgpack_sbuffer full = {.size = SIZE_MAX - 8, .data = NULL, .alloc = SIZE_MAX - 8};
    struct trie_entry entry = {"key", 3, 1};
    struct error error = {""};
    assert_int_equal(trie_build(&entry, 1, &full, &error), -1);
    assert_string_equal(error.message, "out of memory");
    assert_true(full.size == SIZE_MAX - 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_appends),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("trie_build", tests, NULL, NULL);
}
