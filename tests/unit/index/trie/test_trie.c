/* The trie against a brute-force oracle: a sorted list of all entries. */
#include "index/trie/trie.h"

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

static uint32_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

static int compare_keys(const char *left, size_t left_length, const char *right,
                        size_t right_length)
{
    size_t common = left_length < right_length ? left_length : right_length;
    int order = memcmp(left, right, common);
    return order != 0 ? order : (left_length > right_length) - (left_length < right_length);
}

static int compare_entries(const void *left_entry, const void *right_entry)
{
    const struct trie_entry *left = left_entry;
    const struct trie_entry *right = right_entry;
    int order = compare_keys(left->key, left->key_length, right->key, right->key_length);
    return order != 0 ? order : (left->value > right->value) - (left->value < right->value);
}

static int compare_values(const void *left, const void *right)
{
    uint32_t left_value = *(const uint32_t *)left;
    uint32_t right_value = *(const uint32_t *)right;
    return (left_value > right_value) - (left_value < right_value);
}

/* Entries, sorted and each once, and the trie that was built from them. */
struct sample {
    struct trie_entry *entries;
    size_t n_entries;
    char *key_bytes;
    msgpack_sbuffer block;
    struct trie trie;
};

static void build(const struct trie_entry *entries, size_t n_entries, msgpack_sbuffer *block)
{
    struct trie_entry *copy = malloc((n_entries + 1) * sizeof *copy);
    assert_non_null(copy);
    if (n_entries > 0)
        memcpy(copy, entries, n_entries * sizeof *copy);
    msgpack_sbuffer_init(block);
    struct error error = {.message = ""};
    if (trie_build(copy, n_entries, block, &error) != 0)
        fail_msg("%s", error.message);
    free(copy);
}

/* Builds a trie of what `sample->entries` holds, then sorts the entries for the oracle. */
static void finish_sample(struct sample *sample)
{
    struct error error = {.message = ""};
    build(sample->entries, sample->n_entries, &sample->block);
    if (trie_open(&sample->trie, sample->block.data, sample->block.size, &error) != 0)
        fail_msg("%s", error.message);
    qsort(sample->entries, sample->n_entries, sizeof *sample->entries, compare_entries);
    size_t n_kept = 0;
    for (size_t i = 0; i < sample->n_entries; i++)
        if (n_kept == 0 || compare_entries(&sample->entries[n_kept - 1], &sample->entries[i]) != 0)
            sample->entries[n_kept++] = sample->entries[i];
    sample->n_entries = n_kept;
}

static void release(struct sample *sample)
{
    free(sample->entries);
    free(sample->key_bytes);
    msgpack_sbuffer_destroy(&sample->block);
}

struct sample_kind {
    size_t n_entries;
    uint32_t max_length;
    const char *alphabet;
    uint32_t n_letters;
    uint32_t n_values; /* values are 0 … n_values - 1: few values are shared by many keys */
};

static void make_sample(struct sample *sample, const struct sample_kind *kind, uint64_t *seed)
{
    *sample = (struct sample){.n_entries = kind->n_entries};
    sample->entries = calloc(kind->n_entries + 1, sizeof *sample->entries);
    sample->key_bytes = malloc(kind->n_entries * kind->max_length + 1);
    assert_non_null(sample->entries);
    assert_non_null(sample->key_bytes);
    char *key = sample->key_bytes;
    for (size_t i = 0; i < kind->n_entries; i++) {
        uint32_t length = next_random(seed) % (kind->max_length + 1);
        for (uint32_t j = 0; j < length; j++)
            key[j] = kind->alphabet[next_random(seed) % kind->n_letters];
        sample->entries[i] = (struct trie_entry){key, length, next_random(seed) % kind->n_values};
        key += length;
    }
    finish_sample(sample);
}

static size_t run_length(const struct sample *sample, size_t begin)
{
    const struct trie_entry *first = &sample->entries[begin];
    size_t end = begin;
    while (end < sample->n_entries &&
           compare_keys(first->key, first->key_length, sample->entries[end].key,
                        sample->entries[end].key_length) == 0)
        end++;
    return end - begin;
}

static void assert_find(const struct sample *sample, const char *key, size_t length)
{
    size_t begin = 0;
    int order = 1;
    for (; begin < sample->n_entries; begin++) {
        const struct trie_entry *entry = &sample->entries[begin];
        order = compare_keys(entry->key, entry->key_length, key, length);
        if (order >= 0)
            break;
    }
    size_t n_expected = order == 0 ? run_length(sample, begin) : 0;
    const unsigned char *values = NULL;
    assert_int_equal(trie_find(&sample->trie, key, length, &values), n_expected);
    for (uint32_t i = 0; i < n_expected; i++)
        assert_int_equal(trie_value(values, i), sample->entries[begin + i].value);
    assert_int_equal(trie_find_first(&sample->trie, key, length),
                     n_expected > 0 ? sample->entries[begin].value : 0);
}

static void assert_complete(const struct sample *sample, const char *prefix, size_t length,
                            size_t limit)
{
    uint32_t *expected = malloc((sample->n_entries + 1) * sizeof *expected);
    assert_non_null(expected);
    size_t n_expected = 0;
    for (size_t i = 0; i < sample->n_entries; i++)
        if (sample->entries[i].key_length >= length &&
            memcmp(sample->entries[i].key, prefix, length) == 0)
            expected[n_expected++] = sample->entries[i].value;
    qsort(expected, n_expected, sizeof *expected, compare_values);
    size_t n_distinct = 0;
    for (size_t i = 0; i < n_expected; i++)
        if (n_distinct == 0 || expected[n_distinct - 1] != expected[i])
            expected[n_distinct++] = expected[i];
    if (n_distinct > limit)
        n_distinct = limit;
    /* As large as said, so that AddressSanitizer sees a value too many. */
    uint32_t *values = malloc(limit > 0 ? limit * sizeof *values : 1);
    assert_non_null(values);
    assert_int_equal(trie_complete(&sample->trie, prefix, length, values, limit), n_distinct);
    for (size_t i = 0; i < n_distinct; i++)
        assert_int_equal(values[i], expected[i]);
    free(values);
    free(expected);
}

struct visited {
    const struct sample *sample;
    size_t n_entries;
};

static int compare_visited(void *context, const char *key, size_t key_length,
                           const unsigned char *values, uint32_t n_values)
{
    struct visited *visited = context;
    assert_int_equal(n_values, run_length(visited->sample, visited->n_entries));
    for (uint32_t i = 0; i < n_values; i++) {
        const struct trie_entry *entry = &visited->sample->entries[visited->n_entries++];
        assert_int_equal(compare_keys(key, key_length, entry->key, entry->key_length), 0);
        assert_int_equal(trie_value(values, i), entry->value);
    }
    return 0;
}

static void assert_walk(const struct sample *sample)
{
    struct visited visited = {sample, 0};
    assert_int_equal(trie_walk(&sample->trie, compare_visited, &visited), 0);
    assert_int_equal(visited.n_entries, sample->n_entries);
}

/* All keys and their prefixes, and each with a byte more or another last byte. */
static void assert_all_lookups(const struct sample *sample, uint64_t *seed)
{
    assert_walk(sample);
    for (size_t i = 0; i < sample->n_entries; i++) {
        const struct trie_entry *entry = &sample->entries[i];
        char key[80];
        assert_true(entry->key_length < sizeof key);
        memcpy(key, entry->key, entry->key_length);
        key[entry->key_length] = (char)next_random(seed);
        size_t length = next_random(seed) % (entry->key_length + 2);
        assert_find(sample, key, entry->key_length);
        assert_find(sample, key, length);
        assert_complete(sample, key, length, 1 + next_random(seed) % TRIE_MAX_COMPLETIONS);
        if (length > 0) {
            key[length - 1] = (char)(key[length - 1] + 1);
            assert_find(sample, key, length);
            assert_complete(sample, key, length, 10);
        }
    }
    for (size_t limit = 0; limit <= TRIE_MAX_COMPLETIONS; limit++)
        assert_complete(sample, "", 0, limit);
}

static const struct sample_kind kinds[] = {
    {0, 3, "a", 1, 1},           {1, 0, "a", 1, 9},
    {1, 9, "a", 1, 9},           {60, 60, "a", 1, 1000},
    {60, 60, "a", 1, 3},         {300, 12, "ab", 2, 1000000},
    {300, 12, "ab", 2, 20},      {800, 5, "abc", 3, 100000},
    {800, 5, "abc", 3, 150},     {500, 3, "\0\177\200\377", 4, 1000},
    {400, 20, "serd_-", 6, 400}, {700, 2, "abcdefghijklmnopqrstuvwxyz0123456789_-@/.", 41, 700},
    {1000, 8, "ab", 2, 1},
};

static void test_against_oracle(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (int round = 0; round < 3; round++) {
            struct sample sample;
            make_sample(&sample, &kinds[i], &seed);
            assert_all_lookups(&sample, &seed);
            release(&sample);
        }
    }
}

/* Every byte can begin a child. */
static void test_widest_fan_out(void **state)
{
    (void)state;
    struct sample sample = {.n_entries = 256};
    sample.entries = calloc(256, sizeof *sample.entries);
    sample.key_bytes = malloc(256);
    assert_non_null(sample.entries);
    assert_non_null(sample.key_bytes);
    for (unsigned i = 0; i < 256; i++) {
        sample.key_bytes[i] = (char)i;
        sample.entries[i] = (struct trie_entry){&sample.key_bytes[i], 1, (i * 77) % 256};
    }
    finish_sample(&sample);
    uint64_t seed = 3;
    assert_all_lookups(&sample, &seed);
    release(&sample);
}

/* A path that branches at every step: keys number 2 i and 2 i + 1 are a^i and a^i b. */
enum { PATH_LENGTH = 600 };

static void make_path(struct sample *sample)
{
    *sample = (struct sample){.n_entries = 2 * PATH_LENGTH};
    sample->entries = calloc(2 * sample->n_entries, sizeof *sample->entries);
    sample->key_bytes = malloc(PATH_LENGTH + 1);
    assert_non_null(sample->entries);
    assert_non_null(sample->key_bytes);
    memset(sample->key_bytes, 'a', PATH_LENGTH);
    sample->key_bytes[PATH_LENGTH] = 'b';
    for (uint32_t i = 0; i < PATH_LENGTH; i++) {
        char *ending = sample->key_bytes + PATH_LENGTH - i;
        sample->entries[2 * i] = (struct trie_entry){sample->key_bytes, i, 0};
        sample->entries[2 * i + 1] = (struct trie_entry){ending, i + 1, 0};
    }
}

static void assert_path(struct sample *sample)
{
    finish_sample(sample);
    assert_walk(sample);
    for (size_t limit = 1; limit <= TRIE_MAX_COMPLETIONS; limit += 11) {
        assert_complete(sample, "", 0, limit);
        assert_complete(sample, "aaaaaaaaaa", 10, limit);
        assert_complete(sample, "aaab", 4, limit);
    }
    release(sample);
}

/* All keys have the value 1, and one more that is better the deeper they are: a search has a branch
   with the best value pending at every step and cannot keep them all, but needs the last. */
static void test_shared_values_on_a_path(void **state)
{
    (void)state;
    struct sample sample;
    make_path(&sample);
    size_t n_keys = sample.n_entries;
    for (size_t i = 0; i < n_keys; i++) {
        sample.entries[i].value = 1;
        sample.entries[n_keys + i] = sample.entries[i];
        sample.entries[n_keys + i].value = 10000 - (uint32_t)i / 3;
    }
    sample.n_entries = 2 * n_keys;
    assert_path(&sample);
}

/* The deeper a branch, the better its value, and the best is at the very end: a search meets more
   branches than it can keep, and only the last are of use. */
static void test_falling_values_on_a_path(void **state)
{
    (void)state;
    struct sample sample;
    make_path(&sample);
    for (size_t i = 0; i < sample.n_entries; i++)
        sample.entries[i].value = 10000 - (uint32_t)i;
    sample.entries[sample.n_entries - 2].value = 1;
    assert_path(&sample);
}

static void test_same_bytes_whatever_the_order(void **state)
{
    (void)state;
    uint64_t seed = 5;
    struct sample sample;
    make_sample(&sample, &kinds[6], &seed);
    enum { N_TIMES = 2 }; /* each entry */
    struct trie_entry entries[N_TIMES * 300];
    size_t n_entries = N_TIMES * sample.n_entries;
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < n_entries; i++) {
            size_t j = next_random(&seed) % (i + 1);
            entries[i] = entries[j];
            entries[j] = sample.entries[i / N_TIMES];
        }
        msgpack_sbuffer block;
        build(entries, n_entries, &block);
        assert_int_equal(block.size, sample.block.size);
        assert_memory_equal(block.data, sample.block.data, block.size);
        msgpack_sbuffer_destroy(&block);
    }
    release(&sample);
}

/* Labels hold at most 65535 bytes, keys may be longer. */
static void test_long_keys(void **state)
{
    (void)state;
    enum { LENGTH = 3 * 65535 + 7 };
    struct sample sample = {.n_entries = 4};
    sample.entries = calloc(4, sizeof *sample.entries);
    sample.key_bytes = malloc(LENGTH);
    assert_non_null(sample.entries);
    assert_non_null(sample.key_bytes);
    memset(sample.key_bytes, 'z', LENGTH);
    const uint32_t lengths[] = {65535, 65536, 2 * 65535, LENGTH};
    for (uint32_t i = 0; i < 4; i++)
        sample.entries[i] = (struct trie_entry){sample.key_bytes, lengths[i], 10 - i};
    finish_sample(&sample);
    assert_walk(&sample);
    for (uint32_t i = 0; i < 4; i++) {
        assert_find(&sample, sample.key_bytes, lengths[i]);
        assert_find(&sample, sample.key_bytes, lengths[i] - 1);
        assert_complete(&sample, sample.key_bytes, lengths[i] - 1, 10);
        assert_complete(&sample, sample.key_bytes, lengths[i], 10);
    }
    release(&sample);
}

static void test_block_at_any_address(void **state)
{
    (void)state;
    uint64_t seed = 9;
    struct sample sample;
    make_sample(&sample, &kinds[5], &seed);
    char *moved = malloc(sample.block.size + 1);
    assert_non_null(moved);
    memcpy(moved + 1, sample.block.data, sample.block.size);
    assert_int_equal(trie_open(&sample.trie, moved + 1, sample.block.size, NULL), 0);
    assert_all_lookups(&sample, &seed);
    free(moved);
    release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_oracle),
        cmocka_unit_test(test_widest_fan_out),
        cmocka_unit_test(test_shared_values_on_a_path),
        cmocka_unit_test(test_falling_values_on_a_path),
        cmocka_unit_test(test_same_bytes_whatever_the_order),
        cmocka_unit_test(test_long_keys),
        cmocka_unit_test(test_block_at_any_address),
    };
    return cmocka_run_group_tests_name("trie", tests, NULL, NULL);
}
