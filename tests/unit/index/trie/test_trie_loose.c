/* Keys that are a text but for separators, against a look at every key: separators are taken out of
   the key and out of the text, and the letters are compared. */
#include "tests/support/random.h"

#include "index/trie/trie.h"
#include "index/trie/trie_build.h"
#include "index/trie/trie_loose.h"
#include "index/trie/trie_open.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_KEYS 400
#define MAX_KEY_BYTES 24

struct sample {
    char keys[MAX_KEYS][MAX_KEY_BYTES + 1]; /* key i has the value i + 1 */
    size_t n_keys;
    msgpack_sbuffer block;
    struct trie trie;
};

static void build(struct sample *sample)
{
    struct trie_entry entries[MAX_KEYS];
    struct error error = {.message = ""};
    for (size_t i = 0; i < sample->n_keys; i++)
        entries[i] = (struct trie_entry){sample->keys[i], (uint32_t)strlen(sample->keys[i]),
                                         (uint32_t)i + 1};
    msgpack_sbuffer_init(&sample->block);
    if (trie_build(entries, sample->n_keys, &sample->block, &error) != 0 ||
        trie_open(&sample->trie, sample->block.data, sample->block.size, &error) != 0)
        fail_msg("%s", error.message);
}

static void make(struct sample *sample, const char *const *keys, size_t n_keys)
{
    sample->n_keys = n_keys;
    for (size_t i = 0; i < n_keys; i++) {
        assert_true(strlen(keys[i]) <= MAX_KEY_BYTES);
        memcpy(sample->keys[i], keys[i], strlen(keys[i]) + 1);
    }
    build(sample);
}

/* Letters, with a mark before each that stands behind a separator. */
static void strip(const char *text, char *letters, bool *is_behind)
{
    size_t n = 0;
    bool behind = false;
    for (; *text != '\0'; text++) {
        if (strchr(" -_/:.@", *text) != NULL) {
            behind = true;
            continue;
        }
        is_behind[n] = behind;
        letters[n++] = *text;
        behind = false;
    }
    letters[n] = '\0';
    is_behind[n] = behind;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The boundaries of the text that the key lacks; -1 where it does not begin with its letters or,
   with `whole`, has others too. */
static int compare(const char *key, const char *text, bool whole)
{
    char key_letters[MAX_KEY_BYTES + 1];
    char letters[MAX_KEY_BYTES + 1];
    bool key_behind[MAX_KEY_BYTES + 1];
    bool behind[MAX_KEY_BYTES + 1];
    strip(key, key_letters, key_behind);
    strip(text, letters, behind);
    size_t n = strlen(letters);
    if (strncmp(key_letters, letters, n) != 0 || (whole && strlen(key_letters) != n) ||
        (!whole && behind[n] && !key_behind[n]))
        return -1;
    int n_missed = n > 0 && behind[0] && !key_behind[0];
    for (size_t i = 1; i < n; i++)
        n_missed +=
            behind[i] && !key_behind[i] && is_digit(key_letters[i - 1]) == is_digit(key_letters[i]);
    return n_missed;
}

/* Separators of a key before the text's last letter where the text has none. */
static uint32_t count_added(const char *key, const char *text)
{
    char letters[MAX_KEY_BYTES + 1];
    bool behind[MAX_KEY_BYTES + 1];
    uint32_t n_added = 0;
    size_t n = 0;
    strip(text, letters, behind);
    for (; *key != '\0' && n < strlen(letters); key++) {
        if (strchr(" -_/:.@", *key) != NULL)
            n_added += !behind[n];
        else
            n++;
    }
    return n_added;
}

/* Every key that is the text is found, and no other. */
static size_t expect_found(const struct sample *sample, const char *text)
{
    struct loose_text loose;
    struct trie_loose_match matches[MAX_KEYS];
    size_t n_right = 0;
    assert_true(loose_text_read(&loose, text, strlen(text)));
    size_t n = trie_loose_find(&sample->trie, &loose, matches, MAX_KEYS);
    for (size_t i = 0; i < sample->n_keys; i++)
        n_right += compare(sample->keys[i], text, true) >= 0;
    if (n != n_right)
        fail_msg("\"%s\": %zu keys, not %zu", text, n, n_right);
    for (size_t i = 0; i < n; i++) {
        const char *key = sample->keys[matches[i].value - 1];
        if ((int)matches[i].n_missed != compare(key, text, true) ||
            matches[i].n_added != count_added(key, text))
            fail_msg("\"%s\": %s misses %u and has %u more", text, key, matches[i].n_missed,
                     matches[i].n_added);
    }
    return n;
}

/* The smallest values come out, of keys with and without all boundaries. */
static void expect_completed(const struct sample *sample, const char *text, size_t limit)
{
    struct loose_text loose;
    struct trie_loose_match nodes[TRIE_LOOSE_MAX_REACHED];
    uint32_t values[TRIE_MAX_COMPLETIONS];
    assert_true(loose_text_read(&loose, text, strlen(text)));
    size_t n_nodes = trie_loose_reach(&sample->trie, &loose, nodes, TRIE_LOOSE_MAX_REACHED);
    for (int kind = 0; kind < 3; kind++) {
        uint32_t best = UINT32_MAX;
        for (size_t i = sample->n_keys; i-- > 0;) {
            int n_missed = compare(sample->keys[i], text, false);
            int of_key = n_missed > 0 ? 2 : count_added(sample->keys[i], text) > 0;
            if (n_missed >= 0 && of_key == kind)
                best = (uint32_t)i + 1;
        }
        assert_int_equal(trie_loose_best(&sample->trie, nodes, n_nodes, (enum trie_loose_kind)kind),
                         best);
    }
    for (int missed = 0; missed < 2; missed++) {
        size_t n = trie_loose_complete(&sample->trie, nodes, n_nodes, missed, values, limit);
        size_t at = 0;
        for (size_t i = 0; i < sample->n_keys && at < limit; i++) {
            int n_missed = compare(sample->keys[i], text, false);
            if (n_missed < 0 || (n_missed > 0) != missed)
                continue;
            if (at >= n || values[at] != i + 1)
                fail_msg("\"%s\" does not give %s", text, sample->keys[i]);
            at++;
        }
        assert_int_equal(n, at);
    }
}

static void test_any_separator(void **state)
{
    (void)state;
    static const char *const keys[] = {"tokio_util",  "tokio",       "tokioutil", "tok_io_util",
                                       "tokio_utils", "@tokio/util", "tokio.util"};
    static const char *const texts[] = {"tokio util", "tokio-util", "tokio::util",
                                        "tokio/util", "tokio.util", " @tokio_util "};
    struct sample sample;
    make(&sample, keys, sizeof keys / sizeof *keys);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(expect_found(&sample, texts[i]), 5);
    assert_int_equal(expect_found(&sample, "tokioutil"), 5);
    assert_int_equal(expect_found(&sample, "tokio utilx"), 0);
    assert_int_equal(expect_found(&sample, "to kio"), 1);
    msgpack_sbuffer_destroy(&sample.block);
}

/* A separator at the end is one that was typed: what goes on as the same word is not meant. */
static void test_beginnings(void **state)
{
    (void)state;
    static const char *const keys[] = {"async_trait", "asynctrait", "async", "asyn_c_tr", "base64"};
    static const char *const texts[] = {"async tr", "asynctr", "async-", "async",  "asy nc",
                                        "a",        "base 6",  "base-",  "b a s e"};
    struct sample sample;
    make(&sample, keys, sizeof keys / sizeof *keys);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t limit = 0; limit < 5; limit++)
            expect_completed(&sample, texts[i], limit);
    msgpack_sbuffer_destroy(&sample.block);
}

static void random_key(char *key, uint32_t n, uint64_t *seed)
{
    for (uint32_t i = 0; i < n; i++)
        key[i] = "aab1__./"[random_below(seed, 8)];
    key[n] = '\0';
}

static void test_random_keys(void **state)
{
    (void)state;
    uint64_t seed = 12;
    size_t n_found = 0;
    for (int round = 0; round < 40; round++) {
        struct sample sample = {.n_keys = 1 + random_below(&seed, 120)};
        for (size_t i = 0; i < sample.n_keys; i++)
            random_key(sample.keys[i], 1 + random_below(&seed, 7), &seed);
        build(&sample);
        for (int i = 0; i < 100; i++) {
            char text[MAX_KEY_BYTES + 1] = "";
            random_key(text, random_below(&seed, 6), &seed);
            size_t length = strlen(text);
            snprintf(text + length, sizeof text - length, "%s",
                     random_below(&seed, 3) == 0 ? "a " : "a");
            n_found += expect_found(&sample, text);
            expect_completed(&sample, text, 1 + random_below(&seed, 20));
        }
        msgpack_sbuffer_destroy(&sample.block);
    }
    assert_true(n_found > 1000);
}

/* However many keys differ in separators alone, a walk ends soon, and what it gives is right. */
static void test_too_many_keys(void **state)
{
    (void)state;
    enum { N_GAPS = 12, N_KEYS = 1 << N_GAPS };
    static char keys[N_KEYS][2 * N_GAPS + 2];
    static struct trie_entry entries[N_KEYS];
    struct error error = {.message = ""};
    msgpack_sbuffer block;
    struct trie trie;
    for (uint32_t i = 0; i < N_KEYS; i++) {
        uint32_t n = 0;
        for (uint32_t gap = 0; gap < N_GAPS; gap++) {
            keys[i][n++] = 'x';
            if ((i >> gap & 1) != 0)
                keys[i][n++] = '_';
        }
        keys[i][n++] = 'x';
        entries[i] = (struct trie_entry){keys[i], n, i + 1};
    }
    msgpack_sbuffer_init(&block);
    assert_int_equal(trie_build(entries, N_KEYS, &block, &error), 0);
    assert_int_equal(trie_open(&trie, block.data, block.size, &error), 0);
    struct loose_text loose;
    static struct trie_loose_match matches[N_KEYS];
    assert_true(loose_text_read(&loose, "xxxxxxxxxxxxx", N_GAPS + 1));
    size_t n = trie_loose_find(&trie, &loose, matches, N_KEYS);
    assert_in_range(n, 1, TRIE_LOOSE_MAX_NODES);
    n = trie_loose_reach(&trie, &loose, matches, TRIE_LOOSE_MAX_REACHED);
    assert_int_equal(n, TRIE_LOOSE_MAX_REACHED);
    uint32_t values[10];
    assert_int_equal(trie_loose_complete(&trie, matches, n, false, values, 10), 10);
    msgpack_sbuffer_destroy(&block);
}

static void test_nothing_to_find(void **state)
{
    (void)state;
    struct sample sample;
    struct loose_text loose;
    struct trie_loose_match matches[2];
    make(&sample, NULL, 0);
    assert_true(loose_text_read(&loose, "a", 1));
    assert_int_equal(trie_loose_find(&sample.trie, &loose, matches, 2), 0);
    assert_int_equal(trie_loose_reach(&sample.trie, &loose, matches, 2), 0);
    msgpack_sbuffer_destroy(&sample.block);
    assert_false(loose_text_read(&loose, "", 0));
    assert_false(loose_text_read(&loose, " -_", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_separator),   cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_random_keys),     cmocka_unit_test(test_too_many_keys),
        cmocka_unit_test(test_nothing_to_find),
    };
    return cmocka_run_group_tests_name("trie_loose", tests, NULL, NULL);
}
