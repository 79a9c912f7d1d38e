/* READMEs as HTML: what each kind of Markdown becomes, and what can do no harm. */
#include "server/html/markdown.h"
#include "server/html/markdown_links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define BASE "https://github.com/o/r/blob/HEAD/"
#define LINK "<a rel=\"nofollow noopener\" href=\""

struct example {
    const char *markdown;
    const char *html;
};

static void check(const struct example *example)
{
    struct error error;
    bool is_cut;
    msgpack_sbuffer html;
    msgpack_sbuffer_init(&html);
    const struct markdown markdown = {
        .text = example->markdown, .length = strlen(example->markdown), .link_base = BASE};
    assert_int_equal(markdown_to_html(&markdown, &html, &is_cut, &error), 0);
    msgpack_sbuffer_write(&html, "", 1);
    assert_string_equal(html.data, example->html);
    assert_false(is_cut);
    msgpack_sbuffer_destroy(&html);
}

static void check_all(const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check(&examples[i]);
}

static void writes_what_people_write(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"", ""},
        {"a *b* **c** ~~d~~ `e`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> "
                                  "<code>e</code></p>\n"},
        {"a\nb  \nc", "<p>a\nb<br>\nc</p>\n"},
        {"> a\n\n---", "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n"},
        {"- a\n- b\n  - c", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n"},
        {"3. a\n\n4. b", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n"},
        {"- [x] a\n- [ ] b",
         "<ul>\n<li class=\"task\"><span role=\"img\" aria-label=\"done\">☑</span> a</li>\n"
         "<li class=\"task\"><span role=\"img\" aria-label=\"to do\">☐</span> b</li>\n</ul>\n"},
        {"```rust\nlet a = \"<b>\";\n```",
         "<pre tabindex=\"0\"><code>let a = &quot;&lt;b&gt;&quot;;\n</code></pre>\n"},
        {"|a|b|\n|:-:|-:|\n|1|2|",
         "<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>\n"
         "<thead>\n<tr><th scope=\"col\" class=\"center\">a</th>"
         "<th scope=\"col\" class=\"right\">b</th></tr>\n</thead>\n"
         "<tbody>\n<tr><td class=\"center\">1</td><td class=\"right\">2</td></tr>\n</tbody>\n"
         "</table></div>\n"},
        /* Below the page's own headings, with ids that its table of contents finds. */
        {"# A b, c!\n## A b c\n# A b c\n[x](#a-b-c-1) [y](#z)",
         "<h3 id=\"readme-a-b-c\">A b, c!</h3>\n<h4 id=\"readme-a-b-c-1\">A b c</h4>\n"
         "<h3 id=\"readme-a-b-c-2\">A b c</h3>\n<p><a href=\"#readme-a-b-c-1\">x</a> y</p>\n"},
        {"##### a", "<h6 id=\"readme-a\">a</h6>\n"},
    };
    check_all(examples, N_ELEMENTS(examples));
}

static void links_to_the_web_alone(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"[a](https://b.c/?d=1&e=\"f\" \"title\")",
         "<p>" LINK "https://b.c/?d=1&amp;e=%22f%22\">a</a></p>\n"},
        {"[a](HTTP://b/é'<x>)", "<p>" LINK "HTTP://b/%C3%A9%27%3Cx%3E\">a</a></p>\n"},
        {"[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) [d](vbscript:x)",
         "<p>a b c d</p>\n"},
        {"[a](https:///x) [b](http://) [c](//evil) [d](https:\\\\evil) [e](&#106;avascript:x)",
         "<p>a b c d e</p>\n"},
        {"[a](docs/b.md) [c](./d) [e](/f) [g](../h) [i](j/../k) [l](mailto:m@n.o)",
         "<p>" LINK BASE "docs/b.md\">a</a> " LINK BASE "d\">c</a> " LINK BASE
         "f\">e</a> g i l</p>\n"},
        {"see https://a.b/c_d(e), (http://f.g).",
         "<p>see " LINK "https://a.b/c_d(e)\">https://a.b"
         "/c_d(e)</a>, (" LINK "http://f.g\">http://f.g</a>).</p>\n"},
        {"<https://a.b> <javascript:x> <m@n.o>",
         "<p>" LINK "https://a.b\">https://a.b</a> javascript:x m@n.o</p>\n"},
        {"![logo](https://a.b/c.png) ![](d.png)",
         "<p>" LINK "https://a.b/c.png\">logo</a> " LINK BASE "d.png\">d.png</a></p>\n"},
        /* No link in a link. */
        {"[![build *status*](https://a/b.svg)](https://a)",
         "<p>" LINK "https://a\">build status</a></p>\n"},
        {"[](https://a)", "<p>" LINK "https://a\">https://a</a></p>\n"},
        {"[a https://b.c](https://d)", "<p>" LINK "https://d\">a https://b.c</a></p>\n"},
    };
    check_all(examples, N_ELEMENTS(examples));
}

static void turns_html_into_its_text(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"<p align=\"center\">\n<img src=x onerror=alert(1) alt=\"A &amp; b\">\n</p>",
         "<p>\nA &amp; b\n\n</p>\n"},
        {"<script>alert(1)</script>", "<p>alert(1)\n</p>\n"},
        {"a <b onclick=x>c</b><br>d <!-- e --> f", "<p>a c d  f</p>\n"},
        {"<!-- only this -->", ""},
        {"<a href=\"https://b\">c</a> Vec<String> a < b", "<p>c Vec&lt;String&gt; a &lt; b</p>\n"},
        {"<div>&nbsp;&#8238;&lt;i&gt; 1 & 2<",
         "<p>&nbsp;&amp;#8238;&lt;i&gt; 1 &amp; 2&lt;\n</p>\n"},
        {"<style>a{}</style><iframe src=x></iframe><svg/onload=x>", "<p>a{}\n</p>\n"},
        {"<img alt=\"<script>\">", "<p>&lt;script&gt;\n</p>\n"},
        {"&lt;script&gt; &#x202E; \xE2\x80\xAEx\xE2\x80\xAC \x01",
         "<p>&lt;script&gt; � �x� �</p>\n"},
    };
    static const struct example last = {"<sc<script>ript>x</script>", "<p>&lt;script&gt;x</p>\n"};
    check_all(examples, N_ELEMENTS(examples));
    check(&last);
}

static void knows_where_files_are_shown(void **state)
{
    (void)state;
    static const struct {
        const char *repository;
        const char *base;
    } cases[] = {
        {"https://github.com/o/r", BASE},
        {"http://www.GitHub.com/o/r.git/", BASE},
        {"https://github.com/o/r/tree/main/a/b", "https://github.com/o/r/blob/main/a/b/"},
        {"https://gitlab.com/o/r", "https://gitlab.com/o/r/-/blob/HEAD/"},
        {"https://github.com/o", ""},
        {"https://github.com.evil/o/r", ""},
        {"https://example.org/github.com/o/r", ""},
        {"javascript:github.com/o/r", ""},
        {"", ""},
    };
    char base[64];
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(markdown_link_base(cases[i].repository, base, sizeof base),
                            cases[i].base);
    assert_string_equal(markdown_link_base("https://github.com/o/r", base, 20), "");
}

static char text_differs[1];

/* Writes a text with struck words again and again: with the extension, while other threads take it
   out of the parser's tables. Returns NULL where every time the same came out. */
static void *write_often(void *unused)
{
    char text[4096] = "";
    size_t first_size = 0;
    struct error error;
    bool is_cut;
    for (size_t n = 0; n + 8 < sizeof text; n += 7)
        memcpy(text + n, "~~a~~ b", 8);
    for (int i = 0; i < 60; i++) {
        msgpack_sbuffer html;
        msgpack_sbuffer_init(&html);
        const struct markdown markdown = {.text = text, .length = strlen(text), .link_base = ""};
        int result = markdown_to_html(&markdown, &html, &is_cut, &error);
        size_t size = html.size;
        msgpack_sbuffer_destroy(&html);
        first_size = i == 0 ? size : first_size;
        if (result != 0 || size != first_size || size < 2 * strlen(text))
            return text_differs;
    }
    return unused;
}

static void may_be_asked_by_many_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (size_t i = 0; i < N_ELEMENTS(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_often, NULL), 0);
    for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_people_write),
        cmocka_unit_test(links_to_the_web_alone),
        cmocka_unit_test(turns_html_into_its_text),
        cmocka_unit_test(knows_where_files_are_shown),
        cmocka_unit_test(may_be_asked_by_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
