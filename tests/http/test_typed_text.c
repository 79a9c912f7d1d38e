/* What is typed into a search box over HTTP: white space, the limit, what is no word, and texts
   that name a crate, for searches and suggestions alike. On the sample dump. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates"
#define SUGGEST "/api/v1/suggest"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void white_space_is_spaces(void **state)
{
    static const char *const texts[] = {"%09serde",     "serde%0A",       "%0D%0Aserde%0D%0A",
                                        "%C2%A0serde",  "serde%E2%80%8B", "%EF%BB%BFserde",
                                        "%0B%0Cserde+", "%E3%80%80serde"};
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        char target[128];
        snprintf(target, sizeof target, LIST "?q=%s", texts[i]);
        json_t *page = http_get_json(client_of(state), target, 200);
        assert_string_equal(json_text_at(page, "crates[0].name"), "serde");
        json_t *is_exact = json_at(page, "crates[0].exact_match");
        assert_true(json_is_true(is_exact));
        json_decref(is_exact);
        json_decref(page);
        snprintf(target, sizeof target, SUGGEST "?q=%s", texts[i]);
        json_t *suggested = http_get_json(client_of(state), target, 200);
        assert_string_equal(json_text_at(suggested, "suggestions[0].name"), "serde");
        json_decref(suggested);
    }
    /* Nothing else is no text at all. */
    json_t *list = http_get_json(client_of(state), LIST "?q=%09%0A%C2%A0", 200);
    assert_int_equal(json_integer_at(list, "meta.total"), 329);
    json_decref(list);
}

static void other_control_characters_are_refused(void **state)
{
    static const char *const texts[] = {"a%01", "a%1B[0m", "%08", "%7F"};
    for (size_t i = 0; i < 2 * N_ELEMENTS(texts); i++) {
        char target[64];
        snprintf(target, sizeof target, "%s?q=%s", i % 2 == 0 ? LIST : SUGGEST, texts[i / 2]);
        json_t *refused = http_get_json(client_of(state), target, 400);
        assert_string_equal(json_text_at(refused, "errors[0].detail"),
                            "the query has a control character");
        json_decref(refused);
    }
    json_decref(http_get_json(client_of(state), LIST "?q=serde%00", 400));
    json_decref(http_get_json(client_of(state), SUGGEST "?q=serde%00", 400));
}

/* 256 characters of up to four bytes, and one too many. */
static void the_limit_is_in_characters(void **state)
{
    static const char *const characters[] = {"x", "%C3%A9", "%E4%B8%AD", "%F0%9F%A6%80"};
    for (size_t i = 0; i < 2 * N_ELEMENTS(characters); i++) {
        char target[4096];
        int length = snprintf(target, sizeof target, "%s?q=", i % 2 == 0 ? LIST : SUGGEST);
        for (int n = 0; n < 256; n++)
            length +=
                snprintf(target + length, sizeof target - (size_t)length, "%s", characters[i / 2]);
        json_decref(http_get_json(client_of(state), target, 200));
        snprintf(target + length, sizeof target - (size_t)length, "%s", characters[i / 2]);
        json_t *refused = http_get_json(client_of(state), target, 400);
        assert_string_equal(json_text_at(refused, "errors[0].detail"),
                            "the query is longer than 256 characters");
        json_decref(refused);
    }
}

static void symbols_are_no_words(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=serde+%F0%9F%A6%80"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde\""}}},
        {.request = {.target = LIST "?q=%F0%9F%9A%80"},
         .status = 200,
         .body = {{"crates.length", "0"}, {"meta.total", "0"}, {"meta.length", "3"}}},
        {.request = {.target = LIST "?q=%F0%9F%9A%80&sort=downloads"},
         .status = 200,
         .body = {{"crates.length", "0"}, {"meta.total", "0"}}},
        {.request = {.target = LIST "?q=%F0%9F%9A%80+%E2%9C%93&match=all"},
         .status = 200,
         .body = {{"crates.length", "0"}}},
        {.request = {.target = SUGGEST "?q=%F0%9F%9A%80"},
         .status = 200,
         .body = {{"suggestions.length", "0"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void a_crate_that_is_named_comes_first(void **state)
{
    static const char *const texts[] = {
        "serde+1.0",
        "serde+v1.0.228",
        "serde@1.0.228",
        "serde+%3D+%221.0%22",
        "serde+%3D+%7B+version+%3D+%221%22,+features+%3D+[%22derive%22]+%7D",
        "[dependencies]%0Aserde+%3D+%221%22",
        "use+serde::%7BDeserialize,+Serialize%7D%3B",
        "extern+crate+serde%3B",
        "serde::Serialize",
        "cargo+add+serde+--features+derive",
        "https://docs.rs/serde/latest/serde/",
        "https://crates.io/crates/serde",
        "%22serde%22",
        "serde+serde",
        "serde+crate",
    };
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        char target[256];
        snprintf(target, sizeof target, LIST "?q=%s&per_page=3", texts[i]);
        json_t *page = http_get_json(client_of(state), target, 200);
        const char *first = json_text_at(page, "crates[0].name");
        if (strcmp(first, "serde") != 0)
            fail_msg("%s gives %s first", texts[i], first);
        json_decref(page);
    }
}

/* A version is told where the crate that is named first has it. */
static void versions_that_exist_are_told(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=serde@1.0.228"},
         .status = 200,
         .body = {{"meta.named_version", "\"1.0.228\""},
                  {"meta.length", "5"}, /* with the hint that serde is a keyword */
                  {"crates[0].name", "\"serde\""},
                  {"crates[0].exact_match", "false"}}},
        {.request = {.target = LIST "?q=serde+%3D+%22%3D1.0.228%22&sort=downloads&per_page=1"},
         .status = 200,
         .body = {{"meta.named_version", "\"1.0.228\""}}},
        {.request = {.target = LIST "?q=serde@99.0.0"},
         .status = 200,
         .body = {{"meta.named_version", "absent"}, {"crates[0].name", "\"serde\""}}},
        {.request = {.target = LIST "?q=serde"},
         .status = 200,
         .body = {{"meta.named_version", "absent"}, {"crates[0].exact_match", "true"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* The case of a flag matters: -F has a value, which names no crate. */
static void flags_of_commands_have_values(void **state)
{
    static const char *const commands[] = {"cargo+add+SERDE+-F+rand", "cargo+add+serde+-j+4"};
    for (size_t i = 0; i < N_ELEMENTS(commands); i++) {
        char target[128];
        snprintf(target, sizeof target, LIST "?q=%s&match=all", commands[i]);
        json_t *page = http_get_json(client_of(state), target, 200);
        json_t *plain = http_get_json(client_of(state), LIST "?q=serde&match=all", 200);
        assert_string_equal(json_text_at(page, "crates[0].name"), "serde");
        assert_int_equal(json_integer_at(page, "meta.total"), json_integer_at(plain, "meta.total"));
        json_decref(plain);
        json_decref(page);
    }
}

/* What a page continues with is what was typed, not what it was read as. */
static void links_repeat_what_was_typed(void **state)
{
    json_t *page =
        http_get_json(client_of(state), LIST "?q=%09serde+%3D+%221%22&page=1&per_page=1", 200);
    assert_string_equal(json_text_at(page, "meta.next_page"),
                        "?q=%09serde+%3D+%221%22&per_page=1&page=2");
    json_decref(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_is_spaces),
        cmocka_unit_test(other_control_characters_are_refused),
        cmocka_unit_test(the_limit_is_in_characters),
        cmocka_unit_test(symbols_are_no_words),
        cmocka_unit_test(a_crate_that_is_named_comes_first),
        cmocka_unit_test(versions_that_exist_are_told),
        cmocka_unit_test(flags_of_commands_have_values),
        cmocka_unit_test(links_repeat_what_was_typed),
    };
    return cmocka_run_group_tests_name("typed_text", tests, http_fixture_start, http_fixture_stop);
}
