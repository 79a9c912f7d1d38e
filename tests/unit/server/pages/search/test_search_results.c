/* Texts of results are marked where they matched; what is forged in an index is passed over. */
#include "server/pages/search/search_results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <msgpack/unpack.h>
#include <string.h>

struct range {
    int64_t start;
    int64_t length;
};

/* A list of one crate that has nothing but a name and where it matched. */
static void write_crates(struct encoder *encoder, const char *name, const struct range *ranges,
                         uint32_t n_ranges)
{
    encoder_array(encoder, 1);
    encoder_object(encoder, 2);
    encoder_member_text(encoder, "name", name);
    encoder_key(encoder, "highlights");
    encoder_object(encoder, 1);
    encoder_key(encoder, "name");
    encoder_array(encoder, n_ranges);
    for (uint32_t i = 0; i < n_ranges; i++) {
        encoder_array(encoder, 2);
        encoder_integer(encoder, ranges[i].start);
        encoder_integer(encoder, ranges[i].length);
        encoder_end_array(encoder);
    }
    encoder_end_array(encoder);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
    encoder_end_array(encoder);
}

/* `expected`: the markup of the name, in JSON. */
static void check(const char *name, const struct range *ranges, uint32_t n_ranges,
                  const char *expected)
{
    msgpack_sbuffer bytes;
    msgpack_sbuffer json;
    struct encoder encoder;
    msgpack_unpacked crates;
    size_t offset = 0;
    msgpack_sbuffer_init(&bytes);
    msgpack_sbuffer_init(&json);
    encoder_init(&encoder, ENCODING_MESSAGEPACK, &bytes);
    write_crates(&encoder, name, ranges, n_ranges);
    assert_int_equal(encoder_finish(&encoder, NULL), 0);
    msgpack_unpacked_init(&crates);
    assert_int_equal(msgpack_unpack_next(&crates, bytes.data, bytes.size, &offset),
                     MSGPACK_UNPACK_SUCCESS);
    encoder_init(&encoder, ENCODING_JSON, &json);
    search_results_encode(&crates.data, &encoder);
    assert_int_equal(encoder_finish(&encoder, NULL), 0);
    msgpack_sbuffer_write(&json, "", 1);
    const char *parts = strstr(json.data, "\"name_marked\":");
    assert_non_null(parts);
    parts += strlen("\"name_marked\":");
    assert_int_equal(strncmp(parts, expected, strlen(expected)), 0);
    msgpack_unpacked_destroy(&crates);
    msgpack_sbuffer_destroy(&bytes);
    msgpack_sbuffer_destroy(&json);
}

static void marks_by_code_points(void **state)
{
    (void)state;
    static const struct range ranges[] = {{1, 2}, {4, 1}};
    check("añb-c", ranges, 2, "\"a<mark>ñb</mark>-<mark>c</mark>\"");
    check("añb-cd", ranges, 1, "\"a<mark>ñb</mark>-cd\"");
    check("abc", NULL, 0, "\"abc\"");
    check("<b>&", ranges, 1, "\"&lt;<mark>b&gt;</mark>&amp;\"");
}

static void passes_over_what_is_forged(void **state)
{
    (void)state;
    static const struct range overlapping[] = {{2, 2}, {0, 3}, {3, 9}};
    static const struct range huge[] = {{1, INT64_MAX}, {INT64_MAX, INT64_MAX}, {-1, 2}};
    struct range many[300];
    for (int64_t i = 0; i < 300; i++)
        many[i] = (struct range){2 * i, 1};
    check("abcde", overlapping, 3, "\"ab<mark>cd</mark>e\"");
    check("abc", huge, 3, "\"a<mark>bc</mark>\"");
    check("abc", many, 300, "\"<mark>a</mark>b<mark>c</mark>\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_by_code_points),
        cmocka_unit_test(passes_over_what_is_forged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
