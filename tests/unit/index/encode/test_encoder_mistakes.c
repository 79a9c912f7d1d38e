/* What an encoder reports: mistakes of its caller, and memory that runs out. */
#include <cratedex/encoder.h>
#include <jansson.h>
#include <math.h>
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

/* Each mistake is spelled as a row of calls: `{n` and `[n` begin with n values, `}` and `]` end,
   `k` is a key, `v` a value, `e` an empty fragment. */
static const struct {
    const char *calls;
    const char *message;
} mistakes[] = {
    {"", "nothing was encoded"},
    {"vv", "more than one value"},
    {"[0][0]", "more than one value"},
    {"v[1", "more than one value"},
    {"[1v", "not ended"},
    {"{0", "not ended"},
    {"[2v]", "fewer elements"},
    {"[1vv]", "more elements"},
    {"[0v]", "more elements"},
    {"[1[1]]", "fewer elements"},
    {"{2kv}", "fewer members"},
    {"{1kvkv}", "more members"},
    {"{0kv}", "more members"},
    {"{1v}", "no key"},
    {"{1[0]}", "no key"},
    {"{1kk", "key has no value"},
    {"{1k}", "key has no value"},
    {"{2kvk}", "key has no value"},
    {"k", "outside an object"},
    {"[1k", "outside an object"},
    {"}", "not begun"},
    {"v]", "not begun"},
    {"[0}", "ended as an object"},
    {"{0]", "ended as an array"},
    {"e", "fragment is empty"},
    {"[1[1[1[1[1[1[1[1[1[1[1[1[1[1[1[1[1", "nested too deeply"},
};

static void make_calls(struct encoder *encoder, const char *calls)
{
    for (; *calls != '\0'; calls++) {
        switch (*calls) {
        case '{':
            encoder_object(encoder, (uint32_t)(*++calls - '0'));
            break;
        case '[':
            encoder_array(encoder, (uint32_t)(*++calls - '0'));
            break;
        case '}':
            encoder_end_object(encoder);
            break;
        case ']':
            encoder_end_array(encoder);
            break;
        case 'k':
            encoder_key(encoder, "key");
            break;
        case 'v':
            encoder_boolean(encoder, true);
            break;
        default:
            encoder_fragment(encoder, "", 0);
        }
    }
}

static void test_mistakes_are_reported(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        for (int encoding = 0; encoding < N_ENCODINGS; encoding++) {
            msgpack_sbuffer out;
            struct encoder encoder;
            struct error error = {.message = ""};
            msgpack_sbuffer_init(&out);
            encoder_init(&encoder, (enum encoding)encoding, &out);
            make_calls(&encoder, mistakes[i].calls);
            assert_int_equal(encoder_finish(&encoder, &error), -1);
            if (strstr(error.message, mistakes[i].message) == NULL)
                fail_msg("%s gives: %s", mistakes[i].calls, error.message);
            /* Whatever is called afterwards, the first mistake stays and nothing is written. */
            size_t size = out.size;
            make_calls(&encoder, "{1kv}[2v]e");
            encoder_integer(&encoder, 1);
            encoder_number(&encoder, 1.5);
            encoder_number(&encoder, NAN);
            encoder_text(&encoder, "late");
            assert_int_equal(out.size, size);
            assert_int_equal(encoder_finish(&encoder, &error), -1);
            assert_non_null(strstr(error.message, mistakes[i].message));
            msgpack_sbuffer_destroy(&out);
        }
    }
}

static void test_too_long_string(void **state)
{
    (void)state;
    msgpack_sbuffer out;
    struct encoder encoder;
    struct error error = {.message = ""};
    msgpack_sbuffer_init(&out);
    encoder_init(&encoder, ENCODING_MESSAGEPACK, &out);
    encoder_string(&encoder, "refused before it is read", (size_t)UINT32_MAX + 1);
    assert_int_equal(encoder_finish(&encoder, &error), -1);
    assert_non_null(strstr(error.message, "longer than MessagePack allows"));
    assert_int_equal(out.size, 0);
}

static void test_invalid_utf8_is_harmless(void **state)
{
    (void)state;
    static const char *const texts[] = {"\377", "\303", "a\200\"", "\355\240\200\n", "\360\237\\"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (int encoding = 0; encoding < N_ENCODINGS; encoding++) {
            msgpack_sbuffer out;
            struct encoder encoder;
            struct error error = {.message = ""};
            msgpack_sbuffer_init(&out);
            encoder_init(&encoder, (enum encoding)encoding, &out);
            encoder_text(&encoder, texts[i]);
            if (encoder_finish(&encoder, &error) != 0)
                assert_non_null(strstr(error.message, "UTF-8"));
            else
                assert_true(out.size > strlen(texts[i]));
            msgpack_sbuffer_destroy(&out);
        }
    }
}

static void test_out_of_memory(void **state)
{
    (void)state;
    for (int i = 0; i < 7 * N_ENCODINGS; i++) {
        /* The buffer says that it is full, and can never be made larger. */
        msgpack_sbuffer full = {.size = SIZE_MAX - 8, .data = NULL, .alloc = SIZE_MAX - 8};
        struct encoder encoder;
        struct error error = {.message = ""};
        encoder_init(&encoder, (enum encoding)(i % N_ENCODINGS), &full);
        switch (i / N_ENCODINGS) {
        case 0:
            encoder_text(&encoder, "text");
            break;
        case 1:
            encoder_text(&encoder, "a\nb");
            break;
        case 2:
            encoder_integer(&encoder, 1);
            break;
        case 3:
            encoder_number(&encoder, 0.5);
            break;
        case 4:
            encoder_null(&encoder);
            break;
        case 5:
            make_calls(&encoder, "{1kv}");
            break;
        default:
            make_calls(&encoder, "[1v]");
        }
        assert_int_equal(encoder_finish(&encoder, &error), -1);
        assert_non_null(strstr(error.message, "out of memory"));
    }
}

static void *no_memory(size_t size)
{
    (void)size;
    return NULL;
}

/* jansson, which writes escapes and numbers, may lack memory too. */
static void test_out_of_memory_in_jansson(void **state)
{
    (void)state;
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    json_set_alloc_funcs(no_memory, free);
    for (int i = 0; i < 2; i++) {
        struct encoder encoder;
        struct error error = {.message = ""};
        encoder_init(&encoder, ENCODING_JSON, &out);
        if (i == 0)
            encoder_text(&encoder, "a\nb");
        else
            encoder_number(&encoder, 0.5);
        int status = encoder_finish(&encoder, &error);
        assert_int_equal(status, -1);
        assert_non_null(strstr(error.message, "out of memory"));
    }
    json_set_alloc_funcs(malloc, free);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_reported),    cmocka_unit_test(test_too_long_string),
        cmocka_unit_test(test_invalid_utf8_is_harmless), cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_out_of_memory_in_jansson),
    };
    return cmocka_run_group_tests_name("encoder_mistakes", tests, NULL, NULL);
}
