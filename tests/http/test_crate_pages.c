/* The pages of a crate, its versions and its long lists. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/page_case.h"
#include "tests/support/shown_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define PAGE_HEADERS                                                                               \
    "Content-Type: text/html; charset=utf-8", "Cache-Control: public, max-age=60", "ETag",         \
        "Content-Security-Policy"

static void shows_a_crate(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/crates/Odd-Name"},
         .status = 200,
         .headers = {PAGE_HEADERS, "Surrogate-Key: crate/odd_name", "xkey: crate/odd_name"},
         .body = {"<title>Odd-Name · Cratedex</title>", "<bdi>1.2.0</bdi></small></h1>",
                  "Tests, pages", "<code data-copy=\"the command\">cargo add Odd-Name</code>",
                  "Odd-Name = &quot;1.2.0&quot;", "!cargo install", "<dd>1,234,567</dd>",
                  "<dd>1,255</dd>", "12.3 kB", "1.70 or newer", "MIT OR Apache-2.0"}},
        {.request = {.target = "/crates/Odd-Name"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {"<a href=\"https://example.org/?a=1&amp;b=2\" rel=\"nofollow noopener\">",
                  "<a href=\"http://example.org/docs\" rel=\"nofollow noopener\">", "!Repository",
                  "<a href=\"/keywords/c%2B%2B\"><bdi>c++</bdi></a>",
                  "<a href=\"/categories/web::http\"><bdi>HTTP</bdi></a>",
                  "<dd><a href=\"/users/Ada-L\">", "<li><a href=\"/users/Ada-L\">",
                  "<a href=\"/teams/github:org:core\">", "!a.example", "!canonical", "!yanked"}},
        /* What is on by default is found over a feature between. */
        {.request = {.target = "/crates/Odd-Name"},
         .status = 200,
         .body = {"<bdi>default</bdi></code> <span class=\"badge good\">by default</span>",
                  "<bdi>std</bdi></code> <span class=\"badge good\">by default</span>",
                  "<bdi>alloc</bdi></code> <span class=\"badge good\">by default</span>",
                  "<bdi>unused</bdi></code></th>", "<code><bdi>dep:gone</bdi></code>"}},
        {.request = {.target = "/crates/Odd-Name"},
         .status = 200,
         .body = {"<caption>Normal <small>2</small>", "<caption>Build <small>1</small>",
                  "<caption>Development <small>1</small>",
                  "<a href=\"/crates/tool/3.0.0\">3.0.0</a>", "nothing matches",
                  "not a requirement that cargo reads", "<span class=\"badge\">optional</span>",
                  "on <code>cfg(unix)</code>", "without default features",
                  "with <code>a</code> <code>b</code>"}},
        {.request = {.target = "/crates/Odd-Name"},
         .status = 200,
         .body = {"Versions <small>4</small>", "pre-release</span>",
                  "<a href=\"/crates/Odd-Name/1.0.0%2Bb.1\">", "Dependents <small>61</small>",
                  "<a href=\"/crates/d00\">", "All 61 crates that depend on it",
                  "<svg role=\"img\" aria-labelledby=\"chart-title\"",
                  "most on 2026-10-30: 1005 downloads.",
                  "<time datetime=\"2026-10-31\">2026-10-31</time></th><td class=\"number\">250<"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* The index has that of the default version. */
static void shows_the_readme(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/crates/Odd-Name"},
         .status = 200,
         .body = {"<section id=\"readme\"", "<a href=\"#readme\">", "assets/readme-",
                  "<h3 id=\"readme-hello\">Hello</h3>", "<a href=\"#readme-hello\">in</a> its",
                  "<a rel=\"nofollow noopener\" href=\"https://example.org/l.png\">logo</a>",
                  "!<b>its", "!its beginning"}},
        {.request = {.target = "/crates/Odd-Name/1.2.0"},
         .status = 200,
         .body = {"<section id=\"readme\""}},
        {.request = {.target = "/crates/Odd-Name/1.0.0"},
         .status = 200,
         .body = {"!id=\"readme\"", "!assets/readme-"}},
        /* One that is nothing but a comment, and none. */
        {.request = {.target = "/crates/tool"}, .status = 200, .body = {"!id=\"readme\""}},
        {.request = {.target = "/crates/bare"}, .status = 200, .body = {"!id=\"readme\""}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void shows_a_version(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/crates/Odd-Name/1.0.0"},
         .status = 200,
         .headers = {PAGE_HEADERS, "Surrogate-Key: crate/odd_name"},
         .body = {"<title>Odd-Name 1.0.0 · Cratedex</title>", "cargo add Odd-Name@1.0.0",
                  "<dd>7</dd>", "most on 2026-10-30: 5 downloads.", "See its default version",
                  "It needs no other crate.", "nothing to turn on"}},
        {.request = {.target = "/crates/Odd-Name/1.0.0+b.1"},
         .status = 200,
         .body = {"<bdi>1.0.0+b.1</bdi>", "Odd-Name = &quot;1.0.0&quot;",
                  "No downloads of this version in the last 90 days."}},
        {.request = {.target = "/crates/Odd-Name/%31.0.0%2Bb.1"},
         .status = 200,
         .headers = {"X-Cache: hit"}},
        {.request = {.target = "/crates/Odd-Name/2.0.0-rc.1"},
         .status = 200,
         .body = {"<span class=\"chip\">pre-release</span>", "cargo add Odd-Name@2.0.0-rc.1"}},
        {.request = {.target = "/crates/tool"},
         .status = 200,
         .body = {"cargo install tool<", "!cargo add", "not said", "<li class=\"quiet\">nobody"}},
        {.request = {.target = "/crates/gone"},
         .status = 200,
         .body = {"All versions of this crate were yanked.", "It broke &lt;b&gt;all&lt;/b&gt;",
                  "<span class=\"chip bad\">yanked</span>", "!cargo add", "!<b>all"}},
        {.request = {.target = "/crates/bare"},
         .status = 200,
         .body = {"This crate has no version", "!cargo add", "No version, no dependencies.",
                  "No downloads in the last 90 days", "!<svg"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void leads_from_other_spellings(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/crates/odd_name"},
         .status = 301,
         .headers = {"Location: /crates/Odd-Name", "Cache-Control: public, max-age=60",
                     "Surrogate-Key: crate/odd_name"}},
        {.request = {.target = "/crates/ODD-NAME/1.0.0+b.1"},
         .status = 301,
         .headers = {"Location: /crates/Odd-Name/1.0.0%2Bb.1"}},
        {.request = {.target = "/crates/odd-name/versions?sort=semver&x=%0D%0Aa"},
         .status = 301,
         .headers = {"Location: /crates/Odd-Name/versions?sort=semver&x=%0D%0Aa"}},
        {.request = {.target = "/crates/odd-name/versions"},
         .status = 301,
         .headers = {"Location: /crates/Odd-Name/versions"}},
        {.request = {.target = "/crates/odd-name/reverse_dependencies?page=2"},
         .status = 301,
         .headers = {"Location: /crates/Odd-Name/reverse_dependencies?page=2"}},
        {.request = {.target = "/crates/odd-name/1.2.0/features"},
         .status = 301,
         .headers = {"Location: /crates/Odd-Name/1.2.0/features"}},
        {.request = {.target = "/crates/Odd-Name/dependencies"},
         .status = 302,
         .headers = {"Location: /crates/Odd-Name/1.2.0/dependencies"}},
        {.request = {.target = "/crates?sort=downloads&keyword=c%2B%2B"},
         .status = 302,
         .headers = {"Location: /search?sort=downloads&keyword=c%2B%2B"}},
        {.request = {.target = "/crates/bare/dependencies"},
         .status = 302,
         .headers = {"Location: /crates/bare"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void says_what_is_missing(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/crates/odd-nam"},
         .status = 404,
         .headers = {"Content-Type: text/html; charset=utf-8", "Cache-Control: no-store"},
         .body = {"There is no crate called <bdi>odd-nam</bdi>", "href=\"/search?q=odd-nam\"",
                  "<a href=\"/crates/Odd-Name\">", "name=\"q\" value=\"odd-nam\""}},
        {.request = {.target = "/crates/%3Cscript%3E%22"},
         .status = 404,
         .body = {"<bdi>&lt;script&gt;&quot;</bdi>", "/search?q=%3Cscript%3E%22", "!<script>"}},
        {.request = {.target = "/crates/" HUNDRED HUNDRED HUNDRED},
         .status = 404,
         .body = {"There is no crate called <bdi>0123", "!href=\"/search?q="}},
        {.request = {.target = "/crates/Odd-Name/9.9.9"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {"does not have a version <bdi>9.9.9</bdi>",
                  "href=\"/crates/Odd-Name/versions\""}},
        {.request = {.target = "/crates/Odd-Name/latest"}, .status = 404},
        {.request = {.target = "/crates/Odd-Name/9.9.9/features"},
         .status = 404,
         .body = {"does not have a version <bdi>9.9.9</bdi>"}},
        {.request = {.target = "/crates/nothing/1.0.0/dependencies"},
         .status = 404,
         .body = {"There is no crate called <bdi>nothing</bdi>"}},
        {.request = {.target = "/crates/nothing/dependencies"}, .status = 404},
        {.request = {.target = "/crates/nothing/versions"}, .status = 404},
        {.request = {.target = "/crates/Odd-Name/versions?seek=x"}, .status = 400},
        {.request = {.target = "/crates/Odd-Name/versions?per_page=101"}, .status = 400},
        {.request = {.target = "/crates/Odd-Name/reverse_dependencies?page=201"}, .status = 400},
        {.request = {.target = "/crates/Odd-Name/1.2.0/dependencies?page=0"}, .status = 400},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void shows_hostile_text_as_text(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/crates/evil"},
         .status = 200,
         .body = {"&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&#39;\xEF\xBF\xBD", "!<script>",
                  "!javascript:", "!data:text", "!\"><script", "!\x80\xAE",
                  "not a requirement that cargo reads"}},
        {.request = {.target = "/crates/evil/1.0.0/features"},
         .status = 200,
         .body = {"&lt;script&gt;", "!<script>", "!\x80\xAE"}},
        /* What a reader would run in a shell. */
        {.request = {.target = "/crates/$(reboot)"},
         .status = 200,
         .body = {"<bdi>$(reboot)</bdi>", "!cargo add", "!data-copy"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void pages_long_lists(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/crates/many"},
         .status = 200,
         .body = {"…</bdi></p>", "<a href=\"/crates/many/0.129.0/dependencies?page=2\">10 more",
                  "<a href=\"/crates/many/0.129.0/features?page=2\">5 more",
                  "<a href=\"/crates/many/versions\">All 130 versions", "<a href=\"/crates/d49\">",
                  "!<a href=\"/crates/d50\">", "<bdi>f39</bdi>", "!<bdi>f40</bdi>"}},
        {.request = {.target = "/crates/many/0.129.0/dependencies?page=2"},
         .status = 200,
         .body = {"<h1>Dependencies", "<a href=\"/crates/d50\">", "<a href=\"/crates/d59/1.0.0\">",
                  "!<a href=\"/crates/d49\">", "!rel=\"next\"",
                  "<a href=\"/crates/many/0.129.0/dependencies\" rel=\"prev\">"}},
        {.request = {.target = "/crates/many/0.129.0/dependencies?page=3"},
         .status = 200,
         .body = {"There is nothing on this page."}},
        {.request = {.target = "/crates/many/0.129.0/features?page=2"},
         .status = 200,
         .body = {"<bdi>f40</bdi>", "<bdi>f44</bdi>", "!<bdi>f39</bdi>"}},
        {.request = {.target = "/crates/many/0.1.0/features"},
         .status = 200,
         .body = {"There is none.", "!<table"}},
        {.request = {.target = "/crates/many/versions?sort=semver"},
         .status = 200,
         .headers = {PAGE_HEADERS, "Surrogate-Key: crate/many"},
         .body = {"<a href=\"/crates/many/0.129.0\">", "<a href=\"/crates/many/0.30.0\">",
                  "!<a href=\"/crates/many/0.29.0\">",
                  "href=\"/crates/many/versions?sort=semver&amp;per_page=100&amp;seek="}},
        /* What names no order is by number, and says so: it is kept under the same key. */
        {.request = {.target = "/crates/many/versions?sort=other"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {"<span aria-current=\"true\">Number</span>", "Lower versions"}},
        {.request = {.target = "/crates/Odd-Name/versions?sort=other"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {"<span aria-current=\"true\">Number</span>"}},
        {.request = {.target = "/crates/Odd-Name/reverse_dependencies"},
         .status = 200,
         .body = {"<strong>1–50</strong> of 61", "<a href=\"/crates/d00/1.0.0\">",
                  "<span class=\"badge\">build</span>",
                  "<a href=\"/crates/Odd-Name/reverse_dependencies?page=2\" rel=\"next\">"}},
        {.request = {.target = "/crates/Odd-Name/reverse_dependencies?page=9"},
         .status = 200,
         .body = {"There is nothing on this page.", "<h1>Dependents </h1>"}},
        {.request = {.target = "/crates/Odd-Name/reverse_dependencies?sort=alpha&page=2"},
         .status = 200,
         .body = {"<strong>51–61</strong> of 61", "<a href=\"/crates/evil\">", "&lt;script&gt;",
                  "<a href=\"/crates/Odd-Name/reverse_dependencies?sort=alpha\" rel=\"prev\">"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* The link to the next page of versions leads to the rest of them. */
static void goes_on_where_a_page_of_versions_ends(void **state)
{
    static const char beginning[] = "href=\"/crates/many/versions?";
    struct http_response response;
    char target[1024];
    http_get(client_of(state), "/crates/many/versions?sort=semver", NULL, &response);
    const char *link = strstr(response.body, "seek=");
    assert_non_null(link);
    assert_non_null(strstr(response.body, beginning));
    int length =
        snprintf(target, sizeof target, "/crates/many/versions?sort=semver&per_page=100&%.*s",
                 (int)strcspn(link, "\""), link);
    assert_true(length < (int)sizeof target);
    http_response_free(&response);
    const struct page_case rest = {
        .request = {.target = target},
        .status = 200,
        .body = {"<a href=\"/crates/many/0.29.0\">", "<a href=\"/crates/many/0.0.0\">",
                 "!<a href=\"/crates/many/0.30.0\">", "!rel=\"next\"", "Back to the first"},
    };
    page_cases_run(client_of(state), &rest, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_a_crate),
        cmocka_unit_test(shows_the_readme),
        cmocka_unit_test(shows_a_version),
        cmocka_unit_test(leads_from_other_spellings),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(shows_hostile_text_as_text),
        cmocka_unit_test(pages_long_lists),
        cmocka_unit_test(goes_on_where_a_page_of_versions_ends),
    };
    return cmocka_run_group_tests_name("crate_pages", tests, shown_crates_start, shown_crates_stop);
}
