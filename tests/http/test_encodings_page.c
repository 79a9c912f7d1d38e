/* GET /encodings: the sizes that it tells are those of what the server sends, to the byte. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/page_case.h"

#include <cratedex/encoder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_ADDRESS 4096
#define A_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const codings[] = {"identity", "gzip", "br", "zstd"};
static const char *const media_types[] = {"application/json", "application/msgpack"};

/* The value of a `data-` attribute of the page, with `&amp;` undone: what else is escaped stands in
   no address. */
static void read_attribute(const char *page, const char *name, char value[MAX_ADDRESS])
{
    char opening[64];
    size_t length = 0;
    snprintf(opening, sizeof opening, " %s=\"", name);
    const char *at = strstr(page, opening);
    assert_non_null(at);
    for (at += strlen(opening); *at != '"'; at++) {
        assert_true(length + 1 < MAX_ADDRESS);
        value[length++] = *at;
        if (strncmp(at, "&amp;", 5) == 0)
            at += 4;
    }
    value[length] = '\0';
}

/* Of one coding in both encodings. */
static void read_sizes(const char *page, const char *coding, size_t sizes[N_ENCODINGS])
{
    char row[64];
    snprintf(row, sizeof row, "<tr data-coding=\"%s\">", coding);
    const char *at = strstr(page, row);
    assert_non_null(at);
    for (unsigned i = 0; i < N_ENCODINGS; i++) {
        static const char data[] = "<td data-bytes=\"";
        at = strstr(at, data);
        assert_non_null(at);
        at += strlen(data);
        sizes[i] = strtoul(at, NULL, 10);
    }
}

static size_t size_sent(struct http_client *client, const char *address, const char *media_type,
                        const char *coding)
{
    char headers[128];
    struct http_response response;
    snprintf(headers, sizeof headers, "Accept: %s\nAccept-Encoding: %s\n", media_type, coding);
    http_get(client, address, headers, &response);
    assert_int_equal(response.status, 200);
    size_t size = response.size;
    http_response_free(&response);
    return size;
}

static void expect_sizes(struct http_client *client, const char *target)
{
    struct http_response page;
    char address[MAX_ADDRESS];
    http_get(client, target, NULL, &page);
    assert_int_equal(page.status, 200);
    read_attribute(page.body, "data-address", address);
    for (size_t i = 0; i < N_ELEMENTS(codings); i++) {
        size_t sizes[N_ENCODINGS];
        read_sizes(page.body, codings[i], sizes);
        for (unsigned j = 0; j < N_ENCODINGS; j++) {
            size_t sent = size_sent(client, address, media_types[j], codings[i]);
            if (sizes[j] != sent)
                fail_msg("%s: %s, %s, %s: %zu are told, %zu sent", target, address, media_types[j],
                         codings[i], sizes[j], sent);
        }
    }
    http_response_free(&page);
}

/* Answers of all kinds; large and small, with links to the next page and without, for texts that
   must be encoded in an address and in HTML. */
static void tells_sizes_as_sent(void **state)
{
    static const char *const targets[] = {
        "/encodings",
        "/encodings?of=search_10&q=SERDE+%26+%22json%22%3C",
        "/encodings?of=search_100&q=async",
        "/encodings?of=search_10&q=zzzzqqqqxx",
        "/encodings?of=summary&q=serde",
        "/encodings?of=crate&q=Serde-JSON",
        "/encodings?of=crate",
        "/encodings?of=suggestions&q=s",
        "/encodings?of=suggestions&q=%C3%A4%F0%9F%A6%80",
    };
    for (size_t i = 0; i < N_ELEMENTS(targets); i++)
        expect_sizes(client_of(state), targets[i]);
}

/* Two spellings of a text are one answer, but its links, and so its size, are those of each. */
static void tells_sizes_of_each_spelling(void **state)
{
    static const char *const targets[] = {"/encodings?q=async", "/encodings?q=++ASYNC++"};
    for (size_t i = 0; i < N_ELEMENTS(targets); i++)
        expect_sizes(client_of(state), targets[i]);
}

static void keeps_what_was_asked_for(void **state)
{
    struct http_response page;
    http_get(client_of(state), "/encodings?of=suggestions&q=%22%3Cb%3E", NULL, &page);
    assert_non_null(strstr(page.body, "<option value=\"suggestions\" selected>"));
    assert_null(strstr(page.body, "<b>"));
    assert_non_null(strstr(page.body, "value=\"&quot;&lt;b&gt;\""));
    http_response_free(&page);
}

/* A crate's answer is one, however its name is spelled, and is measured once. */
static void measures_a_crate_once(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/encodings?of=crate&q=serde_json"}, .status = 200},
        {.request = {.target = "/encodings?of=crate&q=SERDE-json"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {"value=\"serde_json\"", "/api/v1/crates/serde_json", "!SERDE"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void refuses_what_is_no_answer(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/encodings?of=nothing"}, .status = 400},
        {.request = {.target = "/encodings?of=crate&q=no-such-crate"}, .status = 404},
        {.request = {.target = "/encodings?of=crate&q=serde/1.0.0"}, .status = 404},
        {.request = {.target = "/encodings?q=" A_64 A_64 A_64 A_64 "a"}, .status = 400},
        {.request = {.target = "/encodings?q=a%00"}, .status = 400},
        {.request = {.target = "/encodings"},
         .status = 200,
         .headers = {"Content-Type: text/html; charset=utf-8", "X-Cache: hit",
                     "Cache-Control: public, max-age=60"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_sizes_as_sent),       cmocka_unit_test(tells_sizes_of_each_spelling),
        cmocka_unit_test(keeps_what_was_asked_for),  cmocka_unit_test(measures_a_crate_once),
        cmocka_unit_test(refuses_what_is_no_answer),
    };
    return cmocka_run_group_tests_name("encodings_page", tests, http_fixture_start,
                                       http_fixture_stop);
}
