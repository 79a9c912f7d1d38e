/* Query strings: what a browser's form encoding means, the limits, and the way back. */
#include "server/http/query_string.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Large; the tests run one after the other. */
static struct query_string query;

/* Pairs are shown as `name=value;`, decoded. */
static const struct {
    const char *text;
    const char *pairs;
} readings[] = {
    {"", ""},
    {"q=serde", "q=serde;"},
    {"q=serde&page=2", "q=serde;page=2;"},
    {"page=2&q=serde", "page=2;q=serde;"},
    {"q=http+client", "q=http client;"},
    {"q=http%20client", "q=http client;"},
    {"q=c%2B%2B", "q=c++;"},
    {"q=a%26b%3Dc", "q=a&b=c;"},
    {"q=a=b=c", "q=a=b=c;"},
    {"q", "q=;"},
    {"q=", "q=;"},
    {"=serde", "=serde;"},
    {"=", "=;"},
    {"&", ""},
    {"&&q=x&&", "q=x;"},
    {"ids%5B%5D=serde&ids[]=rand", "ids[]=serde;ids[]=rand;"},
    {"q=%73erde", "q=serde;"},
    {"q=%c3%A9t%C3%a9", "q=\xC3\xA9t\xC3\xA9;"},
    {"q=\xC3\xA9t\xC3\xA9", "q=\xC3\xA9t\xC3\xA9;"},
    {"q=100%", "q=100%;"},
    {"q=%4", "q=%4;"},
    {"q=%g1%1g", "q=%g1%1g;"},
    {"q=%%34", "q=%4;"},
    {"q=%2541", "q=%41;"},
    {"q=a?b#c;d", "q=a?b#c;d;"},
    {"q=%09%1F", "q=\t\x1F;"},
};

static void pairs_are_decoded_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        struct error error;
        const char *text = readings[i].text;
        assert_int_equal(query_string_parse(&query, text, strlen(text), &error), 0);
        char shown[256];
        size_t length = 0;
        shown[0] = '\0';
        for (size_t j = 0; j < query.n_parameters; j++) {
            const struct query_parameter *parameter = &query.parameters[j];
            assert_int_equal(strlen(parameter->name), parameter->name_length);
            assert_int_equal(strlen(parameter->value), parameter->value_length);
            length += (size_t)snprintf(shown + length, sizeof shown - length, "%s=%s;",
                                       parameter->name, parameter->value);
        }
        assert_string_equal(shown, readings[i].pairs);
    }
}

static void raw_is_the_pair_as_the_client_wrote_it(void **state)
{
    (void)state;
    static const char text[] = "&q=a+b%20c&&letter=%41&flag&";
    static const char *const expected[] = {"q=a+b%20c", "letter=%41", "flag"};
    struct error error;
    assert_int_equal(query_string_parse(&query, text, strlen(text), &error), 0);
    assert_int_equal(query.n_parameters, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct query_parameter *parameter = &query.parameters[i];
        assert_int_equal(parameter->raw_length, strlen(expected[i]));
        assert_memory_equal(parameter->raw, expected[i], parameter->raw_length);
        assert_true(parameter->raw >= text && parameter->raw < text + sizeof text);
    }
}

static void the_last_of_a_repeated_name_counts(void **state)
{
    (void)state;
    static const char text[] = "page=1&pages=9&page=2&Page=3&%70age=4&pag=5";
    struct error error;
    assert_int_equal(query_string_parse(&query, text, strlen(text), &error), 0);
    assert_string_equal(query_string_find(&query, "page")->value, "4");
    assert_string_equal(query_string_find(&query, "Page")->value, "3");
    assert_null(query_string_find(&query, "pa"));
    assert_null(query_string_find(&query, ""));
}

static const struct {
    const char *text;
    const char *complaint;
} refusals[] = {
    {"q=a%00b", "NUL"},   {"%00=a", "NUL"},         {"a=b&c=%00", "NUL"},
    {"q=%FF", "UTF-8"},   {"q=%C3", "UTF-8"},       {"%C3=%A9", "UTF-8"},
    {"q=\xE9t", "UTF-8"}, {"q=%ED%A0%80", "UTF-8"}, {"q=%C0%AF", "UTF-8"},
};

static void what_no_text_can_be_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct error error = {.message = ""};
        const char *text = refusals[i].text;
        assert_int_equal(query_string_parse(&query, text, strlen(text), &error), -1);
        assert_non_null(strstr(error.message, refusals[i].complaint));
    }
    struct error error = {.message = ""};
    assert_int_equal(query_string_parse(&query, "q=a\0b", 5, &error), -1);
    assert_non_null(strstr(error.message, "NUL"));
}

static void lengths_are_limited(void **state)
{
    (void)state;
    struct error error = {.message = ""};
    char *text = malloc(QUERY_STRING_MAX_BYTES + 1);
    assert_non_null(text);
    memset(text, 'a', QUERY_STRING_MAX_BYTES + 1);
    assert_int_equal(query_string_parse(&query, text, QUERY_STRING_MAX_BYTES, &error), 0);
    assert_int_equal(query.parameters[0].name_length, QUERY_STRING_MAX_BYTES);
    assert_int_equal(query_string_parse(&query, text, QUERY_STRING_MAX_BYTES + 1, &error), -1);
    assert_non_null(strstr(error.message, "8192"));

    /* As many pairs as are allowed, with the text as long as is allowed; then one more. */
    for (size_t i = 0; i < QUERY_STRING_MAX_PARAMETERS; i++)
        text[2 * i + 1] = '&';
    assert_int_equal(query_string_parse(&query, text, QUERY_STRING_MAX_BYTES, &error), -1);
    assert_non_null(strstr(error.message, "256"));
    text[1] = 'a';
    assert_int_equal(query_string_parse(&query, text, QUERY_STRING_MAX_BYTES, &error), 0);
    assert_int_equal(query.n_parameters, QUERY_STRING_MAX_PARAMETERS);
    assert_string_equal(query.parameters[0].name, "aaa");
    assert_int_equal(query.parameters[255].name_length, QUERY_STRING_MAX_BYTES - 2 * 256);
    free(text);
}

static void every_byte_survives_encoding(void **state)
{
    (void)state;
    /* All but NUL as Latin-1 code points in UTF-8. */
    char value[512];
    size_t length = 0;
    for (unsigned point = 1; point < 256; point++) {
        if (point < 0x80) {
            value[length++] = (char)point;
        } else {
            value[length++] = (char)(0xC0 | (point >> 6));
            value[length++] = (char)(0x80 | (point & 0x3F));
        }
    }
    char text[2048] = "value=";
    size_t text_length = 6;
    assert_int_equal(query_string_encode(text, sizeof text, &text_length, value, length), 0);
    for (size_t i = 6; i < text_length; i++)
        assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "*-._+%",
                               text[i]));
    struct error error;
    assert_int_equal(query_string_parse(&query, text, text_length, &error), 0);
    assert_int_equal(query.n_parameters, 1);
    assert_int_equal(query.parameters[0].value_length, length);
    assert_memory_equal(query.parameters[0].value, value, length);
}

static void encoding_stops_at_the_capacity(void **state)
{
    (void)state;
    char out[16] = "................";
    size_t length = 2;
    assert_int_equal(query_string_encode(out, 9, &length, "a b/~", 5), -1);
    assert_int_equal(length, 2);
    assert_int_equal(query_string_encode(out, 11, &length, "a b/~", 5), 0);
    assert_int_equal(length, 11);
    assert_memory_equal(out, "..a+b%2F%7E.....", sizeof out);
    assert_int_equal(query_string_encode(out, 11, &length, "", 0), 0);
    assert_int_equal(query_string_encode(out, 11, &length, "x", 1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_decoded_in_order),
        cmocka_unit_test(raw_is_the_pair_as_the_client_wrote_it),
        cmocka_unit_test(the_last_of_a_repeated_name_counts),
        cmocka_unit_test(what_no_text_can_be_is_refused),
        cmocka_unit_test(lengths_are_limited),
        cmocka_unit_test(every_byte_survives_encoding),
        cmocka_unit_test(encoding_stops_at_the_capacity),
    };
    return cmocka_run_group_tests_name("query_string", tests, NULL, NULL);
}
