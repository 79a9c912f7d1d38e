/* The filters that are ours, as parameters of the crate list: what they find, what they are read
   as, what is refused, links, MessagePack. */
#include "tests/support/filtered_server.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void each_filter_narrows_the_list(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?min_downloads=1000"},
         .status = 200,
         .body = {{"meta.total", "2"},
                  {"crates[0].name", "\"alpha\""},
                  {"crates[1].name", "\"delta\""},
                  {"meta.read_as.text", "\"\""},
                  {"meta.read_as.min_downloads", "1000"},
                  {"meta.read_as.length", "2"}}},
        {.request = {.target = LIST "?q=WEB&updated_since=2024-01-31T12:00:00Z&sort=new"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"beta\""},
                  {"meta.read_as.text", "\"web\""},
                  {"meta.read_as.updated_since", "\"2024-01-31T12:00:00Z\""}}},
        {.request = {.target = LIST "?created_since=2021-01-01T01:00:00+01:00&keyword=cli"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"beta\""},
                  {"meta.read_as.created_since", "\"2021-01-01T00:00:00Z\""},
                  {"meta.read_as.length", "2"}}},
        {.request = {.target = LIST "?created_since=2031-01-01"},
         .status = 200,
         .body = {{"meta.total", "0"}, {"crates.length", "0"}}},
        {.request = {.target = LIST "?rust_version=1.70&rust_version_known=yes&edition=2021"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"alpha\""},
                  {"meta.read_as.rust_version", "\"1.70.0\""},
                  {"meta.read_as.rust_version_known", "true"},
                  {"meta.read_as.edition", "\"2021\""}}},
        {.request = {.target = LIST "?has=lib&stable=yes&has=bin&no_std=yes"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"gamma\""},
                  {"meta.read_as.has[0]", "\"bin\""},
                  {"meta.read_as.has[1]", "\"lib\""},
                  {"meta.read_as.no_std", "true"},
                  {"meta.read_as.stable", "true"}}},
        {.request = {.target = LIST "?kind=normal&depends_on=Alpha&depends_on=beta"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"delta\""},
                  {"meta.read_as.depends_on.length", "2"},
                  {"meta.read_as.depends_on[0]", "\"alpha\""},
                  {"meta.read_as.kind", "\"normal\""}}},
        {.request = {.target = LIST "?license=mit&license=Zlib&owner=ada-l"},
         .status = 200,
         .body = {{"meta.total", "2"},
                  {"crates[0].name", "\"alpha\""},
                  {"crates[1].name", "\"beta\""},
                  {"meta.read_as.license[0]", "\"MIT\""},
                  {"meta.read_as.license[1]", "\"Zlib\""},
                  {"meta.read_as.owner[0]", "\"ada-l\""}}},
        {.request = {.target = LIST "?license=Apache-2.0+WITH+LLVM-exception&q=nothing"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"delta\""}}},
        {.request = {.target = LIST "?depends_on=no-such-crate"},
         .status = 200,
         .body = {{"meta.total", "0"}, {"meta.read_as.depends_on[0]", "\"no-such-crate\""}}},
        {.request = {.target = LIST "?keyword=cli&category=web"},
         .status = 200,
         .body = {{"meta.total", "2"}, {"meta.read_as", "absent"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void wrong_values_are_told_the_right_ones(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?min_downloads=many"},
         .status = 400,
         .body = {{"errors[0].detail", "\"invalid value for min_downloads (expected a number of "
                                       "downloads such as 10000)\""}}},
        {.request = {.target = LIST "?updated_since="},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid value for updated_since (expected a date such as 2024-01-31, or a "
                   "time with its offset such as 2024-01-31T12:00:00Z or "
                   "2024-01-31T12:00:00+02:00)\""}}},
        {.request = {.target = LIST "?license=GPL"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid value for license (expected MIT, Apache-2.0, Apache-2.0 WITH "
                   "LLVM-exception, Zlib, see the file COPYING)\""}}},
        {.request = {.target = LIST "?license=MIT+OR+Zlib"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"license takes one name at a time: give each of MIT, Zlib by itself\""}}},
        {.request = {.target = LIST "?owner="},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid value for owner (expected the login of a user or team)\""}}},
        {.request = {.target = LIST "?rust_version=stable"},
         .status = 400,
         .body = {{"errors[0].detail", "\"invalid value for rust_version (expected a version of "
                                       "Rust such as 1.70 or 1.70.1)\""}}},
        {.request = {.target = LIST "?rust_version_known=no"},
         .status = 400,
         .body = {{"errors[0].detail", "\"invalid value for rust_version_known (expected yes)\""}}},
        {.request = {.target = LIST "?edition=2020"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid value for edition (expected 2021, 2015, 2018, 2024)\""}}},
        {.request = {.target = LIST "?has=main"},
         .status = 400,
         .body = {{"errors[0].detail", "\"invalid value for has (expected lib or bin)\""}}},
        {.request = {.target = LIST "?no_std=true"},
         .status = 400,
         .body = {{"errors[0].detail", "\"invalid value for no_std (expected yes)\""}}},
        {.request = {.target = LIST "?stable="},
         .status = 400,
         .body = {{"errors[0].detail", "\"invalid value for stable (expected yes)\""}}},
        {.request = {.target = LIST "?depends_on="},
         .status = 400,
         .body = {{"errors[0].detail", "\"invalid value for depends_on (expected the name of a "
                                       "crate such as serde)\""}}},
        {.request = {.target = LIST "?depends_on=alpha&kind=runtime"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid value for kind (expected normal, build or dev)\""}}},
        {.request = {.target = LIST "?kind=dev"},
         .status = 400,
         .body = {{"errors[0].detail", "\"kind is a kind of dependency: depends_on must say on "
                                       "which crate\""}}},
        {.request = {.target = LIST "?min_downloads=1&min_downloads=2"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"min_downloads is given twice, as 1 and as 2: give it once\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Requests that share an entry have links of their own. */
static void links_keep_the_filters_as_they_were_written(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?min_downloads=01&page=1&per_page=1"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {{"meta.next_page", "\"?min_downloads=01&per_page=1&page=2\""},
                  {"meta.read_as.min_downloads", "1"}}},
        {.request = {.target = LIST "?per_page=1&min_downloads=1&page=1"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {{"meta.next_page", "\"?per_page=1&min_downloads=1&page=2\""},
                  {"meta.read_as.min_downloads", "1"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void messagepack_says_the_same(void **state)
{
    static const char target[] = LIST "?min_downloads=1&updated_since=2020-01-01&q=web";
    struct http_response response;
    json_t *json = http_get_json(client_of(state), target, 200);
    http_get(client_of(state), target, "Accept: application/msgpack\n", &response);
    assert_int_equal(response.status, 200);
    json_t *packed = msgpack_to_json(response.body, response.size);
    assert_true(json_equal(json, packed));
    assert_int_equal(json_integer_at(packed, "meta.read_as.min_downloads"), 1);
    http_response_free(&response);
    json_decref(packed);
    json_decref(json);
}

/* Once for the answer that was computed, whatever it was called by; not for the one that was
   kept. */
static void searches_are_counted_by_filter(void **state)
{
    struct http_response response;
    static const char *const same[] = {LIST "?edition=2015&owner=ada-l&owner=moved",
                                       LIST "?owner=moved&owner=ada-l&edition=2015"};
    for (size_t i = 0; i < N_ELEMENTS(same); i++) {
        http_get(client_of(state), same[i], "", &response);
        assert_int_equal(response.status, 200);
        http_response_free(&response);
    }
    http_get(client_of(state), "/metrics", "", &response);
    const char *counted =
        strstr(response.body, "cratedex_filtered_searches_total{filter=\"owner\"}");
    assert_non_null(counted);
    char *end;
    /* And once before. */
    assert_int_equal(strtoul(strchr(counted, '}') + 1, &end, 10), 2);
    assert_null(strstr(response.body, "cratedex_filtered_searches_total{filter=\"without\"}"));
    http_response_free(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_filter_narrows_the_list),
        cmocka_unit_test(wrong_values_are_told_the_right_ones),
        cmocka_unit_test(links_keep_the_filters_as_they_were_written),
        cmocka_unit_test(messagepack_says_the_same),
        cmocka_unit_test(searches_are_counted_by_filter),
    };
    return cmocka_run_group_tests(tests, filtered_server_start, filtered_server_stop);
}
