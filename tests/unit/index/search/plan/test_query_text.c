/* Words: what is taken off what was typed, and what is not. */
#include "tests/support/query_text_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void words_stay_as_they_were_typed(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"", ""},
        {"serde", "serde"},
        {"Serde-JSON", "Serde-JSON"},
        {"json parser", "json parser"},
        {"c++", "c++"},
        {"c+", "c+"},
        {"notepad++", "notepad++"},
        {"c#", "c#"},
        {".net", ".net"},
        {"no_std", "no_std"},
        {"c ++", "c ++"},
        {"-json", "-json"},
        {"base64", "base64"},
        {"x509", "x509"},
        {"2d", "2d"},
        {"3d engine", "3d engine"},
        {"utf-8", "utf-8"},
        {"openapi-v3", "openapi-v3"},
        {"sha-1", "sha-1"},
        {"http/2", "http/2"},
        {"tls 1.3 client", "tls 1.3 client"},
        {"localhost:8080", "localhost:8080"},
        {"std::collections::HashMap", "std::collections::HashMap"},
        {"use std::fmt;", "use std::fmt"},
        {"use case", "use case"},
        {"the matrix", "the matrix"},
        {"checking types", "checking types"},
        {"crate", "crate"},
        {"rust", "rust"},
        {"the crate", "the crate"},
        {"rust crate", "rust crate"},
        {"crates", "crates"},
        {"use after free", "use after free"},
        {"cargo", "cargo"},
        {"cargo add", "cargo add"},
        {"cargo update dependencies", "cargo update dependencies"},
        {"cargo-edit", "cargo-edit"},
        {"docs.rs", "docs.rs"},
        {"crates.io", "crates.io"},
        {"https://crates.io/", "https://crates.io/"},
        {"https://crates.io/search?q=json+parser", "https://crates.io/search?q=json+parser"},
        {"https://docs.rs/releases", "https://docs.rs/releases"},
        {"main.rs", "main.rs"},
        {"[dependencies]", "dependencies"},
        {"edition = \"2021", "edition = \"2021"},
        {"a = b", "a = b"},
        {"NEAR(json, 2)", "NEAR(json, 2)"},
        {"\"serde\" AND \"json\"", "\"serde\" AND \"json\""},
        {"foo (bar)", "foo (bar)"},
        {"what is it?", "what is it"},
        {"@babel/core", "@babel/core"},
        {"---", "---"},
        {"_", "_"},
        {"\"", "\""},
        {"*", "*"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_PLAIN, cases);
}

static void decoration_is_taken_off(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"\"serde\"", "serde"},
        {"'serde'", "serde"},
        {"`serde`", "serde"},
        {"```serde```", "serde"},
        {"\u201Cserde\u201D", "serde"},
        {"\u2018serde\u2019", "serde"},
        {"\u00ABserde\u00BB", "serde"},
        {"(serde)", "serde"},
        {"[serde]", "serde"},
        {"{serde}", "serde"},
        {"<serde>", "serde"},
        {"**serde**", "serde"},
        {"# serde", "serde"},
        {"- serde", "serde"},
        {"1. serde", "serde"},
        {"12. json parser", "json parser"},
        {"* serde", "serde"},
        {"- [ ] serde", "serde"},
        {"$ serde", "serde"},
        {"serde,", "serde"},
        {"serde;", "serde"},
        {"serde.", "serde"},
        {"serde!", "serde"},
        {"+serde", "serde"},
        {"serde+", "serde"},
        {"%serde%", "serde"},
        {"^serde", "serde"},
        {"serde?", "serde"},
        {"serde =", "serde"},
        {"serde::", "serde"},
        {"::serde", "serde"},
        {"serde()", "serde"},
        {"\"serde", "serde"},
        {"serde\"", "serde"},
        {"#![no_std]", "no_std"},
        {"(\"c++\")", "c++"},
        {"\"json parser\"", "json parser"},
        {"(json parser)", "json parser"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_PLAIN, cases);
}

static void white_space_is_one_space(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"\tserde\t", "serde"},
        {"serde\n", "serde"},
        {"serde\r\n", "serde"},
        {"json\t\tparser", "json parser"},
        {"json\r\nparser", "json parser"},
        {"json\vparser\f", "json parser"},
        {"json\u00A0parser", "json parser"},
        {"json\u2003parser\u3000", "json parser"},
        {"json\u2028parser\xC2\x85", "json parser"},
        {"\uFEFFserde", "serde"},
        {"ser\u200Bde", "serde"},
        {"ser\u00ADde", "serde"},
        {"serde\u200B", "serde"},
        {"serde\u2011json", "serde-json"},
        {"\u0E2B\u0E49\u0E2D\u0E07\u200B\u0E2A\u0E21\u0E38\u0E14",
         "\u0E2B\u0E49\u0E2D\u0E07 \u0E2A\u0E21\u0E38\u0E14"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_PLAIN, cases);
}

static void symbols_are_no_words(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"serde \U0001F980", "serde"},
        {"\U0001F980serde", "serde"},
        {"json \U0001F680 parser", "json parser"},
        {"\u2764\uFE0F serde", "serde"},
        {"\U0001F468\u200D\U0001F4BB", ""},
        {"1\uFE0F\u20E3", "1"},
        {"\U0001F1E9\U0001F1EA", ""},
        {"\U0001F680", ""},
        {"\u2192 \u2713 \u2122", ""},
        {"serde\u2122", "serde"},
        {"\u251C\u2500\u2500 serde", "serde"},
        {"\u20AC", ""},
        {"\u4E2D\u6587", "\u4E2D\u6587"},
        {"caf\u00E9", "caf\u00E9"},
        {"\u2460", "\u2460"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_PLAIN, cases);
}

static void words_count_once(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"json json json", "json"},
        {"json JSON", "json"},
        {"json parser json", "json parser json"},
        {"json parser  JSON\tparser", "json parser"},
        {"json\njson", "json"},
        {"json-json", "json-json"},
        {"jso json", "jso json"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_PLAIN, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stay_as_they_were_typed),
        cmocka_unit_test(decoration_is_taken_off),
        cmocka_unit_test(white_space_is_one_space),
        cmocka_unit_test(symbols_are_no_words),
        cmocka_unit_test(words_count_once),
    };
    return cmocka_run_group_tests_name("query_text", tests, NULL, NULL);
}
