/* RFC 4648: its test vectors without the padding, the alphabet, and that a byte string has exactly
   one text. */
#include "index/base/base64url.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *bytes;
    const char *text;
} vectors[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char text[BASE64URL_SIZE(8)];
        char bytes[8];
        size_t size = strlen(vectors[i].bytes);
        assert_int_equal(base64url_encode(text, vectors[i].bytes, size), strlen(vectors[i].text));
        assert_string_equal(text, vectors[i].text);
        assert_int_equal(strlen(text) + 1, BASE64URL_SIZE(size));
        assert_int_equal(base64url_decode(bytes, sizeof bytes, &size, text, strlen(text)), 0);
        assert_int_equal(size, strlen(vectors[i].bytes));
        assert_memory_equal(bytes, vectors[i].bytes, size);
    }
}

/* All 64 characters in the order of their values, the two that URLs allow in place of + and /. */
static void test_alphabet(void **state)
{
    (void)state;
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char bytes[48];
    char text[BASE64URL_SIZE(sizeof bytes)];
    size_t size = 0;
    assert_int_equal(base64url_decode(bytes, sizeof bytes, &size, alphabet, 64), 0);
    assert_int_equal(size, sizeof bytes);
    for (size_t i = 0; i < 64; i++) {
        size_t bit = 6 * i;
        unsigned two = (unsigned)bytes[bit / 8] << 8 | (bit / 8 < 47 ? bytes[bit / 8 + 1] : 0U);
        assert_int_equal(two >> (10 - bit % 8) & 63, i);
    }
    assert_int_equal(base64url_encode(text, bytes, sizeof bytes), 64);
    assert_string_equal(text, alphabet);
}

static void assert_refused(const char *text, size_t length)
{
    char bytes[64];
    size_t size = 0;
    if (base64url_decode(bytes, sizeof bytes, &size, text, length) != -1)
        fail_msg("\"%s\" is decoded", text);
}

static void test_other_characters_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"Zg==", "Zg=",  "Zm8=",     "Zm 8",  " Zg", "Zg\n",
                                        "Z+8_", "Z/8-", "Zm9v.Zm9", "Zm%38", "Zé9"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refused(texts[i], strlen(texts[i]));
    assert_refused("Zm9v\0", 5);
    assert_refused("\0Zm9v", 5);
}

/* Bits that no byte uses must be zero, and one character alone is no byte. */
static void test_only_canonical_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {"A", "Zm9vY", "Zh", "Z_", "Zm9", "Zm_", "Zm9vYh"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refused(texts[i], strlen(texts[i]));
    /* Of all texts of two and of three characters, exactly those of the bytes decode. */
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t n_decoded[2] = {0, 0};
    for (unsigned i = 0; i < 64 * 64; i++) {
        char text[3] = {alphabet[i / 64], alphabet[i % 64], alphabet[i % 61]};
        char bytes[3];
        size_t size;
        n_decoded[0] += base64url_decode(bytes, sizeof bytes, &size, text, 2) == 0;
        n_decoded[1] += base64url_decode(bytes, sizeof bytes, &size, text, 3) == 0;
    }
    assert_int_equal(n_decoded[0], 256);
    assert_true(n_decoded[1] > 0 && n_decoded[1] < 64 * 64 / 2);
}

static void test_capacity(void **state)
{
    (void)state;
    char bytes[8] = "unmoved";
    size_t size;
    assert_int_equal(base64url_decode(bytes, 6, &size, "Zm9vYmFy", 8), 0);
    assert_int_equal(size, 6);
    assert_int_equal(base64url_decode(bytes, 5, &size, "Zm9vYmFy", 8), -1);
    assert_int_equal(base64url_decode(bytes, 0, &size, "Zg", 2), -1);
    assert_int_equal(base64url_decode(bytes, 0, &size, "", 0), 0);
}

static void test_random_round_trips(void **state)
{
    (void)state;
    uint64_t seed = 41;
    for (int round = 0; round < 2000; round++) {
        unsigned char bytes[100];
        unsigned char decoded[100];
        char text[BASE64URL_SIZE(sizeof bytes)];
        size_t size = random_below(&seed, sizeof bytes + 1);
        size_t decoded_size = 0;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)random_next(&seed);
        size_t length = base64url_encode(text, bytes, size);
        assert_int_equal(length + 1, BASE64URL_SIZE(size));
        assert_int_equal(base64url_decode(decoded, size, &decoded_size, text, length), 0);
        assert_int_equal(decoded_size, size);
        assert_memory_equal(decoded, bytes, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_alphabet),
        cmocka_unit_test(test_other_characters_are_refused),
        cmocka_unit_test(test_only_canonical_texts),
        cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_random_round_trips),
    };
    return cmocka_run_group_tests_name("base64url", tests, NULL, NULL);
}
