/* What is written in both encodings is read back by their own libraries and compared. */
#include <cratedex/encoder.h>
#include <jansson.h>
#include <math.h>
#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/both_encodings.h"

static void assert_json_text(const struct written *written, const char *text)
{
    const msgpack_sbuffer *json = &written->bytes[ENCODING_JSON];
    if (json->size != strlen(text) || memcmp(json->data, text, json->size) != 0)
        fail_msg("%.*s instead of %s", (int)json->size, json->data, text);
}

static void write_sample(struct encoder *encoder, const void *context)
{
    (void)context;
    encoder_object(encoder, 8);
    encoder_key(encoder, "name");
    encoder_text(encoder, "serde");
    encoder_key(encoder, "homepage");
    encoder_text(encoder, NULL);
    encoder_key(encoder, "downloads");
    encoder_integer(encoder, 123456789012);
    encoder_key(encoder, "exact_match");
    encoder_boolean(encoder, true);
    encoder_key(encoder, "score");
    encoder_number(encoder, 0.1);
    encoder_key(encoder, "badges");
    encoder_array(encoder, 0);
    encoder_end_array(encoder);
    encoder_key(encoder, "links");
    encoder_object(encoder, 0);
    encoder_end_object(encoder);
    encoder_key(encoder, "ids");
    encoder_array(encoder, 3);
    encoder_integer(encoder, -1);
    encoder_null(encoder);
    encoder_boolean(encoder, false);
    encoder_end_array(encoder);
    encoder_end_object(encoder);
}

static void test_compact_and_in_order(void **state)
{
    (void)state;
    struct written written;
    write_both(&written, write_sample, NULL);
    assert_json_text(&written, "{\"name\":\"serde\",\"homepage\":null,\"downloads\":123456789012,"
                               "\"exact_match\":true,\"score\":0.1,\"badges\":[],\"links\":{},"
                               "\"ids\":[-1,null,false]}");
    assert_same_model(written.json, &written.unpacked.data);
    const msgpack_sbuffer *packed = &written.bytes[ENCODING_MESSAGEPACK];
    assert_memory_equal(packed->data, "\x88\xa4name\xa5serde\xa8homepage\xc0", 21);
    release(&written);
}

static const struct {
    const char *text;
    size_t length;
    const char *json;
} strings[] = {
    {"", 0, "\"\""},
    {"plain", 5, "\"plain\""},
    {"https://a.b/c?d='e'", 19, "\"https://a.b/c?d='e'\""},
    {"a\"b", 3, "\"a\\\"b\""},
    {"\\", 1, "\"\\\\\""},
    {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
    {"a\0b", 3, "\"a\\u0000b\""},
    {"\x01/\x1f", 3, "\"\\u0001/\\u001F\""},
    {"\x7f\x20", 2, "\"\x7f \""},
    {"\303\244\342\202\254\360\237\246\200", 9, "\"\303\244\342\202\254\360\237\246\200\""},
    {"\360\237\246\200\n\342\200\250", 8, "\"\360\237\246\200\\n\342\200\250\""},
    {"</script>&", 10, "\"</script>&\""},
};

struct bytes {
    const char *data;
    size_t size;
};

static void write_string(struct encoder *encoder, const void *context)
{
    const struct bytes *string = context;
    encoder_string(encoder, string->data, string->size);
}

static void assert_string_survives(const char *text, size_t length, const char *json)
{
    struct written written;
    write_both(&written, write_string, &(struct bytes){text, length});
    if (json != NULL)
        assert_json_text(&written, json);
    assert_same_model(written.json, &written.unpacked.data);
    assert_int_equal(json_string_length(written.json), length);
    assert_memory_equal(json_string_value(written.json), text, length);
    release(&written);
}

static void test_strings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        assert_string_survives(strings[i].text, strings[i].length, strings[i].json);
    for (int byte = 1; byte < 128; byte++) {
        char text[3] = {'x', (char)byte, 'y'};
        assert_string_survives(text, 3, NULL);
    }
    /* Around the sizes at which MessagePack's string header grows. */
    static const size_t lengths[] = {31, 32, 255, 256, 65535, 65536, 1000000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char *text = malloc(lengths[i]);
        assert_non_null(text);
        memset(text, 'm', lengths[i]);
        assert_string_survives(text, lengths[i], NULL);
        text[lengths[i] - 1] = '\n';
        assert_string_survives(text, lengths[i], NULL);
        free(text);
    }
    assert_string_survives(NULL, 0, "\"\"");
}

static void write_integer(struct encoder *encoder, const void *context)
{
    encoder_integer(encoder, *(const int64_t *)context);
}

static void test_integers(void **state)
{
    (void)state;
    static const int64_t integers[] = {
        0,         1,        -1,        127,       128,        -32,        -33,
        -128,      -129,     255,       256,       32767,      65535,      65536,
        -32768,    -32769,   INT32_MAX, INT32_MIN, UINT32_MAX, 4294967296, 9007199254740993,
        INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        struct written written;
        write_both(&written, write_integer, &integers[i]);
        assert_true(json_is_integer(written.json));
        assert_true(json_integer_value(written.json) == integers[i]);
        assert_same_model(written.json, &written.unpacked.data);
        release(&written);
    }
}

static void write_number(struct encoder *encoder, const void *context)
{
    encoder_number(encoder, *(const double *)context);
}

static void assert_number_survives(double number, const char *json)
{
    struct written written;
    write_both(&written, write_number, &number);
    if (json != NULL)
        assert_json_text(&written, json);
    assert_true(json_is_real(written.json));
    double read = json_real_value(written.json);
    assert_memory_equal(&read, &number, sizeof number);
    assert_same_model(written.json, &written.unpacked.data);
    release(&written);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_number_survives(0.0, "0.0");
    assert_number_survives(-0.0, "-0.0");
    assert_number_survives(1.0, "1.0");
    assert_number_survives(0.1, "0.1");
    assert_number_survives(0.3, "0.3");
    assert_number_survives(0.1 + 0.2, "0.30000000000000004");
    assert_number_survives(1.0 / 3.0, NULL);
    assert_number_survives(1e300, NULL);
    assert_number_survives(5e-324, NULL);
    assert_number_survives(1.7976931348623157e308, NULL);
    uint64_t seed = 1;
    for (int i = 0; i < 2000; i++) {
        uint64_t bits = next_random(&seed);
        double number;
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number))
            assert_number_survives(number, NULL);
    }
    static const double without_json[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        struct written written;
        write_both(&written, write_number, &without_json[i]);
        assert_json_text(&written, "null");
        assert_same_model(written.json, &written.unpacked.data);
        release(&written);
    }
}

static void write_random(struct encoder *encoder, uint64_t *seed, unsigned depth)
{
    static const char *const keys[] = {"a", "bc", "def", "updated_at"};
    uint32_t n = (uint32_t)(next_random(seed) % 5);
    switch (next_random(seed) % (depth < ENCODER_MAX_DEPTH ? 8 : 6)) {
    case 0:
        encoder_integer(encoder, (int64_t)next_random(seed) >> (next_random(seed) % 64));
        break;
    case 1:
        encoder_number(encoder, (double)(next_random(seed) % 1000) / 7.0);
        break;
    case 2:
        encoder_boolean(encoder, next_random(seed) % 2 == 0);
        break;
    case 3:
        encoder_null(encoder);
        break;
    case 4:
    case 5: {
        size_t row = next_random(seed) % (sizeof strings / sizeof *strings);
        encoder_string(encoder, strings[row].text, strings[row].length);
        break;
    }
    case 6:
        encoder_object(encoder, n < 4 ? n : 4);
        for (uint32_t i = 0; i < n && i < 4; i++) {
            encoder_key(encoder, keys[i]);
            write_random(encoder, seed, depth + 1);
        }
        encoder_end_object(encoder);
        break;
    default:
        n *= 8; /* 16 elements and more have a longer header */
        encoder_array(encoder, n);
        for (uint32_t i = 0; i < n; i++)
            write_random(encoder, seed, depth + 1 + n / 8);
        encoder_end_array(encoder);
    }
}

static void write_random_value(struct encoder *encoder, const void *context)
{
    uint64_t seed = *(const uint64_t *)context;
    encoder_array(encoder, 3);
    for (int i = 0; i < 3; i++)
        write_random(encoder, &seed, 1);
    encoder_end_array(encoder);
}

static void test_random_values_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct written written;
        uint64_t mixed = seed * 0x9e3779b97f4a7c15;
        write_both(&written, write_random_value, &mixed);
        assert_same_model(written.json, &written.unpacked.data);
        release(&written);
    }
}

static void write_nested(struct encoder *encoder, const void *context)
{
    unsigned n_levels = *(const unsigned *)context;
    for (unsigned i = 0; i < n_levels; i++) {
        encoder_object(encoder, 1);
        encoder_key(encoder, "in");
    }
    encoder_null(encoder);
    for (unsigned i = 0; i < n_levels; i++)
        encoder_end_object(encoder);
}

static void test_deepest_nesting(void **state)
{
    (void)state;
    struct written written;
    unsigned n_levels = ENCODER_MAX_DEPTH;
    write_both(&written, write_nested, &n_levels);
    assert_same_model(written.json, &written.unpacked.data);
    json_t *inner = written.json;
    for (unsigned i = 0; i < n_levels; i++)
        inner = json_object_get(inner, "in");
    assert_true(json_is_null(inner));
    release(&written);
}

static void write_fragments(struct encoder *encoder, const void *context)
{
    const struct written *parts = context;
    const msgpack_sbuffer *part = &parts->bytes[encoder->encoding];
    encoder_array(encoder, 3);
    encoder_fragment(encoder, part->data, part->size);
    encoder_integer(encoder, 5);
    encoder_fragment(encoder, part->data, part->size);
    encoder_end_array(encoder);
}

static void test_fragments(void **state)
{
    (void)state;
    struct written part;
    write_both(&part, write_sample, NULL);
    struct written whole;
    write_both(&whole, write_fragments, &part);
    assert_same_model(whole.json, &whole.unpacked.data);
    assert_true(json_equal(json_array_get(whole.json, 0), part.json));
    assert_int_equal(json_integer_value(json_array_get(whole.json, 1)), 5);
    assert_true(json_equal(json_array_get(whole.json, 2), part.json));
    release(&whole);
    release(&part);
}

static void test_appends(void **state)
{
    (void)state;
    msgpack_sbuffer out;
    struct encoder encoder;
    msgpack_sbuffer_init(&out);
    for (int i = 0; i < 2; i++) {
        encoder_init(&encoder, ENCODING_JSON, &out);
        encoder_array(&encoder, 1);
        encoder_integer(&encoder, i);
        encoder_end_array(&encoder);
        assert_int_equal(encoder_finish(&encoder, NULL), 0);
    }
    assert_int_equal(out.size, 6);
    assert_memory_equal(out.data, "[0][1]", 6);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compact_and_in_order),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_random_values_agree),
        cmocka_unit_test(test_deepest_nesting),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_appends),
    };
    return cmocka_run_group_tests_name("encoder", tests, NULL, NULL);
}
