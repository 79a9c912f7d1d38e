/* The pages of keywords, categories, users and teams. */
#include "tests/support/http_fixture.h"
#include "tests/support/page_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define PAGE_HEADERS                                                                               \
    "Content-Type: text/html; charset=utf-8", "Cache-Control: public, max-age=60", "ETag",         \
        "Content-Security-Policy", "!Access-Control-Allow-Origin"

static void shows_keywords(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/keywords"},
         .status = 200,
         .headers = {PAGE_HEADERS},
         .body = {"<title>Keywords · Cratedex</title>", "<strong>1–100</strong> of 531",
                  "<a href=\"/keywords/no_std\"><bdi>no_std</bdi></a> <span>17<",
                  "<span aria-current=\"true\">Most crates</span>",
                  "<a href=\"/keywords?sort=alpha\" rel=\"nofollow\">Name</a>",
                  "<a href=\"/keywords?page=2\" rel=\"next\">",
                  "<a href=\"/keywords\" aria-current=\"page\" aria-label=\"Page 1\">"}},
        {.request = {.target = "/keywords?sort=alpha&page=6&per_page=90&seed=1"},
         .status = 200,
         .body = {"<strong>451–531</strong> of 531",
                  "<a href=\"/keywords?per_page=90\" rel=\"nofollow\">Most",
                  "<a href=\"/keywords?sort=alpha&amp;page=5&amp;per_page=90\" rel=\"prev\">",
                  "!rel=\"next\""}},
        {.request = {.target = "/keywords?page=7"},
         .status = 200,
         .body = {"nothing on this page", "<a href=\"/keywords\">See the first one</a>"}},
        {.request = {.target = "/keywords/http"},
         .status = 200,
         .headers = {PAGE_HEADERS},
         .body = {"<h1><bdi>http</bdi></h1>", "<strong>1–15</strong> of 15",
                  "<a href=\"/crates/hyper\">", "/search?q=keyword:http", "!rel=\"next\"",
                  "!rel=\"canonical\""}},
        {.request = {.target = "/keywords/HTTP?sort=nonsense"},
         .status = 200,
         .headers = {"X-Cache: hit"}},
        {.request = {.target = "/keywords/http?sort=alpha&per_page=2&page=2"},
         .status = 200,
         .body = {"<strong>3–4</strong> of 15", "<ol class=\"results\" start=\"3\">",
                  "<a href=\"/keywords/http?sort=alpha&amp;page=3&amp;per_page=2\" rel=\"next\">",
                  "<li aria-hidden=\"true\">…</li>"}},
        {.request = {.target = "/keywords/nothing-has-this"},
         .status = 404,
         .headers = {"Content-Type: text/html; charset=utf-8", "Cache-Control: no-store"}},
        {.request = {.target = "/keywords?page=0"}, .status = 400, .body = {"<h1>", "page"}},
        {.request = {.target = "/keywords/http?page=201"}, .status = 400, .body = {"Page 201"}},
        {.request = {.target = "/keywords/http/"}, .status = 404},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void shows_categories(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/categories"},
         .status = 200,
         .headers = {PAGE_HEADERS},
         .body = {"<strong>1–58</strong> of 58",
                  "<a href=\"/categories/accessibility\"><bdi>Accessibility</bdi></a>",
                  "Makes software usable for people with disabilities.", "!rel=\"next\""}},
        {.request = {.target = "/categories/Development-Tools"},
         .status = 200,
         .body = {"<h1><bdi>Development tools</bdi></h1>", "<strong>1–20</strong> of 38",
                  "<a href=\"/categories/development-tools::build-utils\">",
                  "<a href=\"/categories/development-tools?page=2\" rel=\"next\">"}},
        {.request = {.target = "/categories/science%3A%3Abioinformatics::genomics"},
         .status = 200,
         .body = {"<a href=\"/categories/science\"><bdi>Science</bdi></a>",
                  "<a href=\"/categories/science::bioinformatics\">", "!class=\"chips\""}},
        {.request = {.target = "/categories/aerospace"},
         .status = 200,
         .body = {"<p class=\"lead\">There is none.</p>", "!nothing on this page"}},
        {.request = {.target = "/categories/nothing"}, .status = 404},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Their downloads are those of all crates that they own: the same as the endpoint's. */
static void shows_people(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/users/Sample_User-12?sort=alpha"},
         .status = 200,
         .headers = {PAGE_HEADERS},
         .body = {"<a href=\"https://github.com/sample-user-12\" rel=\"nofollow noopener\">",
                  "<dd>2,256,173,961</dd>", "<ol class=\"results\" start=\"1\">", "!avatar"}},
        {.request = {.target = "/users/sample-user-11"},
         .status = 200,
         .body = {"<h1><bdi>sample-user-11</bdi></h1>"}},
        {.request = {.target = "/users/nobody-of-that-name"}, .status = 404},
        {.request = {.target = "/teams/github:sample-org:core"},
         .status = 200,
         .headers = {PAGE_HEADERS},
         .body = {"<title>Core (github:sample-org:core) · Cratedex</title>",
                  "<a href=\"https://github.com/sample-org\" rel=\"nofollow noopener\">",
                  "<dd>125,510,478</dd>", "<a href=\"/crates/"}},
        {.request = {.target = "/teams/github:sample-org:none"}, .status = 404},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_keywords),
        cmocka_unit_test(shows_categories),
        cmocka_unit_test(shows_people),
    };
    return cmocka_run_group_tests_name("taxonomy_pages", tests, http_fixture_start,
                                       http_fixture_stop);
}
