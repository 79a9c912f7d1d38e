/* No parser of HTML: what comes out is escaped whatever went in, so the worst that a text can do
   is look odd. References such as `&nbsp;` stay what they are where they have a name; one with a
   number could be any character, and is text. */
#include "server/html/markdown_raw.h"

#include "server/html/escape.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define MAX_NAME 12
#define MAX_REFERENCE 32

/* What READMEs have; all else in angle brackets is text. */
static const char elements[] =
    " a abbr article aside audio b base big blockquote body br button canvas caption center cite"
    " code col colgroup dd del details dfn div dl dt em embed fieldset figcaption figure font"
    " footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd"
    " label legend li link main map mark math menu meta nav noscript object ol optgroup option p"
    " param picture pre q rp rt ruby s samp script section select small source span strike strong"
    " style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track"
    " tt u ul var video wbr ";

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_letter_or_digit(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* The element of the tag at `html`, between spaces and in lower case; false where none is known. */
static bool element_at(const char *html, size_t length, char element[MAX_NAME + 3])
{
    size_t i = length > 1 && html[1] == '/' ? 2 : 1;
    size_t n = 0;
    element[n++] = ' ';
    while (i < length && is_letter_or_digit(html[i]) && n <= MAX_NAME)
        element[n++] = (char)(html[i] >= 'A' && html[i] <= 'Z' ? html[i] + 32 : html[i]), i++;
    element[n++] = ' ';
    element[n] = '\0';
    bool has_end = i >= length || strchr(" \t\r\n/>", html[i]) != NULL;
    return n > 2 && has_end && strstr(elements, element) != NULL;
}

/* Where the tag at `html` ends, quoted values passed over. */
static size_t tag_length(const char *html, size_t length)
{
    char quote = '\0';
    for (size_t i = 1; i < length; i++) {
        char c = html[i];
        if (quote != '\0')
            quote = (char)(c == quote ? '\0' : quote);
        else if ((c == '"' || c == '\'') && html[i - 1] == '=')
            quote = c;
        else if (c == '>')
            return i + 1;
    }
    return length;
}

/* `&name;` at `html`; 0: there is none. */
static size_t reference_length(const char *html, size_t length)
{
    size_t i = 1;
    while (i < length && i <= MAX_REFERENCE && is_letter_or_digit(html[i]))
        i++;
    return i > 1 && is_letter(html[1]) && i < length && html[i] == ';' ? i + 1 : 0;
}

/* Appends text between tags. */
static int put_text(const char *text, size_t length, msgpack_sbuffer *out)
{
    size_t run = 0;
    for (size_t i = 0; i < length;) {
        size_t n = text[i] == '&' ? reference_length(text + i, length - i) : 0;
        if (n > 0) {
            if (html_escape(out, text + run, i - run) != 0 || html_append(out, text + i, n) != 0)
                return -1;
            run = i + n;
        }
        i += n > 0 ? n : 1;
    }
    return html_escape(out, text + run, length - run);
}

/* The quoted value of `alt` in a tag. */
static int write_alternative(const char *tag, size_t length, msgpack_sbuffer *out)
{
    static const char name[] = "alt=";
    for (size_t i = 1; i + sizeof name < length; i++) {
        char quote = tag[i + sizeof name - 1];
        if (strncasecmp(tag + i, name, sizeof name - 1) != 0 || is_letter(tag[i - 1]) ||
            tag[i - 1] == '-' || (quote != '"' && quote != '\''))
            continue;
        const char *value = tag + i + sizeof name;
        const char *end = memchr(value, quote, (size_t)(tag + length - value));
        return end == NULL ? 0 : put_text(value, (size_t)(end - value), out);
    }
    return 0;
}

/* The length of the markup at `html`, which is written as what shows of it; 0: it is text. */
static size_t pass_markup(const char *html, size_t length, msgpack_sbuffer *out, int *result)
{
    char element[MAX_NAME + 3];
    if (length < 2)
        return 0;
    if (html[1] == '!' || html[1] == '?') {
        bool is_comment = length >= 4 && memcmp(html, "<!--", 4) == 0;
        const char *end = memchr(html, '>', length);
        while (is_comment && end != NULL && (end < html + 6 || memcmp(end - 2, "--", 2) != 0))
            end = memchr(end + 1, '>', length - (size_t)(end + 1 - html));
        return end == NULL ? length : (size_t)(end - html) + 1;
    }
    if (!element_at(html, length, element))
        return 0;
    size_t n = tag_length(html, length);
    if (strcmp(element, " img ") == 0)
        *result = write_alternative(html, n, out);
    else if (strcmp(element, " br ") == 0)
        *result = html_append(out, " ", 1);
    return n;
}

int markdown_raw_text(const char *html, size_t length, msgpack_sbuffer *out)
{
    size_t run = 0;
    for (size_t i = 0; i < length;) {
        if (html[i] != '<') {
            i++;
            continue;
        }
        int result = 0;
        if (put_text(html + run, i - run, out) != 0)
            return -1;
        run = i;
        size_t n = pass_markup(html + i, length - i, out, &result);
        if (result != 0)
            return -1;
        i += n > 0 ? n : 1;
        if (n > 0)
            run = i;
    }
    return put_text(html + run, length - run, out);
}
