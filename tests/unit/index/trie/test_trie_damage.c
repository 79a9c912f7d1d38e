/* Damaged blocks: trie_open refuses them, or all lookups on them are safe (run under
   AddressSanitizer to see that they are). */
#include "index/trie/trie.h"
#include "index/trie/trie_build.h"
#include "index/trie/trie_complete.h"
#include "index/trie/trie_open.h"
#include "index/trie/trie_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

#define MAX_ENTRIES 300
#define MAX_KEY_LENGTH 8

/* A block of random keys of the letters a, b and c; values are below `n_values`. */
static void make_block(msgpack_sbuffer *block, size_t n_entries, uint32_t n_values, uint64_t *seed)
{
    struct trie_entry entries[MAX_ENTRIES];
    char keys[MAX_ENTRIES][MAX_KEY_LENGTH];
    for (size_t i = 0; i < n_entries; i++) {
        uint32_t length = next_random(seed) % (MAX_KEY_LENGTH + 1);
        for (uint32_t j = 0; j < length; j++)
            keys[i][j] = "abc"[next_random(seed) % 3];
        entries[i] = (struct trie_entry){keys[i], length, next_random(seed) % n_values};
    }
    msgpack_sbuffer_init(block);
    assert_int_equal(trie_build(entries, n_entries, block, NULL), 0);
}

static int count_bytes(void *context, const char *key, size_t key_length,
                       const unsigned char *values, uint32_t n_values)
{
    size_t *n_bytes = context;
    for (size_t i = 0; i < key_length; i++)
        *n_bytes += key[i] != '\0';
    for (uint32_t i = 0; i < n_values; i++)
        *n_bytes += trie_value(values, i) != 0;
    return 0;
}

/* Opens a block that may be damaged, from memory of exactly its size. Where it opens, all lookups
   must be safe (AddressSanitizer looks on). Returns whether it opened. */
static bool try_block(const void *block, size_t size)
{
    void *copy = malloc(size);
    assert_true(copy != NULL || size == 0);
    if (size > 0)
        memcpy(copy, block, size);
    struct trie trie;
    struct error error = {.message = ""};
    bool opens = trie_open(&trie, copy, size, &error) == 0;
    if (opens) {
        static const char *const keys[] = {"", "a", "b", "ab", "aab", "abcabc", "\377"};
        size_t n_bytes = 0;
        assert_int_equal(trie_walk(&trie, count_bytes, &n_bytes), 0);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            uint32_t values[TRIE_MAX_COMPLETIONS];
            const unsigned char *found = NULL;
            uint32_t n_found = trie_find(&trie, keys[i], strlen(keys[i]), &found);
            if (n_found > 0)
                assert_true(trie_value(found, 0) <= trie_value(found, n_found - 1));
            size_t n = trie_complete(&trie, keys[i], strlen(keys[i]), values, i + 1);
            for (size_t j = 1; j < n; j++)
                assert_true(values[j - 1] < values[j]);
        }
    } else {
        assert_true(strlen(error.message) > 0);
    }
    free(copy);
    return opens;
}

static void test_every_damaged_byte(void **state)
{
    (void)state;
    static const struct {
        size_t n_entries;
        uint32_t n_values;
    } sizes[] = {{0, 1}, {12, 40}, {30, 4}};
    uint64_t seed = 17;
    size_t n_opened = 0;
    size_t n_tried = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        msgpack_sbuffer block;
        make_block(&block, sizes[i].n_entries, sizes[i].n_values, &seed);
        assert_true(try_block(block.data, block.size));
        for (size_t at = 0; at < block.size; at++) {
            char before = block.data[at];
            for (int byte = 0; byte < 256; byte++) {
                block.data[at] = (char)byte;
                n_tried++;
                if (try_block(block.data, block.size))
                    n_opened++;
            }
            block.data[at] = before;
        }
        msgpack_sbuffer_destroy(&block);
    }
    /* What opens has other labels or values, but few bytes are those. */
    assert_true(n_opened < n_tried / 4);
}

static void test_every_truncation(void **state)
{
    (void)state;
    uint64_t seed = 19;
    msgpack_sbuffer block;
    make_block(&block, 100, 1000, &seed);
    for (size_t size = 0; size < block.size; size++)
        assert_false(try_block(block.data, size));
    char *longer = calloc(block.size + 64, 1);
    assert_non_null(longer);
    memcpy(longer, block.data, block.size);
    for (size_t size = block.size + 1; size <= block.size + 64; size++)
        assert_false(try_block(longer, size));
    free(longer);
    msgpack_sbuffer_destroy(&block);
    struct trie trie;
    assert_int_equal(trie_open(&trie, NULL, 0, NULL), -1);
}

/* Many bytes at once: what single bytes cannot reach. */
static void test_random_damage(void **state)
{
    (void)state;
    uint64_t seed = 23;
    msgpack_sbuffer block;
    make_block(&block, MAX_ENTRIES, 1000, &seed);
    for (int round = 0; round < 3000; round++) {
        char *copy = malloc(block.size);
        assert_non_null(copy);
        memcpy(copy, block.data, block.size);
        uint32_t n_changes = 2 + next_random(&seed) % 6;
        for (uint32_t i = 0; i < n_changes; i++)
            copy[8 + next_random(&seed) % (block.size - 8)] =
                (char)(next_random(&seed) % 3 == 0 ? 0 : next_random(&seed));
        try_block(copy, block.size);
        free(copy);
    }
    msgpack_sbuffer_destroy(&block);
}

/* A small block that is right, of which single fields are then set wrong. It has the keys "a" with
   the values 3 and 5, "ad" with 2, "b" with 1 and "c" with 4: nodes 0 (root), 1 (b), 2 (a),
   3 (c), 4 (ad). */
static const struct {
    size_t at;        /* behind the header */
    unsigned byte;    /* written there */
    const char *says; /* part of the message */
} damages[] = {
    {0 * 24 + 4, 1, "label has a wrong length"},
    {1 * 24 + 4, 0, "label has a wrong length"},
    {1 * 24 + 4, 2, "past the end"},
    {1 * 24 + 0, 3, "an offset is wrong"},
    {0 * 24 + 6, 0, "leads to no value"},
    {0 * 24 + 6, 5, "past the end"},
    {0 * 24 + 6, 4, "out of order"},
    {1 * 24 + 8, 2, "an offset is wrong"},
    {2 * 24 + 12, 3, "best value is wrong"},
    {2 * 24 + 16, 2, "an offset is wrong"},
    {3 * 24 + 20, 0, "leads to no value"},
    {4 * 24 + 20, 2, "past the end"},
    {4 * 24 + 4, 2, "past the end"},
    {2 * 24 + 0, 9, "an offset is wrong"},
    {5 * 24 + 1 * 4, 7, "values do not ascend"},
    {5 * 24 + 2 * 4, 3, "values do not ascend"},
    {5 * 24 + 5 * 4 + 2, 'b', "begin with the same byte"},
    {5 * 24 + 5 * 4 + 0, 'b', "it has a first byte"},
};

static void test_every_kind_of_damage_is_named(void **state)
{
    (void)state;
    struct trie_entry entries[] = {
        {"a", 1, 3}, {"a", 1, 5}, {"ad", 2, 2}, {"b", 1, 1}, {"c", 1, 4}};
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    assert_int_equal(trie_build(entries, 5, &block, NULL), 0);
    assert_int_equal(block.size, 24 + 5 * 24 + 5 * 4 + 5);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct trie trie;
        struct error error = {.message = ""};
        char *damaged = block.data + 24 + damages[i].at;
        char before = *damaged;
        *damaged = (char)damages[i].byte;
        assert_int_equal(trie_open(&trie, block.data, block.size, &error), -1);
        if (strstr(error.message, damages[i].says) == NULL)
            fail_msg("damage %zu gives: %s", i, error.message);
        *damaged = before;
    }
    msgpack_sbuffer_destroy(&block);
}

/* A root that has a value of its own and disowns its child. */
static void test_child_without_parent(void **state)
{
    (void)state;
    struct trie_entry entries[] = {{"", 0, 1}, {"a", 1, 2}};
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    assert_int_equal(trie_build(entries, 2, &block, NULL), 0);
    block.data[24 + 6] = 0;
    struct trie trie;
    struct error error = {.message = ""};
    assert_int_equal(trie_open(&trie, block.data, block.size, &error), -1);
    assert_non_null(strstr(error.message, "node 1: it has no parent before it"));
    msgpack_sbuffer_destroy(&block);
}

/* Counts in the header that the nodes do not add up to, in a block of the right size. */
static void test_wrong_counts(void **state)
{
    (void)state;
    struct trie_entry entry = {"abcd", 4, 1};
    msgpack_sbuffer block;
    struct trie trie;
    struct error error = {.message = ""};
    msgpack_sbuffer_init(&block);
    assert_int_equal(trie_build(&entry, 1, &block, NULL), 0);
    block.data[20] = 2; /* n_keys */
    assert_int_equal(trie_open(&trie, block.data, block.size, &error), -1);
    assert_non_null(strstr(error.message, "counts differ"));
    block.data[20] = 1;
    block.data[8] = 0; /* n_nodes; 50 bytes of nodes become 11 values and 6 bytes of labels */
    block.data[12] = 12;
    block.data[16] = 9;
    assert_int_equal(trie_open(&trie, block.data, block.size, &error), -1);
    assert_non_null(strstr(error.message, "no root"));
    block.data[0] = 'X';
    assert_int_equal(trie_open(&trie, block.data, block.size, &error), -1);
    assert_non_null(strstr(error.message, "not a trie of this format"));
    msgpack_sbuffer_destroy(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_damaged_byte),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_random_damage),
        cmocka_unit_test(test_every_kind_of_damage_is_named),
        cmocka_unit_test(test_child_without_parent),
        cmocka_unit_test(test_wrong_counts),
    };
    return cmocka_run_group_tests_name("trie_damage", tests, NULL, NULL);
}
