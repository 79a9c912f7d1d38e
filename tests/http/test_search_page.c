/* The home page and the pages of results. */
#include "tests/support/http_fixture.h"
#include "tests/support/page_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define TEN "0123456789"
#define RIGHT_TO_LEFT "\xE2\x80" /* and AE: an override (UAX #9) */
#define FIFTY TEN TEN TEN TEN TEN

static void begins_with_a_box_and_lists(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/"},
         .status = 200,
         .headers = {"Content-Type: text/html; charset=utf-8", "ETag"},
         .body = {"<title>Cratedex</title>", " autofocus>", "<dd>329</dd>",
                  "<h2 id=\"most-downloaded\">", "<h2 id=\"recently-downloaded\">",
                  "<h2 id=\"just-updated\">", "<h2 id=\"new-crates\">",
                  "<a href=\"/keywords/no_std\"><bdi>no_std</bdi></a>",
                  "<a href=\"/crates/syn\"><bdi>syn</bdi></a>", "<h2 id=\"popular-categories\">",
                  "<a class=\"brand\" href=\"/\" aria-current=\"page\">", "!style="}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void marks_what_matched(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/search?q=http+client"},
         .status = 200,
         .headers = {"Content-Type: text/html; charset=utf-8", "Cache-Control: public, max-age=60",
                     "ETag", "Server-Timing", "X-Cache: miss"},
         .body = {"<title>http client · Cratedex</title>", "name=\"q\" value=\"http client\"",
                  "19 crates", "<bdi><mark>HTTP</mark> <mark>client</mark> for everyday use: JSON,",
                  "<a href=\"/keywords/client\">#<bdi><mark>client</mark></bdi></a>",
                  "<a href=\"/crates/hyper\"><bdi>hyper</bdi></a>",
                  "<a href=\"/search?q=http+client\" aria-current=\"true\">Relevance</a>",
                  "<a href=\"/keywords/http\"><span class=\"quiet\">keyword</span>", "!µs",
                  "!dur=", "!style="}},
        {.request = {.target = "/search?q=serde"},
         .status = 200,
         .body = {"<a href=\"/crates/serde\"><bdi><mark>serde</mark></bdi></a>",
                  "<span class=\"badge\">exact name</span>",
                  "Handle `&amp;[u8]` and `Vec&lt;u8&gt;` as", "!Vec<u8>"}},
        /* All crates, by name, which nobody could order by relevance. */
        {.request = {.target = "/search"},
         .status = 200,
         .body = {"<title>All crates · Cratedex</title>", "329 crates", "!Relevance", "!<mark>",
                  "aria-current=\"true\">A to Z</a>"}},
        {.request = {.target = "/search?q=serde@1.0.228"},
         .status = 200,
         .body = {"<a href=\"/crates/serde/1.0.228\"><bdi>serde</bdi> 1.0.228</a>"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* What a link changes, and that it keeps all else. */
static void narrows_down_by_links(void **state)
{
    static const struct page_case cases[] = {
        /* Empty fields, as forms send them, are none; what is no parameter of ours is not kept. */
        {.request = {.target = "/search?q=serde&license=&min_downloads=&updated_since=&page="
                               "&owner=+&sort=new&per_page=5&has=lib&utm_source=x"},
         .status = 200,
         .body = {"<a href=\"/search?q=serde&amp;sort=new&amp;per_page=5&amp;has=lib&amp;page=2\" "
                  "rel=\"next\">",
                  "aria-current=\"true\">New</a>", "!utm_source", "!license=&amp;",
                  "<a href=\"/search?q=serde&amp;sort=new&amp;per_page=5\"><span class=\"unseen\">"
                  "Remove the filter </span><span class=\"quiet\">has</span> <bdi>lib</bdi>",
                  "<input type=\"hidden\" name=\"has\" value=\"lib\">", "Filters (1)"}},
        {.request = {.target = "/search?q=serde&sort=new&per_page=5&page=2"},
         .status = 200,
         .body =
             {"<title>serde, page 2 · Cratedex</title>", "start=\"6\"",
              "<a href=\"/search?q=serde&amp;sort=new&amp;per_page=5\" rel=\"prev\">",
              "<a href=\"/search?q=serde&amp;sort=new&amp;per_page=5&amp;page=3\" rel=\"next\">",
              "!name=\"page\""}},
        /* Filters in the text: chips spell the text without them, a facet takes one's place. */
        {.request = {.target = "/search?q=serde+license:mit+-json"},
         .status = 200,
         .body = {"<a href=\"/search?q=serde+-json\">",
                  "<a href=\"/search?q=serde+license%3AMIT\">",
                  "<a class=\"clear\" href=\"/search?q=serde\">Remove all</a>",
                  "<a href=\"/search?q=serde+-json&amp;license=Apache-2.0\"><bdi>Apache-2.0</bdi>",
                  "<a href=\"/search?q=serde+-json\" aria-current=\"true\"><bdi>MIT</bdi></a>"}},
        {.request = {.target = "/search?category=parsing&q=parser"},
         .status = 200,
         .body = {"4 crates",
                  "<a href=\"/search?q=parser\" aria-current=\"true\"><bdi>parsing</bdi></a> "
                  "<span>4<",
                  "<a href=\"/search?category=parsing&amp;q=parser&amp;keyword=parser\">"}},
        /* A dependency's kind goes with the last dependency. */
        {.request = {.target = "/search?depends_on=serde&kind=dev"},
         .status = 200,
         .body = {"<a href=\"/search\"><span class=\"unseen\">Remove the filter </span>"
                  "<span class=\"quiet\">depends on</span> <bdi>serde</bdi>",
                  "<a href=\"/search?depends_on=serde\"><span class=\"unseen\">"}},
        /* Of a keyword and a letter the API takes one: the keyword goes into the text. */
        {.request = {.target = "/search?letter=s"},
         .status = 200,
         .body = {"<a href=\"/search?q=keyword%3Aserde&amp;letter=s\"><bdi>serde</bdi></a>"}},
        {.request = {.target = "/search?q=serde&facets=none&highlight=0"},
         .status = 200,
         .body = {"61 crates", "!<mark>", "!facet-", "!hi=", "highlight=0&amp;page=2"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void says_what_to_try(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/search?q=seerde+license:mit"},
         .status = 200,
         .body = {"id=\"relaxed\"", "id=\"did-you-mean\"",
                  "<a href=\"/search?q=serde+license%3AMIT\"><bdi>serde</bdi></a>?"}},
        {.request = {.target = "/search?q=qqqqqqqqqzx&category=parsing"},
         .status = 200,
         .body = {"<h1 id=\"found\">No crates", "<a href=\"/search?q=qqqqqqqqqzx\">Search without",
                  "<a class=\"try\" href=\"/search?q=qqqqqqq&amp;category=parsing\"><bdi>"
                  "qqqqqqq</bdi></a>",
                  "!id=\"results\""}},
        {.request = {.target = "/search?q=serde&page=100"},
         .status = 200,
         .body = {"No such page", "Go to the <a href=\"/search?q=serde\">first page</a>",
                  "!id=\"tries\""}},
        /* Refusals keep the text in the box, and the filters at hand. */
        {.request = {.target = "/search?q=%3Cb%3E&edition=1999"},
         .status = 400,
         .headers = {"Content-Type: text/html; charset=utf-8", "Content-Security-Policy",
                     "Cache-Control: no-store"},
         .body =
             {"id=\"refusal\"", "edition", "name=\"q\" value=\"&lt;b&gt;\"", "!<b>",
              "<a href=\"/search?q=%3Cb%3E\"><span class=\"unseen\">Remove the filter </span>"}},
        {.request = {.target = "/search?q=serde&page=201"},
         .status = 400,
         .body = {"Page 201 is unavailable", "value=\"serde\""}},
        {.request = {.target = "/search?q=serde&per_page=0"}, .status = 400, .body = {"per_page"}},
        {.request = {.target = "/search?q=" FIFTY FIFTY FIFTY FIFTY FIFTY TEN},
         .status = 400,
         .body = {"256", "value=\"0123456789", "<title>01234"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Others' texts are text, and each who asked sees how he wrote it. */
static void keeps_texts_apart(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE"},
         .status = 200,
         .body = {"value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\xEF\xBF\xBD\"",
                  "!<script>a", "!" RIGHT_TO_LEFT}},
        {.request = {.target = "/search?q=Serde"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {"value=\"Serde\"", "!value=\"serde\""}},
        {.request = {.target = "/search?q=SERDE"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {"value=\"SERDE\"", "/search?q=SERDE&amp;page=2", "!value=\"Serde\""}},
        {.request = {.target = "/search?q=Serde&license=&utm_source=y"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {"value=\"Serde\""}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* A text and a piece behind it so many times, "%zu" in which is how often it came before; the
   caller frees it. */
static char *repeated(const char *beginning, const char *piece, size_t n)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fputs(beginning, out);
    const char *number = strstr(piece, "%zu");
    for (size_t i = 0; i < n; i++)
        if (number != NULL)
            fprintf(out, "%.*s%zu%s", (int)(number - piece), piece, i, number + strlen("%zu"));
        else
            fputs(piece, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Asks for a target, which it frees. */
static void get_and_free(void **state, char *target, struct http_response *response)
{
    http_get(client_of(state), target, NULL, response);
    free(target);
}

/* A page has its query in every link: the longest text is answered, not the longest query. */
static void bounds_its_size(void **state)
{
    struct http_response response;
    char *longest = repeated("/search?q=", "%F0%9F%A6%80", 256);
    char *owner = repeated("&owner=", TEN, 100);
    http_get(client_of(state), longest, NULL, &response);
    assert_int_equal(response.status, 200);
    assert_true(response.size < 1 << 19);
    http_response_free(&response);
    get_and_free(state, repeated(longest, owner, 1), &response);
    assert_int_equal(response.status, 414);
    http_response_free(&response);
    get_and_free(state, repeated("/search?q=serde", "&license=MIT", 200), &response);
    assert_int_equal(response.status, 200);
    assert_null(strstr(response.body, "license=MIT&amp;license=MIT"));
    http_response_free(&response);
    get_and_free(state, repeated("/search?", "license=L%zu&", 64), &response);
    assert_int_equal(response.status, 400);
    assert_true(response.size < 1 << 16);
    http_response_free(&response);
    free(owner);
    free(longest);
}

static void is_cached_and_compressed(void **state)
{
    struct http_response first;
    struct http_response second;
    char condition[256];
    http_get(client_of(state), "/search?q=toml", "Accept-Encoding: br\n", &first);
    assert_string_equal(http_header(&first, "Content-Encoding"), "br");
    assert_non_null(strstr(http_header(&first, "Vary"), "Accept-Encoding"));
    assert_non_null(strstr(http_header(&first, "Server-Timing"), "search;dur="));
    snprintf(condition, sizeof condition, "Accept-Encoding: br\nIf-None-Match: %s\n",
             http_header(&first, "ETag"));
    http_get(client_of(state), "/search?q=toml", condition, &second);
    assert_int_equal(second.status, 304);
    assert_string_equal(http_header(&second, "X-Cache"), "hit");
    http_response_free(&first);
    http_response_free(&second);
}

/* All that the first view loads, and a page of results, by wire. */
static void is_light(void **state)
{
    struct http_response page;
    size_t size = 0;
    http_get(client_of(state), "/search?q=http+client", NULL, &page);
    const char *at = page.body;
    while ((at = strstr(at, "\"/assets/")) != NULL) {
        char target[128] = "";
        struct http_response asset;
        strncat(target, at + 1, strcspn(at + 1, "\""));
        http_get(client_of(state), target, "Accept-Encoding: br\n", &asset);
        assert_int_equal(asset.status, 200);
        size += asset.size;
        http_response_free(&asset);
        at++;
    }
    http_response_free(&page);
    http_get(client_of(state), "/search?q=http+client", "Accept-Encoding: br\n", &page);
    assert_in_range(size + page.size, 1000, 40000);
    http_response_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_a_box_and_lists),
        cmocka_unit_test(marks_what_matched),
        cmocka_unit_test(narrows_down_by_links),
        cmocka_unit_test(says_what_to_try),
        cmocka_unit_test(keeps_texts_apart),
        cmocka_unit_test(is_cached_and_compressed),
        cmocka_unit_test(bounds_its_size),
        cmocka_unit_test(is_light),
    };
    return cmocka_run_group_tests(tests, http_fixture_start, http_fixture_stop);
}
