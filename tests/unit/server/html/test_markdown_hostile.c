/* Texts for which parsers of Markdown have needed minutes or gigabytes, 256 KiB of each. What each
   needs here is a second at most, of processor time and under sanitizers; without the bounds, those
   that are marked take five to thousands (cmark-gfm 0.29.0.gfm.6). What comes out is held together:
   every element is closed, and no more than two and a half megabytes. */
#include "server/html/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_BYTES ((size_t)256 << 10)
#define MAX_HTML ((size_t)5 << 19)
#define MAX_SECONDS 10.0 /* a second, and what valgrind or a loaded machine make of it */
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

/* `begin` and then `again` as often as there is room, of which the last `end_bytes` are `end`. */
struct text {
    const char *begin;
    const char *again;
    const char *end;
    size_t end_bytes;
};

static char *make(const struct text *text)
{
    char *made = malloc(N_BYTES);
    size_t n = 0;
    assert_non_null(made);
    for (const char *c = text->begin; *c != '\0'; c++)
        made[n++] = *c;
    for (size_t i = 0; n < N_BYTES - text->end_bytes; i++)
        made[n++] = text->again[i % strlen(text->again)];
    for (size_t i = 0; n < N_BYTES; i++)
        made[n++] = text->end[i % strlen(text->end)];
    return made;
}

/* Tags in pairs but for those that have no end, and none that we do not write. */
static void expect_whole(const char *html, size_t size)
{
    static const char *const known[] = {
        "p",  "em", "strong", "del",   "code",  "pre", "a",  "ul", "ol",  "li",   "h3",        "h4",
        "h5", "h6", "table",  "thead", "tbody", "tr",  "th", "td", "div", "span", "blockquote"};
    size_t stack[256];
    size_t depth = 0;
    for (size_t i = 0; i < size; i++) {
        char name[16];
        size_t which = 0;
        if (html[i] != '<')
            continue;
        bool is_end = html[i + 1] == '/';
        size_t start = i + 1 + is_end;
        size_t n = strcspn(html + start, " >");
        assert_in_range(n, 1, sizeof name - 1);
        memcpy(name, html + start, n);
        name[n] = '\0';
        if (strcmp(name, "br") == 0 || strcmp(name, "hr") == 0)
            continue;
        while (which < N_ELEMENTS(known) && strcmp(known[which], name) != 0)
            which++;
        assert_in_range(which, 0, N_ELEMENTS(known) - 1);
        if (!is_end) {
            assert_in_range(depth, 0, N_ELEMENTS(stack) - 1);
            stack[depth++] = which;
            continue;
        }
        /* The end of a body may be left out, where the table was cut. */
        if (depth > 1 && strcmp(name, "table") == 0 &&
            strcmp(known[stack[depth - 1]], "tbody") == 0)
            depth--;
        assert_int_not_equal(depth, 0);
        assert_int_equal(stack[--depth], which);
    }
    assert_int_equal(depth, 0);
}

static void check(const char *text, size_t length)
{
    struct error error;
    bool is_cut;
    msgpack_sbuffer html;
    msgpack_sbuffer_init(&html);
    const struct markdown markdown = {.text = text, .length = length, .link_base = ""};
    clock_t start = clock();
    assert_int_equal(markdown_to_html(&markdown, &html, &is_cut, &error), 0);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    assert_true(seconds < MAX_SECONDS);
    assert_true(html.size <= MAX_HTML);
    msgpack_sbuffer_write(&html, "", 1);
    expect_whole(html.data, html.size - 1);
    msgpack_sbuffer_destroy(&html);
}

static void ends_soon(void **state)
{
    (void)state;
    static const struct text texts[] = {
        {"a", "![[]()", "", 0},                /* 17 s */
        {"a", "!\\\\[[]()", "", 0},            /* the same, escaped twice */
        {"[a]: b", "b", "\n[a]", N_BYTES / 2}, /* 19 s, gigabytes */
        {"|", "a|", "\n|-|", N_BYTES / 2},     /* hours */
        {"", "> ", "\nb", N_BYTES / 2},        /* minutes */
        {"", "- ", "\n\n", N_BYTES / 2},       /* minutes */
        {"", "*a_ ", "", 0},
        {"", "[*", "", 0},
        {"", "<a ", "", 0},
        {"", "`a``", "", 0},
        {"", "&", "", 0},
        {"", "~~a", "", 0},
        {"", "http://(", "", 0},
        {"<div>", "<!--<img alt=\"", "", 0},
        {"", "1. > - ", "", 0},
        {"", "# a\n", "", 0},
        {"# ", ",", "", 0}, /* a heading of which an id has nothing */
    };
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        char *text = make(&texts[i]);
        check(text, N_BYTES);
        free(text);
    }
}

/* A table of 190 columns whose rows are one cell each: the others are made by the parser. */
static void fills_up_no_memory(void **state)
{
    (void)state;
    char *text = calloc(N_BYTES, 1);
    size_t n = 0;
    assert_non_null(text);
    for (int row = 0; row < 2; row++)
        for (int column = 0; column < 190; column++)
            n += (size_t)snprintf(text + n, N_BYTES - n, "%s|%s", row == 0 ? "a" : "-",
                                  column == 189 ? "\n" : "");
    while (n + 2 < 64 << 10)
        n += (size_t)snprintf(text + n, N_BYTES - n, "b\n");
    check(text, n);
    free(text);
}

/* What nests too deeply loses its elements, never its text. */
static void keeps_the_text_of_what_is_deep(void **state)
{
    (void)state;
    char text[300] = "";
    struct error error;
    bool is_cut;
    msgpack_sbuffer html;
    for (int i = 0; i < 50; i++)
        strcat(text, "> ");
    strcat(text, "- deep *text*");
    msgpack_sbuffer_init(&html);
    const struct markdown markdown = {.text = text, .length = strlen(text), .link_base = ""};
    assert_int_equal(markdown_to_html(&markdown, &html, &is_cut, &error), 0);
    msgpack_sbuffer_write(&html, "", 1);
    assert_non_null(strstr(html.data, "<p>deep text</p>"));
    expect_whole(html.data, html.size - 1);
    assert_false(is_cut);
    msgpack_sbuffer_destroy(&html);
}

/* The end of a text that would be more than a megabyte of HTML is left out, and said to be. */
static void says_what_is_cut(void **state)
{
    (void)state;
    static const struct text text = {"", "- a&\n", "", 0};
    struct error error;
    bool is_cut;
    msgpack_sbuffer html;
    char *made = make(&text);
    msgpack_sbuffer_init(&html);
    const struct markdown markdown = {.text = made, .length = N_BYTES, .link_base = ""};
    assert_int_equal(markdown_to_html(&markdown, &html, &is_cut, &error), 0);
    assert_true(is_cut);
    msgpack_sbuffer_destroy(&html);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_soon),
        cmocka_unit_test(fills_up_no_memory),
        cmocka_unit_test(keeps_the_text_of_what_is_deep),
        cmocka_unit_test(says_what_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
