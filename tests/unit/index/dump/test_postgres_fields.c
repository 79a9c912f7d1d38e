/* PostgreSQL's text forms: examples, refusals, and arrays there and back. */
#include "index/dump/postgres_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"007", 7},
        {"-12", -12},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    static const char *const bad[] = {
        "",
        "-",
        "+",
        "--1",
        "+-1",
        "1-",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "0x1",
        "a",
        "１",
        "9223372036854775808",
        "1,",
        "1_0",
        "null",
        "-9223372036854775809",
        "99999999999999999999999999",
    };
    int64_t value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(postgres_integer(good[i].text, strlen(good[i].text), &value), 0);
        assert_int_equal(value, good[i].value);
    }
    value = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (postgres_integer(bad[i], strlen(bad[i]), &value) != -1)
            fail_msg("accepted %s", bad[i]);
        assert_int_equal(value, 42);
    }
    assert_int_equal(postgres_integer("123456", 3, &value), 0);
    assert_int_equal(value, 123);
}

static void test_bytea(void **state)
{
    (void)state;
    char hex[9];
    assert_int_equal(postgres_bytea("\\x00fF9a", 8, hex, sizeof hex), 0);
    assert_string_equal(hex, "00ff9a");
    assert_int_equal(postgres_bytea("\\x", 2, hex, sizeof hex), 0);
    assert_string_equal(hex, "");
    assert_int_equal(postgres_bytea("\\x01234567", 10, hex, sizeof hex), 0);
    assert_string_equal(hex, "01234567");
    assert_int_equal(postgres_bytea("\\x0123456789", 12, hex, sizeof hex), -1); /* no room */
    assert_int_equal(postgres_bytea("\\x012", 5, hex, sizeof hex), -1);
    assert_int_equal(postgres_bytea("\\x0g", 4, hex, sizeof hex), -1);
    assert_int_equal(postgres_bytea("\\X00", 4, hex, sizeof hex), -1);
    assert_int_equal(postgres_bytea("0011", 4, hex, sizeof hex), -1);
    assert_int_equal(postgres_bytea("\\", 1, hex, sizeof hex), -1);
    assert_int_equal(postgres_bytea("", 0, hex, sizeof hex), -1);

    assert_int_equal(postgres_hex("00FF9a", 6, hex, sizeof hex), 0);
    assert_string_equal(hex, "00ff9a");
    assert_int_equal(postgres_hex("", 0, hex, sizeof hex), 0);
    assert_int_equal(postgres_hex("0", 1, hex, sizeof hex), -1);
    assert_int_equal(postgres_hex("0:", 2, hex, sizeof hex), -1);
    assert_int_equal(postgres_hex("\\x00", 4, hex, sizeof hex), -1);
}

/* All elements as `<text>`, NULL as `null`, or the error; the caller frees it. The text lies in
   memory of its very size, so that a sanitizer sees a read past the end. */
static char *walk(const char *text, size_t length)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    char *exact = malloc(length + 1);
    assert_non_null(out);
    assert_non_null(exact);
    char *start = exact + 1; /* its end is the end of the allocation */
    memcpy(start, text, length);

    struct postgres_array array;
    struct postgres_element element;
    struct error error = {.message = ""};
    struct error again = {.message = ""};
    int more;
    postgres_array_open(&array, start, length);
    while ((more = postgres_array_next(&array, &element, &error)) == 1) {
        if (element.is_null)
            fprintf(out, "null");
        else
            fprintf(out, "<%.*s>", (int)element.length, element.text);
    }
    assert_int_equal(postgres_array_next(&array, &element, &again), more);
    assert_string_equal(again.message, error.message);
    postgres_array_close(&array);
    if (more < 0)
        fprintf(out, "!%s", error.message);
    fclose(out);
    free(exact);
    return result;
}

static void test_arrays(void **state)
{
    (void)state;
    static const char *const examples[][2] = {
        {"{}", ""},
        {" { } ", ""},
        {"{a}", "<a>"},
        {"{a,b,c}", "<a><b><c>"},
        {"{a,\"b c\",NULL}", "<a><b c>null"},
        {"{null,Null,\"NULL\",NUL,NULLS,N\\ULL}", "nullnull<NULL><NUL><NULLS><NULL>"},
        {"{\"\",\"a,b\",\"{x}\"}", "<><a,b><{x}>"},
        {"{\"a\\\"b\",\"c\\\\d\",e\\,f,\\}}", "<a\"b><c\\d><e,f><}>"},
        {"{ a , \"b\" ,c d }", "<a><b><c d>"},
        {"{a\\ }", "<a >"},
        {"{\\n}", "<n>"},
        {"{ä,\"日本\"}", "<ä><日本>"},
        {"", "!not an array: the opening brace is missing"},
        {"a", "!not an array: the opening brace is missing"},
        {"{", "!not an array: the closing brace is missing"},
        {"{a", "!not an array: the closing brace is missing"},
        {"{a\\", "!not an array: the closing brace is missing"},
        {"{a,", "<a>!not an array: the closing brace is missing"},
        {"{a,}", "<a>!not an array: an empty element without quotes"},
        {"{,a}", "!not an array: an empty element without quotes"},
        {"{\"a}", "!not an array: a quote is not closed"},
        {"{\"a\\", "!not an array: a quote is not closed"},
        {"{\"a\\\"}", "!not an array: a quote is not closed"},
        {"{\"a\"b}", "<a>!not an array: no comma after an element"},
        {"{\"a\"", "<a>!not an array: the closing brace is missing"},
        {"{a\"b\"}", "!not an array: a quote inside of an element"},
        {"{a{b}", "!not an array: a brace inside of an element"},
        {"{{a},{b}}", "!not an array of one dimension"},
        {"[0:1]={a,b}", "!not an array that counts from one"},
        {"{a}b", "<a>!not an array: text after the closing brace"},
        {"{}{}", "!not an array: text after the closing brace"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char *result = walk(examples[i][0], strlen(examples[i][0]));
        assert_string_equal(result, examples[i][1]);
        free(result);
    }
}

/* Random elements, written as PostgreSQL writes them (or escaped without quotes), come back. */
static void test_arrays_there_and_back(void **state)
{
    (void)state;
    static const char alphabet[] = "ab,{}\"\\ \t\nNUL";
    unsigned random = 7;
    for (int round = 0; round < 5000; round++) {
        char text[512], expected[512];
        size_t length = 0, expected_length = 0;
        random = random * 1664525 + 1013904223;
        unsigned n_elements = random >> 29;
        text[length++] = '{';
        for (unsigned i = 0; i < n_elements; i++) {
            random = random * 1664525 + 1013904223;
            unsigned n_bytes = random >> 28;
            bool is_quoted = n_bytes == 0 || (random & 0x10000) != 0;
            if (i > 0)
                text[length++] = ',';
            if (is_quoted)
                text[length++] = '"';
            expected[expected_length++] = '<';
            for (unsigned j = 0; j < n_bytes; j++) {
                random = random * 1664525 + 1013904223;
                char byte = alphabet[(random >> 16) % (sizeof alphabet - 1)];
                if (!is_quoted || byte == '"' || byte == '\\')
                    text[length++] = '\\';
                text[length++] = byte;
                expected[expected_length++] = byte;
            }
            expected[expected_length++] = '>';
            if (is_quoted)
                text[length++] = '"';
        }
        text[length++] = '}';
        expected[expected_length] = '\0';
        char *result = walk(text, length);
        assert_string_equal(result, expected);
        free(result);
        for (size_t cut = 0; cut < length; cut++) {
            result = walk(text, cut);
            assert_non_null(strchr(result, '!')); /* an array that is cut is never whole */
            free(result);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_bytea),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_arrays_there_and_back),
    };
    return cmocka_run_group_tests_name("postgres_fields", tests, NULL, NULL);
}
