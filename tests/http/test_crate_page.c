/* A crate's page, one version, reverse dependencies: parameters, errors, and what requests share in
   the cache. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define CRATES "/api/v1/crates/"
#define INVALID_COMPONENT                                                                          \
    "\"invalid component for ?include= (expected 'versions', 'keywords', 'categories', 'badges', " \
    "'downloads', 'default_version', or 'full')\""
#define UNKNOWN "\"crate `no-such-crate` does not exist\""

static void shows_a_crate(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde"},
         .status = 200,
         .headers = {"Content-Type: application/json", "Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600", "ETag",
                     "Surrogate-Key: crate/serde", "Vary: Accept, Accept-Encoding"},
         .body = {{"length", "4"},
                  {"crate.versions", "[2666,2452,2083,1701,1276,304,288,108,49]"},
                  {"crate.keywords", "[\"no_std\",\"serde\",\"serialization\"]"},
                  {"crate.categories", "[\"encoding\",\"no-std\",\"no-std::no-alloc\"]"},
                  {"crate.links.versions", "null"},
                  {"versions[8].num", "\"0.2.0\""},
                  {"keywords[1].id", "\"serde\""},
                  {"categories[2].category", "\"No dynamic allocation\""}}},
        /* The path of crates.io for a crate that is to be made is a crate here. */
        {.request = {.target = CRATES "new"}, .status = 200, .body = {{"crate.id", "\"new\""}}},
        {.request = {.target = CRATES "SERDE-json"},
         .status = 200,
         .headers = {"Surrogate-Key: crate/serde_json"},
         .body = {{"crate.id", "\"serde_json\""}}},
        {.request = {.target = CRATES "%73erde?unknown=1"},
         .status = 200,
         .body = {{"crate.id", "\"serde\""}}},
        {.request = {.target = CRATES "no-such-crate"},
         .status = 404,
         .body = {{"length", "1"}, {"errors[0].detail", UNKNOWN}}},
        {.request = {.target = CRATES "a%20b%22"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `a b\\\"` does not exist\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void refuses_components(void **state)
{
    static const char *const invalid[] = {"x",        "Versions",      "versions,x",
                                          "x,full",   "versions%20",   "version",
                                          "fullfull", "keywords;full", "release_tracks"};
    for (size_t i = 0; i < N_ELEMENTS(invalid); i++) {
        char target[128];
        snprintf(target, sizeof target, CRATES "serde?include=%s", invalid[i]);
        const struct http_case test = {.request = {.target = target},
                                       .status = 400,
                                       .body = {{"errors[0].detail", INVALID_COMPONENT}}};
        http_cases_run(client_of(state), &test, 1);
    }
    /* As on crates.io the parameters are read before the crate is looked for. */
    static const struct http_case unknown = {
        .request = {.target = CRATES "no-such-crate?include=x"},
        .status = 400,
        .body = {{"errors[0].detail", INVALID_COMPONENT}}};
    http_cases_run(client_of(state), &unknown, 1);
}

static bool is_null_at(const json_t *body, const char *at)
{
    json_t *value = json_at(body, at);
    assert_non_null(value);
    bool is_null = json_is_null(value);
    json_decref(value);
    return is_null;
}

static void expect_components(struct http_client *client, unsigned wanted, bool in_turn)
{
    static const char *const words[] = {"versions",  "keywords",        "categories",
                                        "downloads", "default_version", "badges"};
    char target[256] = CRATES "serde?include=";
    for (unsigned i = 0; i < N_ELEMENTS(words); i++) {
        unsigned word = in_turn ? i : (unsigned)N_ELEMENTS(words) - 1 - i;
        size_t length = strlen(target);
        if ((wanted >> word & 1) != 0)
            snprintf(target + length, sizeof target - length, "%s,", words[word]);
    }
    json_t *body = http_get_json(client, target, 200);
    bool has_versions = (wanted & 1) != 0;
    bool has_default = (wanted & 16) != 0;
    assert_int_equal(is_null_at(body, "versions"), !has_versions && !has_default);
    assert_int_equal(is_null_at(body, "crate.versions"), !has_versions);
    assert_int_equal(is_null_at(body, "crate.links.versions"), has_versions);
    assert_int_equal(is_null_at(body, "crate.max_stable_version"), !has_versions);
    assert_string_equal(json_text_at(body, "crate.max_version"),
                        has_versions ? "1.0.228" : "0.0.0");
    assert_string_equal(json_text_at(body, "crate.newest_version"),
                        has_versions ? "1.0.228" : "0.0.0");
    assert_int_equal(is_null_at(body, "keywords"), (wanted & 2) == 0);
    assert_int_equal(is_null_at(body, "crate.keywords"), (wanted & 2) == 0);
    assert_int_equal(is_null_at(body, "categories"), (wanted & 4) == 0);
    assert_int_equal(is_null_at(body, "crate.categories"), (wanted & 4) == 0);
    assert_int_equal(is_null_at(body, "crate.recent_downloads"), (wanted & 8) == 0);
    assert_int_equal(json_integer_at(body, "crate.badges.length"), 0);
    if (has_versions || has_default) {
        assert_int_equal(json_integer_at(body, "versions.length"), has_versions ? 9 : 1);
        assert_string_equal(json_text_at(body, "versions[0].num"), "1.0.228");
    }
    json_decref(body);
}

/* All 64 sums of the six words, in one order and the other, with empty words between and behind. */
static void includes_what_is_asked_for(void **state)
{
    for (unsigned wanted = 0; wanted < 64; wanted++) {
        expect_components(client_of(state), wanted, true);
        expect_components(client_of(state), wanted, false);
    }
}

static char *body_of(struct http_client *client, const char *target)
{
    struct http_response response;
    http_get(client, target, NULL, &response);
    assert_int_equal(response.status, 200);
    char *body = strdup(response.body);
    assert_non_null(body);
    http_response_free(&response);
    return body;
}

static void expect_cache(struct http_client *client, const char *target, const char *expected)
{
    struct http_response response;
    http_get(client, target, NULL, &response);
    assert_int_equal(response.status, 200);
    if (strcmp(http_header(&response, "X-Cache"), expected) != 0)
        fail_msg("%s: not a %s", target, expected);
    http_response_free(&response);
}

/* `full`, nothing at all and every word are one page; so are all spellings of a name, and words
   that make no difference. */
static void shares_what_is_the_same(void **state)
{
    static const struct {
        const char *first;
        const char *second;
    } pairs[] = {
        {CRATES "proc-macro2", CRATES "proc_macro2?include=full"},
        {CRATES "Proc-Macro2?include=versions,full", CRATES "PROC_MACRO2"},
        {CRATES "proc-macro2?include=versions",
         CRATES "proc-macro2?include=,default_version,versions"},
        {CRATES "proc-macro2?include=badges", CRATES "proc-macro2?include="},
        {CRATES "proc-macro2?include=keywords,downloads",
         CRATES "proc-macro2?include=downloads,badges,keywords,keywords"},
        {CRATES "serde/1.0.228", CRATES "Serde/1.0.228?include=x"},
        {CRATES "serde/reverse_dependencies",
         CRATES "SERDE/reverse_dependencies?page=1&per_page=10"},
    };
    for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
        char *first = body_of(client_of(state), pairs[i].first);
        char *second = body_of(client_of(state), pairs[i].second);
        assert_string_equal(first, second);
        free(first);
        free(second);
        expect_cache(client_of(state), pairs[i].second, "hit");
    }
}

static void shows_a_version(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "SERDE/1.0.228"},
         .status = 200,
         .headers = {"Surrogate-Key: crate/serde", "Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600"},
         .body = {{"length", "1"},
                  {"version.length", "28"},
                  {"version.id", "2666"},
                  {"version.crate", "\"serde\""},
                  {"version.dl_path", "\"/api/v1/crates/serde/1.0.228/download\""},
                  {"version.links.authors", "\"/api/v1/crates/serde/1.0.228/authors\""},
                  {"version.audit_actions", "[]"}}},
        {.request = {.target = CRATES "libc/0.2.165"},
         .status = 200,
         .body = {{"version.yanked", "true"}}},
        {.request = {.target = CRATES "Serde/1.0.1"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `Serde` does not have a version `1.0.1`\""}}},
        /* What is no version at all is refused in the same words. */
        {.request = {.target = CRATES "serde/latest"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `serde` does not have a version `latest`\""}}},
        {.request = {.target = CRATES "serde/1.0.228%20"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `serde` does not have a version `1.0.228 `\""}}},
        {.request = {.target = CRATES "no-such-crate/1.0.0"},
         .status = 404,
         .body = {{"errors[0].detail", UNKNOWN}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void lists_reverse_dependencies(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde/reverse_dependencies?per_page=2"},
         .status = 200,
         .headers = {"Surrogate-Key: crate/serde"},
         .body = {{"length", "3"},
                  {"dependencies.length", "2"},
                  {"dependencies[0].length", "10"},
                  {"dependencies[0].crate_id", "\"serde\""},
                  {"versions.length", "2"},
                  {"versions[0].crate", "\"hashbrown\""},
                  {"meta.length", "1"}}},
        {.request = {.target = CRATES "serde/reverse_dependencies?page=200"},
         .status = 200,
         .body = {{"dependencies", "[]"}, {"versions", "[]"}, {"meta.total", "0"}}},
        {.request = {.target = CRATES "serde/reverse_dependencies?page=201"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"Page 201 is unavailable for performance reasons. Please take a look at "
                   "https://crates.io/data-access for alternatives.\""}}},
        {.request = {.target = CRATES "serde/reverse_dependencies?per_page=101"},
         .status = 400,
         .body = {{"errors[0].detail", "\"cannot request more than 100 items\""}}},
        {.request = {.target = CRATES "serde/reverse_dependencies?page=0"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"Failed to deserialize query string: page: number would be "
                   "zero for non-zero type\""}}},
        {.request = {.target = CRATES "serde/reverse_dependencies?seek=x"},
         .status = 400,
         .body = {{"errors[0].detail", "\"?seek= is not supported for this request\""}}},
        {.request = {.target = CRATES "serde/reverse_dependencies?seek=x&page=1"},
         .status = 400,
         .body = {{"errors[0].detail", "\"providing both ?page= and ?seek= is unsupported\""}}},
        /* Pages are read before the crate is looked for. */
        {.request = {.target = CRATES "no-such-crate/reverse_dependencies?page=x"},
         .status = 400,
         .body = {{"errors[0].detail", "\"Failed to deserialize query string: page: invalid digit "
                                       "found in string\""}}},
        {.request = {.target = CRATES "no-such-crate/reverse_dependencies"},
         .status = 404,
         .body = {{"errors[0].detail", UNKNOWN}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* All pages, one behind the other: no dependency twice, the downloads falling, as many as the
   total. */
static void walks_reverse_dependencies(void **state)
{
    json_t *seen = json_object();
    json_int_t total = 0;
    json_int_t last = INT64_MAX;
    size_t n_dependencies = 0;
    for (unsigned number = 1;; number++) {
        char target[128];
        snprintf(target, sizeof target, CRATES "serde/reverse_dependencies?per_page=9&page=%u",
                 number);
        json_t *page = http_get_json(client_of(state), target, 200);
        json_t *versions = json_object_get(page, "versions");
        json_t *dependencies = json_object_get(page, "dependencies");
        size_t i;
        json_t *dependency;
        json_array_foreach(dependencies, i, dependency)
        {
            const json_t *version = json_array_get(versions, i);
            const char *name = json_text_at(version, "crate");
            assert_null(json_object_get(seen, name));
            json_object_set_new(seen, name, json_true());
            assert_int_equal(json_integer_at(version, "id"),
                             json_integer_at(dependency, "version_id"));
            assert_true(json_integer_at(dependency, "downloads") <= last);
            last = json_integer_at(dependency, "downloads");
        }
        if (i > 0)
            total = json_integer_at(page, "meta.total");
        n_dependencies += i;
        json_decref(page);
        if (i < 9)
            break;
    }
    assert_true(total > 50);
    assert_int_equal(n_dependencies, total);
    json_decref(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_a_crate),
        cmocka_unit_test(refuses_components),
        cmocka_unit_test(includes_what_is_asked_for),
        cmocka_unit_test(shares_what_is_the_same),
        cmocka_unit_test(shows_a_version),
        cmocka_unit_test(lists_reverse_dependencies),
        cmocka_unit_test(walks_reverse_dependencies),
    };
    return cmocka_run_group_tests_name("crate page", tests, http_fixture_start, http_fixture_stop);
}
