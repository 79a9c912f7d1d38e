/* Exclusions, quoted words and `in:name`: what a search finds with them. */
#include "tests/support/described_crates.h"

#include <cratedex/search_filter_list.h>
#include <cratedex/search_language.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct described_crate crates[] = {
    {.name = "http", .description = "Types of HTTP", .keywords = "web", .downloads = 9000},
    {.name = "hyper", .description = "An HTTP server", .keywords = "async", .downloads = 8000},
    {.name = "async-http", .description = "A client", .downloads = 7000},
    {.name = "async-std", .description = "The standard library", .downloads = 6000},
    {.name = "surf", .description = "Requests", .readme = "Asynchronous HTTP", .downloads = 5000},
    {.name = "demangle", .description = "For C++ names", .keywords = "c++", .downloads = 700},
    {.name = "cc", .description = "Compiles C", .downloads = 600},
    {.name = "unity", .description = "Scripts in C# of games", .downloads = 500},
    {.name = "tiny", .description = "Small parsers", .keywords = "no-std", .downloads = 400},
    {.name = "json-parser", .description = "Reads", .downloads = 300},
    {.name = "yaml", .description = "A parser, not of json", .downloads = 200},
    {.name = "jsonparser", .description = "Reads", .downloads = 100},
    {.name = "kube", .description = "For kubernetes", .downloads = 90},
    {.name = "http-parsing", .description = "Reads", .downloads = 80},
    {.name = NULL},
};

static int open_index(void **state)
{
    return described_crates_set_up(state, crates);
}

/* The names of what is found for a text as it is typed into the box, by downloads. */
static const char *found_by(struct built_index *built, const char *typed, enum search_sort sort)
{
    static struct search_filters filters;
    char rest[SEARCH_MAX_TEXT_BYTES + 1];
    size_t length = 0;
    search_filters_init(&filters);
    if (!search_language_read(built->index, (struct search_string){typed, strlen(typed)}, &filters,
                              rest, &length)) {
        length = strlen(typed);
        memcpy(rest, typed, length);
    }
    rest[length] = '\0';
    return described_crates_found_by(built, rest,
                                     (struct search_query){.sort = sort, .filters = &filters});
}

struct found_case {
    const char *typed;
    const char *found;
};

static void expect(void **state, const struct found_case *cases, size_t n_cases)
{
    size_t n_wrong = 0;
    for (size_t i = 0; i < n_cases; i++) {
        const char *found = found_by(*state, cases[i].typed, SEARCH_SORT_DOWNLOADS);
        if (strcmp(found, cases[i].found) != 0) {
            print_error("\"%s\" finds \"%s\", not \"%s\"\n", cases[i].typed, found, cases[i].found);
            n_wrong++;
        }
    }
    assert_int_equal(n_wrong, 0);
}
#define EXPECT(state, cases) expect(state, cases, sizeof(cases) / sizeof *(cases))

static void excluded_words_occur_nowhere(void **state)
{
    static const struct found_case cases[] = {
        {"http", "http hyper async-http surf http-parsing"},
        /* By its stem, in any field: a keyword, a name, a README. */
        {"http -async", "http surf http-parsing"},
        {"http -asynchronous", "http hyper async-http http-parsing"},
        {"http -web", "hyper async-http surf http-parsing"},
        {"http -server -client", "http surf http-parsing"},
        {"-server http -client", "http surf http-parsing"},
        {"http -servers", "http async-http surf http-parsing"},
        {"http -HTTP", ""},
        /* What stands nowhere, or is a stop word, leaves nothing out. */
        {"http -xyzzy", "http hyper async-http surf http-parsing"},
        {"http -the", "http hyper async-http surf http-parsing"},
        /* Several words as one: where all of them occur. */
        {"-async-std -c++ -c# -http -json -reads -parser -scripts", "cc kube"},
        {"http -async-http", "http surf http-parsing"},
        {"async -async-std", "hyper async-http surf"},
        {"async -async-xyzzy", "hyper async-http async-std surf"},
        /* An unfinished last word is completed all the same. */
        {"htt -web", "hyper async-http surf http-parsing"},
    };
    EXPECT(state, cases);
}

static void excluded_symbols(void **state)
{
    static const struct found_case cases[] = {
        {"c", "demangle cc unity"},
        {"c -c++", "cc unity"},
        {"c -c#", "demangle cc"},
        /* Nothing is for F#, and that is not all that is for F. */
        {"c -f#", "demangle cc unity"},
        {"small -no_std", ""},
        {"small -no-alloc", "tiny"},
    };
    EXPECT(state, cases);
}

static void exclusions_alone_are_a_list_without(void **state)
{
    static const struct found_case cases[] = {
        {"-http", "async-std demangle cc unity tiny json-parser yaml jsonparser kube"},
        {"-http -json -names", "async-std cc unity tiny jsonparser kube"},
        {"-xyzzy", "http hyper async-http async-std surf demangle cc unity tiny json-parser yaml "
                   "jsonparser kube http-parsing"},
    };
    EXPECT(state, cases);
    assert_string_equal(found_by(*state, "-http -json -names", SEARCH_SORT_RELEVANCE),
                        "async-std cc jsonparser kube tiny unity");
}

static void quoted_words_must_all_occur(void **state)
{
    static const struct found_case cases[] = {
        {"json parser", "json-parser yaml jsonparser"},
        {"\"json parser\"", "json-parser yaml"},
        {"\"parser json\"", "json-parser yaml"},
        {"\"json\" parser", "json-parser yaml"},
        {"\"json\"", "json-parser yaml"},
        {"\"parsers\"", "tiny json-parser yaml"},
        {"\"json_parser\"", "json-parser yaml"},
        {"\"JSON\" reads", "json-parser"},
        /* No completion, no synonym, no other spelling. */
        {"kub", "kube"},
        {"\"kub\"", ""},
        {"k8s", "kube"},
        {"\"k8s\"", ""},
        {"\"htpp\"", ""},
        {"\"the http\"", "http hyper async-http surf http-parsing"},
        {"\"c++\"", "demangle"},
        {"\"f#\"", ""},
        {"\"no std\"", "tiny"},
        {"\"small parsers\" -no_std", ""},
        {"\"json\" -yaml", "json-parser"},
    };
    EXPECT(state, cases);
}

/* Beside quoted words, which all that is found has, another one matters for the order alone,
   however rare it is. */
static void quoted_words_are_no_matter_of_weight(void **state)
{
    struct search_query best = {.sort = SEARCH_SORT_DOWNLOADS, .match = SEARCH_MATCH_BEST};
    static struct search_filters filters;
    char rest[SEARCH_MAX_TEXT_BYTES + 1];
    size_t length;
    const char *typed = "\"http\" kubernetes";
    assert_string_equal(described_crates_found_by(*state, "http kubernetes", best), "kube");
    search_filters_init(&filters);
    assert_true(search_language_read(((struct built_index *)*state)->index,
                                     (struct search_string){typed, strlen(typed)}, &filters, rest,
                                     &length));
    rest[length] = '\0';
    best.filters = &filters;
    assert_string_equal(rest, "http kubernetes");
    assert_string_equal(described_crates_found_by(*state, rest, best),
                        "http hyper async-http surf http-parsing");
}

static void names_alone(void **state)
{
    static const struct found_case cases[] = {
        {"http in:name", "http async-http http-parsing"},
        {"in:name http", "http async-http http-parsing"},
        {"http in:name -async", "http http-parsing"},
        {"json in:name", "json-parser jsonparser"},
        {"json parser in:name", "json-parser jsonparser"},
        {"parser json in:name", "json-parser"},
        {"parsers in:name", "json-parser"},
        /* The last word may be unfinished, the first may not. */
        {"http pars in:name", "http-parsing"},
        {"parse http in:name", "http-parsing"}, /* by its stem */
        {"parsi http in:name", ""},
        {"unit in:name", "unity"},
        {"server in:name", ""},
        /* A synonym is no name. */
        {"k8s", "kube"},
        {"k8s in:name", ""},
        /* A slip of the finger is looked for as what was meant. */
        {"hyepr in:name", "hyper"},
        {"json parsre in:name", "json-parser"},
        {"in:name", "http hyper async-http async-std surf demangle cc unity tiny json-parser yaml "
                    "jsonparser kube http-parsing"},
        {"-http in:name", "async-std demangle cc unity tiny json-parser yaml jsonparser kube"},
    };
    EXPECT(state, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(excluded_words_occur_nowhere),
        cmocka_unit_test(excluded_symbols),
        cmocka_unit_test(exclusions_alone_are_a_list_without),
        cmocka_unit_test(quoted_words_must_all_occur),
        cmocka_unit_test(quoted_words_are_no_matter_of_weight),
        cmocka_unit_test(names_alone),
    };
    return cmocka_run_group_tests_name("filter_words", tests, open_index,
                                       described_crates_tear_down);
}
