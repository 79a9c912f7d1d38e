/* Fuzzy lookups against the distance of every key to the word, by the plain table of optimal string
   alignment (Damerau 1964). */
#include "index/trie/trie_fuzzy.h"

#include "index/trie/trie_build.h"
#include "index/trie/trie_open.h"
#include "tests/support/edit_distance.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_KEYS 400
#define MAX_KEY_BYTES 280

struct key {
    char bytes[MAX_KEY_BYTES];
    uint32_t length;
    uint32_t value;
};

struct sample {
    struct key keys[MAX_KEYS];
    size_t n_keys;
    msgpack_sbuffer block;
    struct trie trie;
};

static int compare_neighbours(const void *left_neighbour, const void *right_neighbour)
{
    const struct trie_neighbour *left = left_neighbour;
    const struct trie_neighbour *right = right_neighbour;
    if (left->distance != right->distance)
        return left->distance < right->distance ? -1 : 1;
    if (left->is_longer != right->is_longer)
        return left->is_longer ? 1 : -1;
    return (left->value > right->value) - (left->value < right->value);
}

/* All of them; the caller cuts. Values may stand several times: the best counts. */
static size_t expected(const struct sample *sample, const char *word, size_t length,
                       const struct trie_fuzzy_bounds *bounds, struct trie_neighbour *neighbours)
{
    size_t n = 0;
    for (size_t i = 0; i < sample->n_keys; i++) {
        const struct key *key = &sample->keys[i];
        unsigned beginning;
        unsigned whole = edit_distance_between(key->bytes, key->length, word, length, &beginning);
        if (key->value > bounds->max_value)
            continue;
        if (count_characters(key->bytes, key->length) < bounds->min_characters)
            whole = UINT32_MAX;
        if (whole <= bounds->max_distance)
            neighbours[n++] = (struct trie_neighbour){key->value, (uint8_t)whole, false};
        if (bounds->with_longer_keys && beginning <= bounds->max_distance)
            neighbours[n++] = (struct trie_neighbour){key->value, (uint8_t)beginning, true};
    }
    qsort(neighbours, n, sizeof *neighbours, compare_neighbours);
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t known = 0;
        while (known < n_kept && neighbours[known].value != neighbours[i].value)
            known++;
        if (known == n_kept)
            neighbours[n_kept++] = neighbours[i];
    }
    return n_kept;
}

static size_t expect(const struct sample *sample, const char *word, size_t length,
                     const struct trie_fuzzy_bounds *bounds, size_t limit)
{
    struct trie_neighbour right[2 * MAX_KEYS];
    struct trie_neighbour found[TRIE_FUZZY_MAX_NEIGHBOURS];
    size_t n_right = expected(sample, word, length, bounds, right);
    if (n_right > limit)
        n_right = limit;
    size_t n = trie_fuzzy_find(&sample->trie, word, length, bounds, found, limit);
    if (n != n_right)
        fail_msg("\"%.*s\" within %u%s: %zu neighbours, not %zu", (int)length, word,
                 bounds->max_distance, bounds->with_longer_keys ? ", longer" : "", n, n_right);
    for (size_t i = 0; i < n; i++) {
        if (compare_neighbours(&found[i], &right[i]) != 0)
            fail_msg("\"%.*s\" within %u%s: neighbour %zu is %u at %u%s, not %u at %u%s",
                     (int)length, word, bounds->max_distance,
                     bounds->with_longer_keys ? ", longer" : "", i, found[i].value,
                     found[i].distance, found[i].is_longer ? "+" : "", right[i].value,
                     right[i].distance, right[i].is_longer ? "+" : "");
    }
    return n;
}

static void build(struct sample *sample)
{
    struct trie_entry entries[MAX_KEYS];
    struct error error = {.message = ""};
    for (size_t i = 0; i < sample->n_keys; i++)
        entries[i] = (struct trie_entry){sample->keys[i].bytes, sample->keys[i].length,
                                         sample->keys[i].value};
    msgpack_sbuffer_init(&sample->block);
    if (trie_build(entries, sample->n_keys, &sample->block, &error) != 0 ||
        trie_open(&sample->trie, sample->block.data, sample->block.size, &error) != 0)
        fail_msg("%s", error.message);
}

static const char *const plain_letters[] = {"a", "b", "c"};
static const char *const mixed_letters[] = {"a", "b", "\u00e9", "\u00e8", "\u4e2d", "\U0001f600"};

static uint32_t random_text(char *text, const char *const *letters, uint32_t n_letters,
                            uint32_t n_characters, uint64_t *seed)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < n_characters; i++) {
        const char *letter = letters[random_below(seed, n_letters)];
        memcpy(text + length, letter, strlen(letter));
        length += (uint32_t)strlen(letter);
    }
    return length;
}

/* Few letters make many keys close; values that keys share, and distinct ones. */
static void random_words(const char *const *letters, uint32_t n_letters, uint32_t max_characters,
                         uint64_t seed)
{
    static struct sample sample;
    size_t n_found = 0;
    for (unsigned round = 0; round < 12; round++) {
        sample.n_keys = 1 + random_below(&seed, MAX_KEYS);
        uint32_t n_values = round % 3 == 0 ? 20 : 4 * MAX_KEYS;
        for (size_t i = 0; i < sample.n_keys; i++) {
            struct key *key = &sample.keys[i];
            key->length = random_text(key->bytes, letters, n_letters,
                                      random_below(&seed, max_characters + 1), &seed);
            key->value = 1 + random_below(&seed, n_values);
        }
        build(&sample);
        for (unsigned i = 0; i < 400; i++) {
            char word[MAX_KEY_BYTES];
            uint32_t length = random_text(word, letters, n_letters,
                                          1 + random_below(&seed, max_characters), &seed);
            if (length > TRIE_FUZZY_MAX_BYTES)
                continue;
            struct trie_fuzzy_bounds bounds = {
                .max_distance = random_below(&seed, 3),
                .with_longer_keys = random_below(&seed, 2) == 0,
                .max_value =
                    random_below(&seed, 3) > 0 ? UINT32_MAX : random_below(&seed, n_values),
                .min_characters = random_below(&seed, 3) > 0 ? 0 : random_below(&seed, 6)};
            size_t limit = 1 + random_below(&seed, i % 2 == 0 ? 5 : TRIE_FUZZY_MAX_NEIGHBOURS);
            n_found += expect(&sample, word, length, &bounds, limit);
        }
        msgpack_sbuffer_destroy(&sample.block);
    }
    assert_true(n_found > 1000);
}

static void short_words(void **state)
{
    (void)state;
    random_words(plain_letters, 3, 8, 11);
    random_words(plain_letters, 2, 12, 12);
}

static void words_of_many_scripts(void **state)
{
    (void)state;
    random_words(mixed_letters, 6, 7, 13);
}

/* Words with 60 to 64 characters, where the bits of a register end. */
static void long_words(void **state)
{
    (void)state;
    static struct sample sample;
    uint64_t seed = 14;
    sample.n_keys = MAX_KEYS;
    char word[64];
    random_text(word, plain_letters, 3, 64, &seed);
    for (size_t i = 0; i < sample.n_keys; i++) {
        struct key *key = &sample.keys[i];
        key->length = 60 + random_below(&seed, 5);
        key->value = (uint32_t)i + 1;
        memcpy(key->bytes, word, 64);
        memcpy(key->bytes + 64, "abcab", 5);
        for (unsigned edits = random_below(&seed, 4); edits > 0; edits--) {
            uint32_t at = random_below(&seed, 60);
            switch (random_below(&seed, 3)) {
            case 0:
                key->bytes[at] = 'd';
                break;
            case 1:
                memmove(key->bytes + at, key->bytes + at + 1, key->length - at);
                break;
            default:
                memmove(key->bytes + at + 1, key->bytes + at, key->length - at);
                key->length++;
            }
        }
    }
    build(&sample);
    size_t n_found = 0;
    for (uint32_t length = 58; length <= 64; length++) {
        for (unsigned i = 0; i < 6; i++) {
            struct trie_fuzzy_bounds bounds = {i % 3, i >= 3, UINT32_MAX, 0};
            n_found += expect(&sample, word, length, &bounds, TRIE_FUZZY_MAX_NEIGHBOURS);
        }
    }
    assert_true(n_found > 300);
    msgpack_sbuffer_destroy(&sample.block);
}

/* One edit of each kind, at the first character too. */
static void each_kind_of_edit(void **state)
{
    (void)state;
    static struct sample sample;
    static const char *const found[] = {"serde", "erde",   "xserde", "zerde", "esrde",
                                        "serd",  "serdex", "serdx",  "sered", "se\u00e9de"};
    static const char *const missed[] = {"rdese", "srde_", "serdexy", "er\u00e9e"};
    struct trie_fuzzy_bounds bounds = {1, false, UINT32_MAX, 0};
    sample.n_keys = 1;
    memcpy(sample.keys[0].bytes, "serde", 5);
    sample.keys[0].length = 5;
    sample.keys[0].value = 7;
    build(&sample);
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        assert_int_equal(expect(&sample, found[i], strlen(found[i]), &bounds, 3), 1);
    for (size_t i = 0; i < sizeof missed / sizeof *missed; i++)
        assert_int_equal(expect(&sample, missed[i], strlen(missed[i]), &bounds, 3), 0);
    msgpack_sbuffer_destroy(&sample.block);
}

static void what_has_no_neighbours(void **state)
{
    (void)state;
    static struct sample sample;
    struct trie_fuzzy_bounds bounds = {2, true, UINT32_MAX, 0};
    struct trie_neighbour neighbours[TRIE_FUZZY_MAX_NEIGHBOURS];
    char longest[TRIE_FUZZY_MAX_BYTES + 1];
    memset(longest, 'a', sizeof longest);
    sample.n_keys = 0;
    build(&sample);
    assert_int_equal(trie_fuzzy_find(&sample.trie, "a", 1, &bounds, neighbours, 10), 0);
    msgpack_sbuffer_destroy(&sample.block);
    sample.n_keys = 1;
    memcpy(sample.keys[0].bytes, longest, sizeof longest);
    sample.keys[0].length = sizeof longest;
    sample.keys[0].value = 1;
    build(&sample);
    assert_int_equal(trie_fuzzy_find(&sample.trie, longest, 64, &bounds, neighbours, 10), 1);
    assert_int_equal(trie_fuzzy_find(&sample.trie, longest, 65, &bounds, neighbours, 10), 0);
    assert_int_equal(trie_fuzzy_find(&sample.trie, longest, 0, &bounds, neighbours, 10), 0);
    assert_int_equal(trie_fuzzy_find(&sample.trie, longest, 64, &bounds, neighbours, 0), 0);
    bounds.max_distance = TRIE_FUZZY_MAX_DISTANCE + 1;
    assert_int_equal(trie_fuzzy_find(&sample.trie, longest, 64, &bounds, neighbours, 10), 0);
    msgpack_sbuffer_destroy(&sample.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_words),
        cmocka_unit_test(words_of_many_scripts),
        cmocka_unit_test(long_words),
        cmocka_unit_test(each_kind_of_edit),
        cmocka_unit_test(what_has_no_neighbours),
    };
    return cmocka_run_group_tests_name("trie_fuzzy", tests, NULL, NULL);
}
