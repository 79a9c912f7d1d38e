/* Content negotiation as tables: a field as clients send it, and what they get. */
#include "server/http/negotiation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NOT_ACCEPTABLE N_ENCODINGS

struct accept_case {
    const char *accept;
    int expected; /* an encoding or NOT_ACCEPTABLE */
};

#define JSON ENCODING_JSON
#define MSGPACK ENCODING_MESSAGEPACK
#define NEITHER NOT_ACCEPTABLE

static const struct accept_case absent_or_plain[] = {
    {NULL, JSON},
    {"", JSON},
    {" \t ", JSON},
    {",, ,", JSON},
    {"application/json", JSON},
    {"application/msgpack", MSGPACK},
    {"application/vnd.msgpack", MSGPACK},
    {"application/x-msgpack", MSGPACK},
    {"Application/JSON", JSON},
    {"APPLICATION/X-MsgPack", MSGPACK},
    {"text/html", NEITHER},
    {"application/jsonp", NEITHER},
    {"application/jso", NEITHER},
    {"application/json5, image/png", NEITHER},
    {"application/msgpack, application/json", JSON},
    {"application/json, application/msgpack", JSON},
    {"text/plain, application/msgpack", MSGPACK},
    /* curl, a browser, Java's HttpURLConnection. */
    {"*/*", JSON},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", JSON},
    {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", JSON},
};

static const struct accept_case weights[] = {
    {"application/json;q=0.9, application/msgpack", MSGPACK},
    {"application/json;q=0.5, application/msgpack;q=0.501", MSGPACK},
    {"application/json;q=0.501, application/msgpack;q=0.5", JSON},
    {"application/json;q=0.5, application/msgpack;q=0.500", JSON},
    {"application/json;q=1.000, application/msgpack;q=1", JSON},
    {"application/json;q=0.999, application/msgpack;q=1.0", MSGPACK},
    {"application/json;q=0.001", JSON},
    {"application/json;q=0", NEITHER},
    {"application/json;q=0.", NEITHER},
    {"application/json;q=0.000", NEITHER},
    {"application/msgpack;q=0", NEITHER},
    {"application/json;Q=0.1, application/msgpack;q=0.2", MSGPACK},
    {"application/json;q=0.1, application/msgpack;q=.2", MSGPACK},
    {"application/json;q=0.1, application/json;q=0.3, application/msgpack;q=0.2", JSON},
    {"application/msgpack;q=0, application/x-msgpack;q=0.3", MSGPACK},
};

static const struct accept_case specificities[] = {
    {"application/*", JSON},
    {"APPLICATION/*;q=0.1", JSON},
    {"text/*", NEITHER},
    {"*/json", NEITHER},
    {"*/*, application/json;q=0", MSGPACK},
    {"application/json;q=0, */*", MSGPACK},
    {"application/json;q=0, application/*;q=0.1", MSGPACK},
    {"*/*;q=0", NEITHER},
    {"*/*;q=0, application/json;q=0.1", JSON},
    {"*/*, application/*;q=0", NEITHER},
    {"application/*;q=0, application/msgpack;q=0.001, */*", MSGPACK},
    {"application/*;q=0.2, application/msgpack;q=0.1, */*;q=0.9", JSON},
    {"application/json;q=0.2, */*;q=0.5", MSGPACK},
    /* The unwanted name decides for all names of the same encoding. */
    {"application/msgpack;q=0, application/json;q=0.5, */*", JSON},
    {"application/json;charset=utf-8;q=0.9, application/json;q=0.1, application/msgpack;q=0.5",
     MSGPACK},
};

static const struct accept_case parameters[] = {
    {"application/json;charset=utf-8", JSON},
    {"application/json ; charset=utf-8 ;q=0.1 , application/msgpack\t;\tq=0.2", MSGPACK},
    {"application/json;charset=\"utf-8\"", JSON},
    {"application/json;q=0.2;charset=utf-8, application/msgpack;q=0.1", JSON},
    {"application/json;", JSON},
    {"application/json;;q=0.1;, application/msgpack;q=0.2", MSGPACK},
    {"text/plain;x=\"a,b\", application/msgpack", MSGPACK},
    {"text/plain;x=\", application/msgpack, \", image/png", NEITHER},
    {"application/json;x=\"\\\", application/msgpack;y=\\\"\";q=0.4, application/msgpack;q=0.5",
     MSGPACK},
    {"application/json;x=\"\"", JSON},
    {",application/msgpack,", MSGPACK},
    {" , ,\tapplication/msgpack , ,", MSGPACK},
    {"application/json;q=0.4,application/msgpack;q=0.5", MSGPACK},
};

/* A malformed member is as good as absent; where nothing else is there, so is the field. */
static const struct accept_case malformed[] = {
    {"json", JSON},
    {"*", JSON},
    {"/", JSON},
    {"application/", JSON},
    {"/json", JSON},
    {"application /json, application/msgpack", MSGPACK},
    {"application/ json, application/msgpack", MSGPACK},
    {"application/json/x, application/msgpack", MSGPACK},
    {"application/json application/msgpack", JSON},
    {"application/json;q=1.001, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=2, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=10, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=0.1234, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=-1, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=., application/msgpack;q=0.1", MSGPACK},
    {"application/json;q, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=\"1\", application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=0,5, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q = 1, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=0.5x, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=1e0, application/msgpack;q=0.1", MSGPACK},
    {"application/json;q=1;q=1, application/msgpack;q=0.1", MSGPACK},
    {"application/json;charset, application/msgpack;q=0.1", MSGPACK},
    {"application/json;charset=, application/msgpack;q=0.1", MSGPACK},
    {"application/json;=x, application/msgpack;q=0.1", MSGPACK},
    {"application/json;x=\"a\"b, application/msgpack;q=0.1", MSGPACK},
    {"application/j\xC3\xA9, application/msgpack;q=0.1", MSGPACK},
    {"application/json;x=\"no end, application/msgpack", JSON},
    {"application/msgpack;q=2", JSON},
    {"text/html;q=x, application/msgpack;q=7", JSON},
};

static void check_accept(const struct accept_case *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++) {
        enum encoding encoding = ENCODING_JSON;
        int result = negotiate_encoding(cases[i].accept, &encoding);
        int given = result == 0 ? (int)encoding : NOT_ACCEPTABLE;
        if (given != cases[i].expected)
            fail_msg("%s: %d, not %d", cases[i].accept, given, cases[i].expected);
    }
}

#define CHECK_ACCEPT(cases) check_accept(cases, sizeof(cases) / sizeof(cases)[0])

static void names_choose_the_encoding(void **state)
{
    (void)state;
    CHECK_ACCEPT(absent_or_plain);
}

static void the_highest_weight_wins(void **state)
{
    (void)state;
    CHECK_ACCEPT(weights);
}

static void the_most_specific_range_decides(void **state)
{
    (void)state;
    CHECK_ACCEPT(specificities);
}

static void parameters_and_space_are_read_by_the_grammar(void **state)
{
    (void)state;
    CHECK_ACCEPT(parameters);
}

static void malformed_members_are_ignored(void **state)
{
    (void)state;
    CHECK_ACCEPT(malformed);
}

static const struct {
    const char *accept_encoding;
    enum content_coding expected;
} codings[] = {
    {NULL, CODING_IDENTITY},
    {"", CODING_IDENTITY},
    {" , ", CODING_IDENTITY},
    {"gzip", CODING_GZIP},
    {"x-gzip", CODING_GZIP},
    {"X-GZip", CODING_GZIP},
    {"br", CODING_BROTLI},
    {"BR", CODING_BROTLI},
    {"zstd", CODING_ZSTD},
    {"identity", CODING_IDENTITY},
    {"deflate", CODING_IDENTITY},
    {"brotli, gz, zstandard", CODING_IDENTITY},
    {"*", CODING_ZSTD},
    /* Browsers, cargo, wget. */
    {"gzip, deflate, br, zstd", CODING_ZSTD},
    {"gzip, deflate, br", CODING_BROTLI},
    {"br, zstd;q=0.9", CODING_BROTLI},
    {"deflate, gzip", CODING_GZIP},
    {"identity, gzip", CODING_GZIP},
    {"gzip,zstd", CODING_ZSTD},
    {"gzip;q=1.0, zstd;q=0.9, br;q=0.8", CODING_GZIP},
    {"gzip;q=0.1", CODING_GZIP},
    {"gzip;q=0.001", CODING_GZIP},
    {"gzip;q=0", CODING_IDENTITY},
    {"gzip;q=0.000, br;q=0", CODING_IDENTITY},
    {"gzip;q=0.5, identity", CODING_IDENTITY},
    {"gzip;q=0.5, identity;q=0.4", CODING_GZIP},
    {"gzip;q=0.5, identity;q=0.5", CODING_GZIP},
    {"*;q=0", CODING_IDENTITY},
    {"identity;q=0", CODING_IDENTITY},
    {"identity;q=0, deflate", CODING_IDENTITY},
    {"identity;q=0, gzip;q=0.1", CODING_GZIP},
    {"*;q=0, gzip", CODING_GZIP},
    {"*, zstd;q=0", CODING_BROTLI},
    {"*, br;q=0", CODING_ZSTD},
    {"*, br;q=0, zstd;q=0", CODING_GZIP},
    {"*;q=0.5, identity", CODING_IDENTITY},
    {"*;q=0.5, identity;q=0.2, br;q=0.1", CODING_ZSTD},
    {"br;q=0, *;q=0.001", CODING_ZSTD},
    {"gzip;q=0, x-gzip;q=0.2", CODING_GZIP},
    {"gzip;q=0.2, gzip;q=0.9, br;q=0.5", CODING_GZIP},
    {"gzip ;\tq=0.4 , zstd; q=0.5", CODING_ZSTD},
    {",gzip,,", CODING_GZIP},
    {"gzip;Q=0, br;Q=0.5", CODING_BROTLI},
    /* Malformed. */
    {"br;q=1.1, gzip;q=0.1", CODING_GZIP},
    {"br;q=a, gzip;q=0.1", CODING_GZIP},
    {"br;level=5, gzip;q=0.1", CODING_GZIP},
    {"br gzip", CODING_IDENTITY},
    {"br gzip, zstd", CODING_ZSTD},
    {"\"br\", gzip", CODING_GZIP},
    {"br;x=\",gzip", CODING_IDENTITY},
    {"br/x, gzip", CODING_GZIP},
};

static void codings_are_chosen_by_weight_then_preference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        enum content_coding given = negotiate_coding(codings[i].accept_encoding);
        if (given != codings[i].expected)
            fail_msg("%s: %s, not %s", codings[i].accept_encoding, content_coding_name(given),
                     content_coding_name(codings[i].expected));
    }
}

static double seconds_for(const char *field)
{
    struct timespec start;
    struct timespec end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    enum encoding encoding;
    negotiate_encoding(field, &encoding);
    negotiate_coding(field);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
}

/* Four megabytes of what a careless parser reads again and again. In linear time each takes a few
   hundredths of a second, in quadratic time hours. */
static void long_fields_take_linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {",",      " ",        "a/b,",    "\"",   ";",
                                        "a/b;",   "a/b;x=\"", "a/b;q=1", "\\\"", "a/b;x=\"\\",
                                        "a/b;\"", "a",        "gzip;q=", "\",",  "a/b;x=\"a\","};
    const size_t size = (size_t)4 << 20;
    char *field = malloc(size + 1);
    assert_non_null(field);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t unit_length = strlen(units[i]);
        for (size_t at = 0; at < size; at++)
            field[at] = units[i][at % unit_length];
        field[size] = '\0';
        if (seconds_for(field) > 5)
            fail_msg("%s repeated is slow", units[i]);
    }
    free(field);
}

static void members_behind_a_long_field_still_count(void **state)
{
    (void)state;
    static const char last[] = "application/msgpack;q=0.5,zstd";
    const size_t size = (size_t)1 << 20;
    char *field = malloc(size + sizeof last);
    assert_non_null(field);
    for (size_t at = 0; at < size; at++)
        field[at] = "text/x;y=\",\","[at % 13];
    /* The 13 bytes do not divide the size: end on a comma. */
    field[size - size % 13 - 1] = ',';
    memcpy(field + (size - size % 13), last, sizeof last);
    enum encoding encoding;
    assert_int_equal(negotiate_encoding(field, &encoding), 0);
    assert_int_equal(encoding, ENCODING_MESSAGEPACK);
    assert_int_equal(negotiate_coding(field), CODING_ZSTD);
    free(field);
}

static void names_are_those_of_the_registries(void **state)
{
    (void)state;
    assert_string_equal(encoding_media_type(ENCODING_JSON), "application/json");
    assert_string_equal(encoding_media_type(ENCODING_MESSAGEPACK), "application/msgpack");
    assert_string_equal(content_coding_name(CODING_IDENTITY), "identity");
    assert_string_equal(content_coding_name(CODING_GZIP), "gzip");
    assert_string_equal(content_coding_name(CODING_BROTLI), "br");
    assert_string_equal(content_coding_name(CODING_ZSTD), "zstd");
}

/* A wildcard names nothing, and a weight of 0 takes the name back. */
static void names_are_told_from_wildcards(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool is_named;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"*/*", false},
        {"application/*", false},
        {"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", false},
        {"application/json", true},
        {"APPLICATION/JSON;charset=utf-8", true},
        {"application/json, text/plain, */*", true},
        {"text/html, application/json;q=0.001", true},
        {"application/json;q=0", false},
        {"application/json;q=0, application/msgpack", true},
        {"application/vnd.msgpack", true},
        {"application/x-msgpack;q=0.1, */*", true},
        {"application/json;q=x", false},
        {"application/jsonl, text/json", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (accept_names_encoding(cases[i].accept) != cases[i].is_named)
            fail_msg("%s", cases[i].accept != NULL ? cases[i].accept : "no field");
}

static void metrics_are_open_where_accept_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool is_open;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"*/*", false},
        {"application/*", false},
        {"text/plain", false},
        {"application/openmetrics-text", true},
        {"Application/OpenMetrics-Text; version=1.0.0; charset=utf-8", true},
        {"application/openmetrics-text; version=0.0.1", false},
        {"application/openmetrics-text; version=10.0.0", false},
        {"application/openmetrics-text;q=0", false},
        {"application/openmetrics-text, text/plain", true},
        {"application/openmetrics-text;q=0.4, text/plain;q=0.5", false},
        {"text/plain;q=0.4, application/openmetrics-text;q=0.5", true},
        /* What Prometheus 2.42 sends. */
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (accept_prefers_openmetrics(cases[i].accept) != cases[i].is_open)
            fail_msg("%s", cases[i].accept != NULL ? cases[i].accept : "absent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_choose_the_encoding),
        cmocka_unit_test(the_highest_weight_wins),
        cmocka_unit_test(the_most_specific_range_decides),
        cmocka_unit_test(parameters_and_space_are_read_by_the_grammar),
        cmocka_unit_test(malformed_members_are_ignored),
        cmocka_unit_test(codings_are_chosen_by_weight_then_preference),
        cmocka_unit_test(long_fields_take_linear_time),
        cmocka_unit_test(members_behind_a_long_field_still_count),
        cmocka_unit_test(names_are_those_of_the_registries),
        cmocka_unit_test(names_are_told_from_wildcards),
        cmocka_unit_test(metrics_are_open_where_accept_says_so),
    };
    return cmocka_run_group_tests_name("negotiation", tests, NULL, NULL);
}
