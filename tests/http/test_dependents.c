/* GET /api/v1/crates/{name}/reverse_dependencies with sort, q and kind: what is left, in which
   order, and what is refused. On the sample dump. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <cratedex/canonical_name.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SERDE "/api/v1/crates/serde/reverse_dependencies"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static json_t *get(struct http_client *client, const char *query)
{
    char target[256];
    snprintf(target, sizeof target, SERDE "?%s", query);
    return http_get_json(client, target, 200);
}

static json_int_t total_of(struct http_client *client, const char *query)
{
    json_t *page = get(client, query);
    json_int_t total = json_integer_at(page, "meta.total");
    json_decref(page);
    return total;
}

static void default_is_downloads(void **state)
{
    json_t *page = get(client_of(state), "per_page=100");
    json_t *sorted = get(client_of(state), "per_page=100&sort=downloads");
    assert_true(json_equal(page, sorted));
    assert_true(json_integer_at(page, "meta.total") > 50);
    json_decref(sorted);
    json_decref(page);
}

/* Each order has every crate that the default has, in its own order. */
static void sorts_have_the_same_crates(void **state)
{
    static const char *const sorts[] = {"recent-downloads", "alpha", "alphabetical", "new"};
    json_int_t total = total_of(client_of(state), "");
    for (size_t i = 0; i < N_ELEMENTS(sorts); i++) {
        json_t *seen = json_object();
        char last[128] = "";
        for (unsigned number = 1;; number++) {
            char query[128];
            snprintf(query, sizeof query, "sort=%s&per_page=9&page=%u", sorts[i], number);
            json_t *page = get(client_of(state), query);
            const json_t *versions = json_object_get(page, "versions");
            size_t n = json_array_size(versions);
            for (size_t k = 0; k < n; k++) {
                const char *name = json_text_at(json_array_get(versions, k), "crate");
                assert_null(json_object_get(seen, name));
                json_object_set_new(seen, name, json_true());
                char canonical[128] = "";
                canonical_name(canonical, name, strlen(name));
                assert_true(sorts[i][0] != 'a' || strcmp(last, canonical) < 0);
                snprintf(last, sizeof last, "%s", canonical);
            }
            assert_int_equal(json_integer_at(page, "meta.total"), n > 0 ? total : 0);
            json_decref(page);
            if (n < 9)
                break;
        }
        assert_int_equal(json_object_size(seen), total);
        json_decref(seen);
    }
}

/* Each kind shows dependencies of it; a crate may be in several. */
static void kinds(void **state)
{
    static const char *const names[] = {"normal", "build", "dev"};
    json_int_t sum = 0;
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        char query[64];
        snprintf(query, sizeof query, "kind=%s&per_page=100", names[i]);
        json_t *page = get(client_of(state), query);
        size_t k;
        json_t *dependency;
        json_array_foreach(json_object_get(page, "dependencies"), k, dependency)
        {
            assert_string_equal(json_text_at(dependency, "kind"), names[i]);
            assert_string_equal(json_text_at(dependency, "crate_id"), "serde");
        }
        sum += json_integer_at(page, "meta.total");
        json_decref(page);
    }
    assert_true(sum >= total_of(client_of(state), ""));
}

static void names_that_contain(void **state)
{
    json_t *page = get(client_of(state), "q=Serde-J&sort=alpha");
    assert_string_equal(json_text_at(page, "versions[0].crate"), "serde_json");
    json_t *same = get(client_of(state), "sort=alpha&q=+serde_j+");
    assert_true(json_equal(page, same));
    json_decref(same);
    json_decref(page);
    assert_int_equal(total_of(client_of(state), "q=no-crate-is-called-so"), 0);
    assert_int_equal(total_of(client_of(state), "q="), total_of(client_of(state), ""));
    assert_true(total_of(client_of(state), "q=e&kind=dev") <=
                total_of(client_of(state), "kind=dev"));
}

static void wrong_values_are_refused(void **state)
{
    static const char sort[] = "\"invalid value for ?sort= (expected 'downloads', "
                               "'recent-downloads', 'alpha', or 'new')\"";
    static const char kind[] =
        "\"invalid value for ?kind= (expected 'normal', 'build', or 'dev')\"";
    static const struct {
        const char *query;
        const char *detail;
    } cases[] = {
        {"sort=", sort},      {"sort=relevance", sort},
        {"sort=Alpha", sort}, {"sort=recent-updates&kind=x", sort},
        {"kind=", kind},      {"kind=Dev", kind},
        {"kind=1", kind},     {"q=a%01", "\"the query has a control character\""},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char target[128];
        snprintf(target, sizeof target, SERDE "?%s", cases[i].query);
        const struct http_case refused = {.request = {.target = target},
                                          .status = 400,
                                          .body = {{"errors[0].detail", cases[i].detail}}};
        http_cases_run(client_of(state), &refused, 1);
    }
}

static void expect_cache(struct http_client *client, const char *query, const char *expected)
{
    struct http_response response;
    char target[128];
    snprintf(target, sizeof target, SERDE "?%s", query);
    http_get(client, target, NULL, &response);
    assert_int_equal(response.status, 200);
    assert_string_equal(http_header(&response, "X-Cache"), expected);
    http_response_free(&response);
}

static void what_is_the_same_shares_an_entry(void **state)
{
    struct http_client *client = client_of(state);
    expect_cache(client, "per_page=77", "miss");
    expect_cache(client, "sort=downloads&per_page=77", "hit");
    expect_cache(client, "per_page=77&q=++", "hit");
    expect_cache(client, "per_page=77&kind=dev", "miss");
    expect_cache(client, "per_page=77&q=No-Such", "miss");
    expect_cache(client, "q=no_such&per_page=77&x=y", "hit");
    expect_cache(client, "per_page=77&sort=alpha", "miss");
    expect_cache(client, "per_page=77&sort=alphabetical", "hit");
    expect_cache(client, "per_page=77&sort=new", "miss");
}

static void the_same_in_both_encodings(void **state)
{
    static const char target[] = SERDE "?sort=new&kind=normal&q=s&per_page=20";
    struct http_response response;
    json_t *json = http_get_json(client_of(state), target, 200);
    http_get(client_of(state), target, "Accept: application/msgpack\n", &response);
    assert_int_equal(response.status, 200);
    json_t *msgpack = msgpack_to_json(response.body, response.size);
    http_response_free(&response);
    assert_true(json_integer_at(json, "dependencies.length") > 5);
    assert_true(json_equal(json, msgpack));
    json_decref(msgpack);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_is_downloads),
        cmocka_unit_test(sorts_have_the_same_crates),
        cmocka_unit_test(kinds),
        cmocka_unit_test(names_that_contain),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(what_is_the_same_shares_an_entry),
        cmocka_unit_test(the_same_in_both_encodings),
    };
    return cmocka_run_group_tests_name("dependents", tests, http_fixture_start, http_fixture_stop);
}
