/* What is typed into the search box, and how it is read in an index that has some things and not
   others. What the pieces are by their form is test_query_language.c's. */
#include "tests/support/built_index.h"

#include <cratedex/encoder.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_language.h>
#include <cratedex/search_text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,tokio,2020-01-01,2020-01-01,,,,\n"
                                         "2,serde,2020-01-01,2020-01-01,,,,\n"
                                         "3,-net,2020-01-01,2020-01-01,,,,\n"
                                         "4,keyword,2020-01-01,2020-01-01,,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS
                ",license,edition,rust_version,has_lib,bin_names\n"
                "1,1,1.0.0,2020-01-01,f,0,2020-01-01,MIT OR Apache-2.0,2021,1.70.0,t,{}\n"
                "2,2,1.0.0,2020-01-01,f,0,2020-01-01,Apache-2.0 WITH LLVM-exception,2018,,t,{}\n"
                "3,3,1.0.0,2020-01-01,f,0,2020-01-01,Zlib,2015,,t,{}\n"),
    BUILT_TABLE("default_versions", "crate_id,num_versions,version_id\n1,1,1\n2,1,2\n3,1,3\n"),
    BUILT_TABLE("dependencies", "crate_id,version_id,req,optional,default_features,features,target,"
                                "kind,id\n2,1,^1,f,t,{},,0,1\n"),
    BUILT_TABLE("users", "id,gh_login,name,gh_avatar,gh_id\n1,dtolnay,David,,1\n"),
    BUILT_TABLE("teams",
                "id,login,name,avatar,github_id,org_id\n1,github:tokio-rs:core,Core,,1,1\n"),
    BUILT_TABLE("crate_owners", "crate_id,owner_id,owner_kind\n2,1,0\n1,1,1\n"),
    BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,cli,1,2020-01-01\n"
                            "2,c++,1,2020-01-01\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n2,2\n"),
    BUILT_TABLE("categories", "id,slug,category,crates_cnt,created_at,description,path\n"
                              "1,no-std,None,1,2020-01-01,x,root\n"
                              "2,no-std::no-alloc,None,1,2020-01-01,x,root\n"),
    BUILT_TABLE("crates_categories", "crate_id,category_id\n1,1\n2,2\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

struct reading_case {
    const char *typed;
    /* `text | filters`: as meta tells them, without quotes and brackets. NULL: as it was typed. */
    const char *read;
};

/* Appends the JSON of the filters without the text and what JSON has around it. */
static void append_filters(char *line, size_t size, const struct search_filters *filters)
{
    msgpack_sbuffer buffer;
    struct encoder encoder;
    struct error error;
    size_t at = strlen(line);
    msgpack_sbuffer_init(&buffer);
    encoder_init(&encoder, ENCODING_JSON, &buffer);
    search_filters_encode(filters, (struct search_string){"", 0}, &encoder);
    assert_int_equal(encoder_finish(&encoder, &error), 0);
    for (size_t i = strlen("{\"text\":\"\""); i < buffer.size && at + 1 < size; i++) {
        if (strchr("{}[]\"", buffer.data[i]) == NULL)
            line[at++] = buffer.data[i] == ',' ? ' ' : buffer.data[i];
    }
    line[at] = '\0';
    msgpack_sbuffer_destroy(&buffer);
}

/* NULL where it is read as it was typed. */
static const char *read_text(const struct built_index *built, const char *typed)
{
    static char line[4096];
    static struct search_filters filters;
    char rest[SEARCH_MAX_TEXT_BYTES];
    size_t length = SIZE_MAX;
    struct search_string text = {typed, strlen(typed)};
    search_filters_init(&filters);
    assert_int_equal(search_check_text(typed, text.length, NULL), SEARCH_OK);
    if (!search_language_read(built->index, text, &filters, rest, &length)) {
        assert_int_equal(filters.n, 0);
        assert_int_equal(length, SIZE_MAX);
        return NULL;
    }
    assert_true(length <= text.length);
    snprintf(line, sizeof line, "%.*s |", (int)length, rest);
    append_filters(line, sizeof line, &filters);
    return line;
}

static void expect(void **state, const struct reading_case *cases, size_t n_cases)
{
    size_t n_wrong = 0;
    for (size_t i = 0; i < n_cases; i++) {
        const char *read = read_text(*state, cases[i].typed);
        const char *expected = cases[i].read;
        if ((read == NULL) != (expected == NULL) || (read != NULL && strcmp(read, expected) != 0)) {
            print_error("\"%s\" is read as %s, not %s\n", cases[i].typed,
                        read == NULL ? "it was typed" : read,
                        expected == NULL ? "it was typed" : expected);
            n_wrong++;
        }
    }
    assert_int_equal(n_wrong, 0);
}
#define EXPECT(state, cases) expect(state, cases, sizeof(cases) / sizeof *(cases))

static void filters_leave_the_text(void **state)
{
    static const struct reading_case cases[] = {
        {"tokio keyword:cli", "tokio | keyword:cli"},
        {"keyword:cli tokio", "tokio | keyword:cli"},
        {"async keyword:cli runtime", "async runtime | keyword:cli"},
        {"keyword:cli", " | keyword:cli"},
        {"KEYWORD:CLI", " | keyword:cli"},
        {"tok keyword:cli", "tok | keyword:cli"},
        {"x keyword:c++ keyword:cli", "x | keyword:c++ cli"},
        {"x keyword:cli keyword:cli", "x | keyword:cli"},
        {"x category:no-std", "x | category:no-std"},
        {"x category:no-std::no-alloc", "x | category:no-std::no-alloc"},
        {"x min_downloads:1000", "x | min_downloads:1000"},
        {"x in:name", "x | in:name"},
        {"x IN:Name", "x | in:name"},
        {"async\nrt keyword:cli", "async\nrt | keyword:cli"},
        {"async keyword:cli\nrt", "async\nrt | keyword:cli"},
        {"  async   rt keyword:cli ", "async rt | keyword:cli"},
        {"tokio::sync keyword:cli", "tokio::sync | keyword:cli"},
        {"tokio 1.0 keyword:cli", "tokio 1.0 | keyword:cli"},
        {"keyword:cli serde = \"1.0\"", "serde = \"1.0\" | keyword:cli"},
    };
    EXPECT(state, cases);
}

/* Every name that a filter has, with a value that this index has. */
static void filters_by_every_name(void **state)
{
    static const struct reading_case cases[] = {
        {"x license:mit", "x | license:MIT"},
        {"x license:MIT license:apache-2.0", "x | license:Apache-2.0 MIT"},
        {"x license:\"Apache-2.0 WITH LLVM-exception\"",
         "x | license:Apache-2.0 WITH LLVM-exception"},
        {"x msrv:1.70", "x | rust_version:1.70.0"},
        {"x rust_version:1.70.0", "x | rust_version:1.70.0"},
        {"x rust_version_known:yes", "x | rust_version_known:true"},
        {"x edition:2021", "x | edition:2021"},
        {"x has:lib has:bin", "x | has:bin lib"},
        {"x no_std:yes", "x | no_std:true"},
        {"x stable:yes", "x | stable:true"},
        {"x updated_since:2024-01-31", "x | updated_since:2024-01-31T00:00:00Z"},
        {"x created_since:2024-01-31T02:00:00+02:00", "x | created_since:2024-01-31T00:00:00Z"},
        {"x min_downloads:10", "x | min_downloads:10"},
        {"x depends_on:tokio", "x | depends_on:tokio"},
        {"x depends_on:tokio kind:dev", "x | depends_on:tokio kind:dev"},
        {"x kind:dev depends_on:tokio", "x | depends_on:tokio kind:dev"},
        {"x owner:dtolnay", "x | owner:dtolnay"},
        {"x owner:DTolnay", "x | owner:dtolnay"},
        {"x owner:github:tokio-rs:core", "x | owner:github:tokio-rs:core"},
        {"owner:dtolnay", " | owner:dtolnay"},
        {"license:zlib -a1 \"b\" in:name", "b | license:Zlib without:a1 all_of:b in:name"},
        /* Wrong, or unknown. */
        {"license:nonsense", NULL},
        {"license:mit,zlib", NULL},
        {"license:GPL-3.0", NULL},
        {"msrv:abc", NULL},
        {"msrv:", NULL},
        {"edition:2000", NULL},
        {"has:test", NULL},
        {"no_std:maybe", NULL},
        {"stable:1", NULL},
        {"depends_on:nosuch", NULL},
        {"kind:dev", NULL},
        {"owner:nobody", NULL},
        {"edition:2018 edition:2021", "edition:2021 | edition:2018"},
    };
    EXPECT(state, cases);
}

static void what_is_not_known_is_text(void **state)
{
    static const struct reading_case cases[] = {
        {"foo:bar", NULL},
        {"std::io", NULL},
        {"http://example.org/", NULL},
        {"https://docs.rs", NULL},
        {"localhost:8080", NULL},
        {"keyword:", NULL},
        {"keyword: cli", NULL},
        {"keyword:nonsense", NULL},
        {"keyword::cli", NULL},
        {"category:nonsense", NULL},
        {"min_downloads:many", NULL},
        {"min_downloads:-1", NULL},
        {"updated_since:yesterday", NULL},
        {"updated_since:2024-13-01", NULL},
        {"in:readme", NULL},
        {"in:", NULL},
        {"text:x", NULL},
        {"without:x", NULL},
        {"all_of:x", NULL},
        {"-keyword:cli", NULL},
        {"foo:bar keyword:cli", "foo:bar | keyword:cli"},
        {"x keyword:nonsense -yy", "x keyword:nonsense | without:yy"},
        /* Of what a crate has one of, the first counts. */
        {"min_downloads:1 min_downloads:2", "min_downloads:2 | min_downloads:1"},
    };
    EXPECT(state, cases);
}

static void exclusions_and_quotes(void **state)
{
    static const struct reading_case cases[] = {
        {"http -async", "http | without:async"},
        {"-async", " | without:async"},
        {"-bb -Aa -bb", " | without:aa bb"},
        {"\"web server\"", "web server | all_of:server web"},
        {"\"server web\" fast", "server web fast | all_of:server web"},
        {"\"web\" \"Server\"", "web server | all_of:server web"},
        {"\"hello, world!\"", "hello, world! | all_of:hello world"},
        {"\"no std\" x", "no std x | all_of:no std"},
        {"\"c++ no-std\"", "c++ no-std | all_of:c++ no-std"},
        {"\"serde_json\"", "serde_json | all_of:serde_json"},
        {"a \"b c\" -dd keyword:cli in:name", "a b c | keyword:cli without:dd all_of:b c in:name"},
        {"\u201Cweb server\u201D", "web server | all_of:server web"},
        {"x \u2212async", "x | without:async"},
    };
    EXPECT(state, cases);
}

static void flags_are_passed_over(void **state)
{
    static const struct reading_case cases[] = {
        {"tokio --features full", "tokio full |"},
        {"tokio -F full", "tokio full |"},
        {"-p tokio", "tokio |"},
        {"--help", NULL},
        {"-F", NULL},
        {"-F -v", NULL},
        {"tokio --features full -async", "tokio full | without:async"},
    };
    EXPECT(state, cases);
}

/* Pasted things are for other readers, which know what is a name and what a flag in them. */
static void what_is_pasted_stays(void **state)
{
    static const struct reading_case cases[] = {
        {"cargo add tokio -F full", NULL},
        {"cargo add tokio --features full", NULL},
        {"$ cargo install ripgrep -j 4", NULL},
        {"cargo update -p serde", NULL},
        {"tokio = { version = \"1\", features = [\"full\"] }", NULL},
        {"serde = \"1.0\"", NULL},
        {"serde = \"1.0\" # -derive", NULL},
        {"[dependencies]\nserde = \"1\"", NULL},
        {"[[package]]\nname = \"serde\"\nversion = \"1.0.228\"", NULL},
        {"name = \"serde\"", NULL},
        {"use serde::{Deserialize, Serialize};", NULL},
        {"extern crate serde;", NULL},
        {"https://crates.io/crates/serde", NULL},
        {"https://docs.rs/tokio/1.0.0/tokio/ -x", NULL},
        {"[serde](https://crates.io/crates/serde \"Serde\")", NULL},
        {"serde_json::Value", NULL},
        {"can't find crate for `clap`", NULL},
        {"features = [\"derive\", \"std\"]", NULL},
        {"[ \"derive\", \"std\" ]", NULL},
        {"edition = \"2021\"", NULL},
        {"{ \"name\" : \"x\" }", NULL},
        {"\"serde\" = \"1\"", NULL},
        {"println!(\"{}\", x)", NULL},
        {"\"1.0\"", NULL},
        {"- serde", NULL},
        {"* serde - serialization", NULL},
        {"serde@1.0.228", NULL},
        {"serde-1.0.228.crate", NULL},
        {"\u251C\u2500\u2500 serde v1.0.228 (*)", NULL},
        /* The name of a crate as it stands. */
        {"-net", NULL},
        {"-NET", NULL},
        {"x -net", "x | without:net"},
    };
    EXPECT(state, cases);
}

/* What there is no room for stays text, of a quote all or nothing. */
static void too_many_words(void **state)
{
    char excluded[SEARCH_MAX_TEXT_CHARACTERS + 1];
    char quoted[SEARCH_MAX_TEXT_CHARACTERS + 1];
    int n_excluded = 0;
    int n_quoted = snprintf(quoted, sizeof quoted, "\"");
    for (int i = 0; i < SEARCH_MAX_FILTERS; i++) {
        n_excluded += snprintf(excluded + n_excluded, sizeof excluded - (size_t)n_excluded,
                               "-%c%c ", 'a' + i / 26, 'a' + i % 26);
        n_quoted += snprintf(quoted + n_quoted, sizeof quoted - (size_t)n_quoted, "%c%c ",
                             'a' + i / 26, 'a' + i % 26);
    }
    snprintf(quoted + n_quoted, sizeof quoted - (size_t)n_quoted, "zz\"");
    assert_memory_equal(read_text(*state, excluded), " | without:aa ab", 15);
    assert_null(read_text(*state, quoted));
}

/* A word to leave out for which there is no room is at least not looked for. */
static void no_room_for_an_exclusion(void **state)
{
    const struct built_index *built = *state;
    static const char typed[] = "http -zz";
    struct search_filters filters;
    struct error error;
    char rest[SEARCH_MAX_TEXT_BYTES];
    size_t length = 0;
    search_filters_init(&filters);
    for (int i = 0; i < SEARCH_MAX_FILTERS; i++) {
        const char word[] = {(char)('a' + i / 26), (char)('a' + i % 26)};
        assert_int_equal(search_filters_add_value(&filters, SEARCH_FILTER_WITHOUT,
                                                  (struct search_string){word, sizeof word}, 0,
                                                  &error),
                         0);
    }
    assert_true(search_language_read(built->index, (struct search_string){typed, sizeof typed - 1},
                                     &filters, rest, &length));
    assert_int_equal(length, strlen("http"));
    assert_memory_equal(rest, "http", length);
    assert_int_equal(filters.n, SEARCH_MAX_FILTERS);
}

/* What was left is read as itself: a link's text, and that of a suggestion, mean the same. */
static void the_rest_is_text(void **state)
{
    static const char *const rests[] = {"foo:bar", "tokio full", "std::io", "keyword:nonsense"};
    for (size_t i = 0; i < sizeof rests / sizeof *rests; i++)
        assert_null(read_text(*state, rests[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_leave_the_text),
        cmocka_unit_test(filters_by_every_name),
        cmocka_unit_test(what_is_not_known_is_text),
        cmocka_unit_test(exclusions_and_quotes),
        cmocka_unit_test(flags_are_passed_over),
        cmocka_unit_test(what_is_pasted_stays),
        cmocka_unit_test(too_many_words),
        cmocka_unit_test(no_room_for_an_exclusion),
        cmocka_unit_test(the_rest_is_text),
    };
    return cmocka_run_group_tests_name("search_language", tests, open_index, built_index_tear_down);
}
