/* Keywords and categories. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void lists_keywords(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/keywords"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=60",
                 "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
             },
         .body = {{"length", "2"},
                  {"keywords.length", "10"},
                  {"meta", "{\"total\":531}"},
                  {"keywords[0]",
                   "{\"id\":\"actix\",\"keyword\":\"actix\","
                   "\"created_at\":\"2017-10-03T16:00:13.595004Z\",\"crates_cnt\":1}"}}},
        {.request = {.target = "/api/v1/keywords?sort=crates&per_page=2"},
         .status = 200,
         .body = {{"keywords.length", "2"},
                  {"keywords[0].id", "\"no_std\""},
                  {"keywords[0].crates_cnt", "17"},
                  {"keywords[1].id", "\"http\""},
                  {"meta.total", "531"}}},
        {.request = {.target = "/api/v1/keywords?sort=nonsense&per_page=1"},
         .status = 200,
         .body = {{"keywords[0].id", "\"actix\""}}},
        {.request = {.target = "/api/v1/keywords?per_page=100&page=6"},
         .status = 200,
         .body = {{"keywords.length", "31"}, {"meta.total", "531"}}},
        {.request = {.target = "/api/v1/keywords?per_page=100&page=7"},
         .status = 200,
         .body = {{"keywords", "[]"}, {"meta.total", "0"}}},
        {.request = {.target = "/api/v1/keywords?page=4294967295&per_page=100"},
         .status = 200,
         .body = {{"keywords", "[]"}}},
        {.request = {.target = "/api/v1/keywords?per_page=101"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"cannot request more than 100 items\""}}},
        {.request = {.target = "/api/v1/keywords?page=0"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail",
                   "\"Failed to deserialize query string: page: number would be zero for non-zero "
                   "type\""}}},
        {.request = {.target = "/api/v1/keywords?seek=abc"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"?seek= is not supported for this request\""}}},
        {.request = {.target = "/api/v1/keywords?seek=abc&page=1"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"providing both ?page= and ?seek= is unsupported\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void finds_keywords(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/keywords/http"},
         .status = 200,
         .body = {{"length", "1"},
                  {"keyword",
                   "{\"id\":\"http\",\"keyword\":\"http\","
                   "\"created_at\":\"2014-11-13T11:06:47.146209Z\",\"crates_cnt\":15}"}}},
        {.request = {.target = "/api/v1/keywords/HTTP?any=thing"},
         .status = 200,
         .headers =
             {
                 "X-Cache: hit",
             },
         .body = {{"keyword.id", "\"http\""}}},
        {.request = {.target = "/api/v1/keywords/nothing-has-this"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Not Found\""}}},
        {.request = {.target = "/api/v1/keywords/http/"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Not Found\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Only those at the top, counted with what is below; their number is there on any page. */
static void lists_categories(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/categories"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=60",
                 "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
             },
         .body = {{"length", "2"},
                  {"categories.length", "10"},
                  {"meta", "{\"total\":58}"},
                  {"categories[0].slug", "\"accessibility\""},
                  {"categories[0].length", "6"}}},
        {.request = {.target = "/api/v1/categories?sort=crates&per_page=1&page=2"},
         .status = 200,
         .body = {{"categories.length", "1"},
                  {"categories[0].id", "\"development-tools\""},
                  {"categories[0].category", "\"Development tools\""},
                  {"categories[0].crates_cnt", "43"}}},
        {.request = {.target = "/api/v1/categories?page=1000"},
         .status = 200,
         .body = {{"categories", "[]"}, {"meta.total", "58"}}},
        {.request = {.target = "/api/v1/categories?per_page=0"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body =
             {{"errors[0].detail",
               "\"Failed to deserialize query string: per_page: number would be zero for non-zero "
               "type\""}}},
        {.request = {.target = "/api/v1/categories?seek=x"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"?seek= is not supported for this request\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void finds_categories(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/categories/development-tools"},
         .status = 200,
         .body = {{"category.length", "8"},
                  {"category.crates_cnt", "4"},
                  {"category.subcategories.length", "7"},
                  {"category.subcategories[0].slug", "\"development-tools::build-utils\""},
                  {"category.subcategories[0].crates_cnt", "5"},
                  {"category.parent_categories", "[]"}}},
        {.request = {.target = "/api/v1/categories/Science::Bioinformatics::GENOMICS"},
         .status = 200,
         .body = {{"category.id", "\"science::bioinformatics::genomics\""},
                  {"category.subcategories", "[]"},
                  {"category.parent_categories.length", "2"},
                  {"category.parent_categories[0].slug", "\"science\""},
                  {"category.parent_categories[0].crates_cnt", "7"},
                  {"category.category", "\"Genomics\""},
                  {"category.parent_categories[1].slug", "\"science::bioinformatics\""}}},
        {.request = {.target = "/api/v1/categories/nothing"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Not Found\""}}},
        {.request = {.target = "/api/v1/category_slugs"},
         .status = 200,
         .body = {{"length", "1"},
                  {"category_slugs.length", "104"},
                  {"category_slugs[0]",
                   "{\"id\":\"accessibility\",\"slug\":\"accessibility\",\"description\":\"Makes "
                   "software usable for people with disabilities.\"}"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_keywords),
        cmocka_unit_test(finds_keywords),
        cmocka_unit_test(lists_categories),
        cmocka_unit_test(finds_categories),
    };
    return cmocka_run_group_tests_name("taxonomy", tests, http_fixture_start, http_fixture_stop);
}
