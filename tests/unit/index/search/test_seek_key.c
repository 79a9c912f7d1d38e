/* Keys come back as they went, for every sort and to the last bit of a score; anything else is
   refused. */
#include "index/search/seek_key.h"

#include "index/base/base64url.h"
#include "tests/support/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_SORTS 6

static struct seek_key round_trip(const struct seek_key *key)
{
    char text[SEARCH_MAX_SEEK_KEY];
    struct seek_key parsed;
    seek_key_format(key, text);
    assert_true(strlen(text) > 0);
    assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_"),
                     strlen(text));
    if (seek_key_parse(&parsed, key->sort, text, strlen(text)) != 0)
        fail_msg("%s is refused", text);
    assert_int_equal(parsed.sort, key->sort);
    /* A key of one sort is none of another. */
    for (int sort = 0; sort < N_SORTS; sort++) {
        struct seek_key other;
        int result = seek_key_parse(&other, (enum search_sort)sort, text, strlen(text));
        assert_int_equal(result, sort == (int)key->sort ? 0 : -1);
    }
    return parsed;
}

static const int64_t numbers[] = {0, 1, -1, 42, 1792000000123456, INT64_MAX, INT64_MIN};
#define N_NUMBERS (sizeof numbers / sizeof *numbers)

static void test_values(void **state)
{
    (void)state;
    static const enum search_sort sorts[] = {SEARCH_SORT_DOWNLOADS, SEARCH_SORT_RECENT_DOWNLOADS,
                                             SEARCH_SORT_RECENT_UPDATES, SEARCH_SORT_NEW};
    for (size_t i = 0; i < 4 * N_NUMBERS * N_NUMBERS; i++) {
        struct seek_key key = {.sort = sorts[i % 4],
                               .value = numbers[i / 4 % N_NUMBERS],
                               .id = numbers[i / 4 / N_NUMBERS]};
        struct seek_key parsed = round_trip(&key);
        assert_true(parsed.value == key.value);
        assert_true(parsed.id == key.id);
    }
}

static void assert_same_score(double score, float popularity, int64_t id)
{
    for (int stage = 0; stage < N_SEEK_STAGES; stage++) {
        struct seek_key key = {.sort = SEARCH_SORT_RELEVANCE,
                               .stage = (enum seek_stage)stage,
                               .score = score,
                               .popularity = popularity,
                               .id = id};
        struct seek_key parsed = round_trip(&key);
        assert_memory_equal(&parsed.score, &score, sizeof score);
        assert_memory_equal(&parsed.popularity, &popularity, sizeof popularity);
        assert_true(parsed.id == id);
        assert_int_equal(parsed.stage, stage);
    }
}

static void test_scores_are_equal_to_the_bit(void **state)
{
    (void)state;
    static const double scores[] = {0.0,     -0.0,   0.1,     1.0 / 3, 102.0, DBL_MAX,
                                    DBL_MIN, 5e-324, -1e-300, 1e300,   3.0};
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++)
        assert_same_score(scores[i], i % 2 == 0 ? 0.0F : 1.0F, 7);
    uint64_t seed = 43;
    for (int round = 0; round < 5000; round++) {
        /* Scores as they are: a weight and twice a float. */
        float popularity = (float)random_next(&seed) / (float)UINT32_MAX;
        assert_same_score((double)random_below(&seed, 100) / 10 + 2.0 * (double)popularity,
                          popularity, (int64_t)random_next(&seed));
        uint64_t bits = (uint64_t)random_next(&seed) << 32 | random_next(&seed);
        double any;
        memcpy(&any, &bits, sizeof any);
        if (isfinite(any))
            assert_same_score(any, 0.5F, 1);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"",   "serde",        "a:b",       ":",
                                        "e:", "Ünïcode-名前", "with space"};
    for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
        struct seek_key key = {
            .sort = SEARCH_SORT_ALPHABETICAL, .id = numbers[i % N_NUMBERS], .exact = i % 2 == 1};
        key.name_length = strlen(names[i / 2]);
        memcpy(key.name, names[i / 2], key.name_length);
        struct seek_key parsed = round_trip(&key);
        assert_int_equal(parsed.exact, key.exact);
        assert_true(parsed.id == key.id);
        assert_int_equal(parsed.name_length, key.name_length);
        assert_memory_equal(parsed.name, names[i / 2], key.name_length);
    }
    struct seek_key longest = {.sort = SEARCH_SORT_ALPHABETICAL, .id = INT64_MIN};
    longest.name_length = sizeof longest.name;
    memset(longest.name, 'x', sizeof longest.name);
    struct seek_key parsed = round_trip(&longest);
    assert_int_equal(parsed.name_length, sizeof longest.name);
    assert_memory_equal(parsed.name, longest.name, sizeof longest.name);
}

static int parse_inside(enum search_sort sort, const char *inside, size_t length)
{
    char text[2048];
    struct seek_key key;
    assert_true(BASE64URL_SIZE(length) <= sizeof text);
    base64url_encode(text, inside, length);
    return seek_key_parse(&key, sort, text, strlen(text));
}

static void test_garbage_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum search_sort sort;
        const char *inside;
    } cases[] = {
        {SEARCH_SORT_DOWNLOADS, ""},
        {SEARCH_SORT_DOWNLOADS, "d"},
        {SEARCH_SORT_DOWNLOADS, "d:"},
        {SEARCH_SORT_DOWNLOADS, "d:1"},
        {SEARCH_SORT_DOWNLOADS, "d:1:"},
        {SEARCH_SORT_DOWNLOADS, "d::1"},
        {SEARCH_SORT_DOWNLOADS, "d:1:2:3"},
        {SEARCH_SORT_DOWNLOADS, "d:1:2 "},
        {SEARCH_SORT_DOWNLOADS, "d: 1:2"},
        {SEARCH_SORT_DOWNLOADS, "d:1;2"},
        {SEARCH_SORT_DOWNLOADS, "d:1.5:2"},
        {SEARCH_SORT_DOWNLOADS, "d:0x10:2"},
        {SEARCH_SORT_DOWNLOADS, "d:9223372036854775808:2"},
        {SEARCH_SORT_DOWNLOADS, "d:1:-9223372036854775809"},
        {SEARCH_SORT_DOWNLOADS, "D:1:2"},
        {SEARCH_SORT_DOWNLOADS, "dd:1:2"},
        {SEARCH_SORT_NEW, "n:one:2"},
        {SEARCH_SORT_RELEVANCE, "s:"},
        {SEARCH_SORT_RELEVANCE, "s:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:"},
        {SEARCH_SORT_RELEVANCE, "s:0x1p0:0x1p0:1"}, /* without a stage */
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0"},
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:"},
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:1"}, /* without a popularity */
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:0x1p0:"},
        {SEARCH_SORT_RELEVANCE, "s::0x1p0:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:-1:0x1p0:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:4:0x1p0:0x1p0:1"}, /* a stage too many */
        {SEARCH_SORT_RELEVANCE, "s:4294967296:0x1p0:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:0x1:0x1p0:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:first:0x1p0:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:nan:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:inf:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:-infinity:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:1e999:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:0x1p0:0x1"},
        {SEARCH_SORT_RELEVANCE, "s:1:high:0x1p0:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:0x1p0:1:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:nan:1"},
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0::1"},
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:-0x1p-9:1"}, /* popularity is 0 … 1 */
        {SEARCH_SORT_RELEVANCE, "s:1:0x1p0:0x1.1p0:1"},
        {SEARCH_SORT_ALPHABETICAL, "a"},
        {SEARCH_SORT_ALPHABETICAL, "a:"},
        {SEARCH_SORT_ALPHABETICAL, "a:1"},
        {SEARCH_SORT_ALPHABETICAL, "a:serde"}, /* without an id */
        {SEARCH_SORT_ALPHABETICAL, "a::serde"},
        {SEARCH_SORT_ALPHABETICAL, "x:1:serde"},
        {SEARCH_SORT_ALPHABETICAL, "aserde"},
        {SEARCH_SORT_NEW, "e:1:serde"},
        {SEARCH_SORT_RELEVANCE, "e:1:serde"},
    };
    _Static_assert(N_SEEK_STAGES == 4, "the stage too many stands above");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (parse_inside(cases[i].sort, cases[i].inside, strlen(cases[i].inside)) != -1)
            fail_msg("\"%s\" is taken", cases[i].inside);
    }
    assert_int_equal(parse_inside(SEARCH_SORT_ALPHABETICAL, "a:1:ser\0de", 10), -1);
    assert_int_equal(parse_inside(SEARCH_SORT_DOWNLOADS, "d:1:2\0", 6), -1);
    char long_name[600] = "a:1:";
    memset(long_name + 4, 'x', sizeof long_name - 4);
    assert_int_equal(parse_inside(SEARCH_SORT_ALPHABETICAL, long_name, 260), 0);
    for (size_t length = 261; length <= sizeof long_name; length++)
        assert_int_equal(parse_inside(SEARCH_SORT_ALPHABETICAL, long_name, length), -1);
}

/* Texts that are no base64url, and keys of which a byte was changed: refused or another key, never
   a fault. */
static void test_damaged_texts(void **state)
{
    (void)state;
    struct seek_key parsed;
    static const char *const texts[] = {"", "x", "====", "ZDoxOjI=", "ZDoxOjI ", "d:1:2", "\xff"};
    for (int sort = 0; sort < N_SORTS; sort++) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            assert_int_equal(
                seek_key_parse(&parsed, (enum search_sort)sort, texts[i], strlen(texts[i])), -1);
    }
    struct seek_key key = {
        .sort = SEARCH_SORT_RELEVANCE, .score = 1.7, .popularity = 0.3F, .id = 12};
    char text[SEARCH_MAX_SEEK_KEY];
    seek_key_format(&key, text);
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        char before = text[i];
        for (int byte = 0; byte < 256; byte++) {
            text[i] = (char)byte;
            if (seek_key_parse(&parsed, SEARCH_SORT_RELEVANCE, text, length) == 0) {
                assert_true(isfinite(parsed.score));
                assert_in_range(parsed.stage, 0, N_SEEK_STAGES - 1);
            }
        }
        text[i] = before;
        seek_key_parse(&parsed, SEARCH_SORT_RELEVANCE, text, i); /* cut: a shorter id or nothing */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),        cmocka_unit_test(test_scores_are_equal_to_the_bit),
        cmocka_unit_test(test_names),         cmocka_unit_test(test_garbage_is_refused),
        cmocka_unit_test(test_damaged_texts),
    };
    return cmocka_run_group_tests_name("seek_key", tests, NULL, NULL);
}
