/* Which pieces of a text the search box's language takes, by their form. */
#include "index/search/plan/query_language.h"

#include "index/search/plan/query_characters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct language_case {
    const char *typed;
    const char
        *read; /* the tokens, with `|` between them: text as it stands, `name=value`, `!word`,
                         `"words"`, `~flag` */
};

static size_t write_token(char *out, size_t room, const struct query_token *token)
{
    int length = (int)token->value.length;
    const char *value = length > 0 ? token->value.data : "";
    switch (token->kind) {
    case QUERY_TOKEN_FILTER:
        return (size_t)snprintf(out, room, "%.*s=%.*s", (int)token->name.length, token->name.data,
                                length, value);
    case QUERY_TOKEN_WITHOUT:
        return (size_t)snprintf(out, room, "!%.*s", length, value);
    case QUERY_TOKEN_QUOTED:
        return (size_t)snprintf(out, room, "\"%.*s\"", length, value);
    case QUERY_TOKEN_FLAG:
        return (size_t)snprintf(out, room, "~%.*s", (int)token->whole.length, token->whole.data);
    default:
        return (size_t)snprintf(out, room, "%.*s", (int)token->whole.length, token->whole.data);
    }
}

static const char *read_tokens(const char *typed)
{
    static char line[4096];
    char unified[SEARCH_MAX_TEXT_BYTES];
    struct query_token token;
    size_t at = 0;
    size_t length = 0;
    struct search_string text = {unified, query_characters_unify(unified, typed, strlen(typed))};
    line[0] = '\0';
    while (query_token_next(text, &at, &token)) {
        length +=
            (size_t)snprintf(line + length, sizeof line - length, "%s", length > 0 ? "|" : "");
        length += write_token(line + length, sizeof line - length, &token);
    }
    return line;
}

static void expect(const struct language_case *cases, size_t n_cases)
{
    size_t n_wrong = 0;
    for (size_t i = 0; i < n_cases; i++) {
        const char *read = read_tokens(cases[i].typed);
        if (strcmp(read, cases[i].read) != 0) {
            print_error("\"%s\" is %s, not %s\n", cases[i].typed, read, cases[i].read);
            n_wrong++;
        }
    }
    assert_int_equal(n_wrong, 0);
}
#define EXPECT(cases) expect(cases, sizeof(cases) / sizeof *(cases))

static void filters_are_names_and_values(void **state)
{
    (void)state;
    static const struct language_case cases[] = {
        {"license:mit", "license=mit"},
        {"License:MIT", "License=MIT"},
        {"tokio license:mit", "tokio|license=mit"},
        {"license:mit tokio", "license=mit|tokio"},
        {"tokio\tlicense:mit\n", "tokio|license=mit"},
        {"msrv:1.70", "msrv=1.70"},
        {"owner:github:rust-lang:libs", "owner=github:rust-lang:libs"},
        {"category:no-std::no-alloc", "category=no-std::no-alloc"},
        {"updated_since:2024-01-01T00:00:00Z", "updated_since=2024-01-01T00:00:00Z"},
        {"license:MIT/Apache-2.0", "license=MIT/Apache-2.0"},
        {"license:\"Apache-2.0 WITH LLVM-exception\"", "license=Apache-2.0 WITH LLVM-exception"},
        {"license:\u201CApache-2.0 WITH LLVM-exception\u201D x",
         "license=Apache-2.0 WITH LLVM-exception|x"},
        {"license:\"mit\" web", "license=mit|web"},
        {"keyword:c++", "keyword=c++"},
        {"keyword:\u4E2D", "keyword=\u4E2D"},
        {"foo:bar", "foo=bar"},
        {"http://example.org", "http=//example.org"}, /* a form; no name that a filter has */
        {"in:name", "in=name"},
    };
    EXPECT(cases);
}

static void what_is_no_filter_is_text(void **state)
{
    (void)state;
    static const struct language_case cases[] = {
        {"std::io", "std::io"},
        {"license::parse", "license::parse"},
        {"::license", "::license"},
        {"license:", "license:"},
        {"license: mit", "license:|mit"},
        {"license :mit", "license|:mit"},
        {":mit", ":mit"},
        {"license:::mit", "license:::mit"},
        {"license:\"", "license:\""},
        {"license:\"\"", "license:\"\""},
        {"license:\"mit", "license:\"mit"},
        {"license:\"mit\"x", "license:\"mit\"x"},
        {"license:m\"it\"", "license:m\"it\""},
        {"8080:80", "8080:80"},
        {"@license:mit", "@license:mit"},
        {"(license:mit)", "(license:mit)"},
        {"\"license:mit\"", "\"license:mit\""},
        {"-license:mit", "-license:mit"},
        {"a.license:mit", "a.license:mit"},
        {"license-file:mit", "license-file:mit"},
    };
    EXPECT(cases);
}

static void exclusions_are_one_hyphen_and_a_word(void **state)
{
    (void)state;
    static const struct language_case cases[] = {
        {"-async", "!async"},
        {"http -async", "http|!async"},
        {"http -async -tokio", "http|!async|!tokio"},
        {"-async http", "!async|http"},
        {"http\u00A0-async", "http|!async"},
        {"http \u2010async", "http|!async"},
        {"http -Async", "http|!Async"},
        {"http -async-std", "http|!async-std"},
        {"http -no_std", "http|!no_std"},
        {"parser -c++", "parser|!c++"},
        {"parser -c#", "parser|!c#"},
        {"web -asp.net", "web|!asp.net"},
        {"web -js, -css.", "web|!js|!css"},
        {"caf\u00E9 -\u00E9clair", "caf\u00E9|!\u00E9clair"},
        {"x -\u4E2D\u6587", "x|!\u4E2D\u6587"},
        {"x -j4", "x|!j4"},
    };
    EXPECT(cases);
}

static void other_hyphens_are_text_or_flags(void **state)
{
    (void)state;
    static const struct language_case cases[] = {
        {"tokio-util", "tokio-util"},
        {"tokio - util", "tokio|-|util"},
        {"tokio -- util", "tokio|--|util"},
        {"tokio ---util", "tokio|---util"},
        {"-", "-"},
        {"- serde", "-|serde"},
        {"x -1", "x|-1"},
        {"x -3d", "x|-3d"},
        {"x -_y", "x|-_y"},
        {"x -.y", "x|-.y"},
        {"x ->y", "x|->y"},
        {"x -a=b", "x|-a=b"},
        {"x -a/b", "x|-a/b"},
        {"x -\"a b\"", "x|-\"a|b\""},
        {"x -(a)", "x|-(a)"},
        {"x -std::io", "x|-std::io"},
        {"x --features full", "x|~--features|full"},
        {"x --features=full", "x|~--features=full"},
        {"x --no-default-features", "x|~--no-default-features"},
        {"x -F full", "x|~-F|full"},
        {"x -p y", "x|~-p|y"},
        {"x --1", "x|--1"},
        {"x\u2014y", "x|y"},
    };
    EXPECT(cases);
}

static void quotes_stand_between_spaces(void **state)
{
    (void)state;
    static const struct language_case cases[] = {
        {"\"serde\"", "\"serde\""},
        {"\"quoted words\"", "\"quoted words\""},
        {"a \"b c\" d", "a|\"b c\"|d"},
        {"\"a\" \"b\"", "\"a\"|\"b\""},
        {"\"a\" AND \"b\"", "\"a\"|AND|\"b\""},
        {"\u201Cweb server\u201D", "\"web server\""},
        {"\u00ABweb server\u00BB", "\"web server\""},
        {"\"c++ parser\"", "\"c++ parser\""},
        {"\"no std\"", "\"no std\""},
        {"\"hello, world\"", "\"hello, world\""},
        {"\"rust parser\"", "\"rust parser\""},
        {"\"serde_json\"", "\"serde_json\""},
        {"\"sha-1\"", "\"sha-1\""},
        {"\" sha-1 \"", "\"sha-1\""},
        {"\"tcp/ip\"", "\"tcp/ip\""},
        {"\"http 2\"", "\"http 2\""},
        {"\"windows 10 api\"", "\"windows 10 api\""},
        {"\"caf\u00E9\"", "\"caf\u00E9\""},
    };
    EXPECT(cases);
}

static void quoted_values_are_text(void **state)
{
    (void)state;
    static const struct language_case cases[] = {
        {"edition = \"2021\"", "edition|=|\"2021\""},
        {"name = \"some words\"", "name|=|\"some|words\""},
        {"name= \"some words\"", "name=|\"some|words\""},
        {"\"key\" = x", "\"key\"|=|x"},
        {"[ \"derive\" ]", "[|\"derive\"|]"},
        {"[ \"derive\" , \"std\" ]", "[|\"derive\"|,|\"std\"|]"},
        {"\"derive\", \"std\"", "\"derive\",|\"std\""},
        {"{ \"a\" : \"b\" }", "{|\"a\"|:|\"b\"|}"},
        {"(\"c++\")", "(\"c++\")"},
        {"\"1.0\"", "\"1.0\""},
        {"\"1\"", "\"1\""},
        {"\"^1.2\"", "\"^1.2\""},
        {"\">=1, <2\"", "\">=1,|<2\""},
        {"\"tls 1.3\"", "\"tls|1.3\""},
        {"\"serde 1.0\"", "\"serde|1.0\""},
        {"\"serde@1\"", "\"serde@1\""},
        {"\"std::io\"", "\"std::io\""},
        {"\"json.rs\"", "\"json.rs\""},
        {"\"serde-1.0.2.crate\"", "\"serde-1.0.2.crate\""},
        {"\"cargo add serde\"", "\"cargo|add|serde\""},
        {"\"docs.rs/serde\"", "\"docs.rs/serde\""},
        {"\"serde", "\"serde"},
        {"serde\"", "serde\""},
        {"a\"b\"", "a\"b\""},
        {"\"a\"b", "\"a\"b"},
        {"\"\"", "\"\""},
        {"\" \"", "\"|\""},
        {"\"+\"", "\"+\""},
        {"x\"y z\" w", "x\"y|z\"|w"},
    };
    EXPECT(cases);
}

/* What nobody would have to look at twice. */
static void most_texts_have_none(void **state)
{
    (void)state;
    static const char *const without[] = {"",        "serde", "tokio-util", "json parser",
                                          "a - b-c", "c++",   "'x'",        "(a)"};
    static const char *const with[] = {"a:b", "\"a\"", "-a", "a -b", "a\n-b", "a\u00A0-b"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        assert_false(
            query_language_may_be_in((struct search_string){without[i], strlen(without[i])}));
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        assert_true(query_language_may_be_in((struct search_string){with[i], strlen(with[i])}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_are_names_and_values),
        cmocka_unit_test(what_is_no_filter_is_text),
        cmocka_unit_test(exclusions_are_one_hyphen_and_a_word),
        cmocka_unit_test(other_hyphens_are_text_or_flags),
        cmocka_unit_test(quotes_stand_between_spaces),
        cmocka_unit_test(quoted_values_are_text),
        cmocka_unit_test(most_texts_have_none),
    };
    return cmocka_run_group_tests_name("query_language", tests, NULL, NULL);
}
