/* JSON text of columns, as values of both encodings: what clients rely on holds whatever the text
   is. */
#include "index/encode/json_column.h"

#include "tests/support/decode_both.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct column {
    const char *text;
    void (*encode)(const char *text, size_t length, struct encoder *encoder);
};

static int write_column(void *context, struct encoder *encoder)
{
    const struct column *column = context;
    column->encode(column->text, column->text != NULL ? strlen(column->text) : 0, encoder);
    return 0;
}

static void expect(void (*encode)(const char *, size_t, struct encoder *), const char *text,
                   const char *expected)
{
    struct column column = {text, encode};
    json_t *value = decode_both(write_column, &column);
    char *dumped = json_dumps(value, JSON_COMPACT);
    assert_string_equal(dumped, expected);
    free(dumped);
    json_decref(value);
}

static void arrays_of_strings(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[]", "[]"},
        {"[\"a\"]", "[\"a\"]"},
        {"[\"a b\", null, \"\\\"c\\\\\"]", "[\"a b\",null,\"\\\"c\\\\\"]"},
        {"[1, \"a\", [\"b\"], {}, true, 1.5]", "[\"a\"]"},
        {"[\"\\u00e9\\ud83d\\ude00\"]", "[\"\u00e9\U0001f600\"]"},
        /* Not such an array at all. */
        {"", "[]"},
        {"{\"a\": []}", "[]"},
        {"\"a\"", "[]"},
        {"[\"a\"", "[]"},
        {"[\"a\"] x", "[]"},
        {"null", "[]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(json_column_strings, cases[i][0], cases[i][1]);
    expect(json_column_strings, NULL, "[]");
}

static void features(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{}", "{}"},
        {"{\"b\": [\"a/x\", \"dep:c\"], \"a\": []}", "{\"b\":[\"a/x\",\"dep:c\"],\"a\":[]}"},
        {"{\"\\\"q\\\\\": [\"x\"]}", "{\"\\\"q\\\\\":[\"x\"]}"},
        {"{\"gr\u00f6\u00dfe\": []}", "{\"gr\u00f6\u00dfe\":[]}"},
        {"{\"a\": null, \"b\": \"c\", \"d\": [null, 1, \"e\"], \"f\": {}}", "{\"d\":[\"e\"]}"},
        {"", "{}"},
        {"[\"a\"]", "{}"},
        {"{\"a\": [\"b\"]", "{}"},
        {"{\"a\": [}", "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(json_column_features, cases[i][0], cases[i][1]);
    expect(json_column_features, NULL, "{}");
}

/* A text of a depth at which encoders and decoders give up. */
static void deep_texts(void **state)
{
    (void)state;
    static char deep[20001];
    memset(deep, '[', 10000);
    memset(deep + 10000, ']', 10000);
    expect(json_column_strings, deep, "[]");
    expect(json_column_features, deep, "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_of_strings),
        cmocka_unit_test(features),
        cmocka_unit_test(deep_texts),
    };
    return cmocka_run_group_tests_name("json_column", tests, NULL, NULL);
}
