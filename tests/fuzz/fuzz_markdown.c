/* Any text as a README: it must become HTML that holds no byte of a tag, an attribute or an address
   but those that we write, and the same a second time. */
#include "server/html/markdown.h"

#include <cratedex/utf8.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TABLE_BEGIN "div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\""
#define LINK "a rel=\"nofollow noopener\" href=\""

static bool begins(const char *text, const char *end, const char *with)
{
    size_t length = strlen(with);
    return (size_t)(end - text) >= length && memcmp(text, with, length) == 0;
}

/* The tag behind `<`: an address in it goes to the web or to a heading. */
static void check_tag(const char *tag, const char *end)
{
    static const char *const whole[] = {"p",
                                        "em",
                                        "strong",
                                        "del",
                                        "code",
                                        "ul",
                                        "ol",
                                        "li",
                                        "a",
                                        "blockquote",
                                        "table",
                                        "thead",
                                        "tbody",
                                        "tr",
                                        "td",
                                        "br",
                                        "hr",
                                        "h3",
                                        "h4",
                                        "h5",
                                        "h6",
                                        "pre",
                                        "th",
                                        "span",
                                        "div",
                                        "li class=\"task\"",
                                        "span role=\"img\" aria-label=\"done\"",
                                        "span role=\"img\" aria-label=\"to do\"",
                                        "pre tabindex=\"0\"",
                                        "th scope=\"col\"",
                                        "th scope=\"col\" class=\"right\"",
                                        "th scope=\"col\" class=\"center\"",
                                        "td class=\"right\"",
                                        "td class=\"center\"",
                                        TABLE_BEGIN};
    static const char *const parts[] = {LINK,
                                        "a href=\"#readme-",
                                        "ol start=\"",
                                        "h3 id=\"readme-",
                                        "h4 id=\"readme-",
                                        "h5 id=\"readme-",
                                        "h6 id=\"readme-"};
    tag += *tag == '/';
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strlen(whole[i]) == (size_t)(end - tag) && begins(tag, end, whole[i]))
            return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *value = tag + strlen(parts[i]);
        /* One value and its quote. */
        if (begins(tag, end, parts[i]) && memchr(value, '"', (size_t)(end - value)) == end - 1 &&
            (i > 0 || strncasecmp(value, "http", 4) == 0))
            return;
    }
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error;
    msgpack_sbuffer html;
    bool is_cut;
    if (size > 4096 || !utf8_is_valid((const char *)data, size))
        return 0;
    msgpack_sbuffer_init(&html);
    const struct markdown markdown = {
        .text = (const char *)data, .length = size, .link_base = "https://github.com/o/r/"};
    if (markdown_to_html(&markdown, &html, &is_cut, &error) != 0)
        abort();
    const char *last = html.size > 0 ? html.data + html.size : NULL;
    for (const char *at = html.size > 0 ? html.data : NULL; at < last; at++) {
        if (*at == '>')
            abort();
        if (*at != '<')
            continue;
        const char *end = memchr(at, '>', (size_t)(last - at));
        if (end == NULL)
            abort();
        check_tag(at + 1, end);
        at = end;
    }
    size_t first_size = html.size;
    if (markdown_to_html(&markdown, &html, &is_cut, &error) != 0 || html.size != 2 * first_size ||
        (first_size > 0 && memcmp(html.data, html.data + first_size, first_size) != 0))
        abort();
    msgpack_sbuffer_destroy(&html);
    return 0;
}
