/* A reader of one pass over the little HTML that templates of ours are written in: it knows neither
   unquoted attributes nor end tags that are left out, so that what only browsers would read is a
   fault. Names that are not listed are faults, too: a new one is to be added here. */
#include "tests/support/html_check.h"

#include <cratedex/utf8.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_DEPTH 64
#define MAX_NAME 32
#define LOWER "abcdefghijklmnopqrstuvwxyz"

static const char elements[] =
    " a abbr article aside b bdi blockquote body br button caption cite code data datalist dd "
    "defs del desc details dialog div dl dt em fieldset figcaption figure footer form g h1 h2 "
    "h3 h4 h5 h6 head header hr html i img input kbd label legend li line link main mark meta "
    "meter nav noscript ol optgroup option output p path polyline pre progress rect samp "
    "script search section select small span strong sub summary sup svg table tbody td text "
    "textarea tfoot th thead time title tr tspan ul use var circle wbr ";
static const char void_elements[] = " br hr img input link meta wbr ";
static const char attributes[] =
    " action align alt autocapitalize autocomplete autofocus charset checked class cols "
    "colspan content cx cy d datetime dir disabled dx dy enterkeyhint fill focusable "
    "font-size font-weight for form height hidden href id inputmode label lang list max "
    "maxlength method min minlength multiple name open opacity pattern placeholder points "
    "preserveAspectRatio property r readonly rel required reversed role rows rowspan rx ry "
    "scope selected size span spellcheck src start step stroke stroke-dasharray "
    "stroke-linecap stroke-linejoin stroke-opacity stroke-width tabindex text-anchor title "
    "transform translate type value vector-effect viewBox width x x1 x2 xmlns y y1 y2 ";

struct reading {
    const char *subject;
    const char *begin;
    const char *at;
    const char *tag; /* that was begun last */
    const char *end;
    char open[MAX_DEPTH][MAX_NAME];
    unsigned depth;
};

static void fault(const struct reading *reading, const char *what)
{
    size_t before = (size_t)(reading->at - reading->begin);
    size_t start = before > 80 ? before - 80 : 0;
    size_t length = (size_t)(reading->end - reading->begin) - start;
    fail_msg("%s: %s at byte %zu: %.*s", reading->subject, what, before,
             (int)(length < 160 ? length : 160), reading->begin + start);
}

static bool is_listed(const char *list, const char *name)
{
    char padded[MAX_NAME + 2];
    snprintf(padded, sizeof padded, " %s ", name);
    return strstr(list, padded) != NULL;
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Moves behind a text that must stand there. */
static void expect(struct reading *reading, const char *text)
{
    if (!begins(reading->at, text))
        fault(reading, text);
    reading->at += strlen(text);
}

static void read_name(struct reading *reading, const char *characters, char name[MAX_NAME])
{
    size_t length = strspn(reading->at, characters);
    if (length == 0 || length >= MAX_NAME)
        fault(reading, "no name");
    memcpy(name, reading->at, length);
    name[length] = '\0';
    reading->at += length;
}

static void read_reference(struct reading *reading)
{
    size_t length = strspn(reading->at + 1, LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#");
    if (length == 0 || reading->at[length + 1] != ';')
        fault(reading, "a bare &");
    reading->at += length + 2;
}

/* An address in an attribute, of an element. */
static void check_address(const struct reading *reading, const char *element, const char *name,
                          const char *value)
{
    bool is_own = value[0] == '"' || value[0] == '#' || value[0] == '?' ||
                  (value[0] == '/' && value[1] != '/' && value[1] != '\\');
    bool is_web = begins(value, "https:") || begins(value, "http:");
    bool may_be_web = strcmp(name, "href") == 0 && strcmp(element, "a") == 0;
    if (!is_own && !(is_web && may_be_web))
        fault(reading, "an address of no kind that is allowed");
    const char *tag_end = strchr(value, '>');
    const char *rel = strstr(reading->tag, " rel=\"nofollow noopener\"");
    if (is_web && (rel == NULL || rel > tag_end))
        fault(reading, "a link that vouches for what others wrote");
    if (strcmp(element, "script") == 0 && !begins(value, "/assets/"))
        fault(reading, "a script that is not ours");
}

static void read_attribute(struct reading *reading, const char *element)
{
    char name[MAX_NAME];
    read_name(reading, LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", name);
    if (!is_listed(attributes, name) && !begins(name, "aria-") && !begins(name, "data-"))
        fault(reading, "an attribute that pages do not have");
    if (*reading->at != '=')
        return;
    expect(reading, "=\"");
    if (is_listed(" href src action ", name))
        check_address(reading, element, name, reading->at);
    while (reading->at < reading->end && *reading->at != '"')
        if (*reading->at == '&')
            read_reference(reading);
        else if (*reading->at == '<' || *reading->at == '>')
            fault(reading, "a bracket in an attribute");
        else
            reading->at++;
    expect(reading, "\"");
}

static void open_element(struct reading *reading, const char *name)
{
    if (strcmp(name, "script") == 0)
        expect(reading, "</script>");
    else if (reading->depth == MAX_DEPTH)
        fault(reading, "elements are nested too deeply");
    else if (!is_listed(void_elements, name))
        strcpy(reading->open[reading->depth++], name);
}

static void read_tag(struct reading *reading)
{
    char name[MAX_NAME];
    reading->tag = reading->at++;
    bool closes = *reading->at == '/';
    reading->at += closes;
    read_name(reading, LOWER "0123456789", name);
    if (!is_listed(elements, name))
        fault(reading, "an element that pages do not have");
    if (closes) {
        if (reading->depth == 0 || strcmp(reading->open[--reading->depth], name) != 0)
            fault(reading, "an element is closed that is not the innermost");
        expect(reading, ">");
        return;
    }
    for (;;) {
        size_t space = strspn(reading->at, " \n");
        reading->at += space;
        if (*reading->at == '>' || *reading->at == '/')
            break;
        if (space == 0)
            fault(reading, "no space before an attribute");
        read_attribute(reading, name);
    }
    bool is_whole = *reading->at == '/';
    expect(reading, is_whole ? "/>" : ">");
    if (!is_whole)
        open_element(reading, name);
}

/* U+202A to U+202E, U+2066 to U+2069, U+0080 to U+009F, and those of ASCII. */
static void check_characters(struct reading *reading)
{
    if (!utf8_is_valid(reading->begin, (size_t)(reading->end - reading->begin)))
        fault(reading, "it is no UTF-8");
    for (const char *at = reading->begin; at < reading->end; at++) {
        const unsigned char *byte = (const unsigned char *)at;
        bool is_control = (*byte < 0x20 && *byte != '\n' && *byte != '\t' && *byte != '\r') ||
                          *byte == 0x7F || (*byte == 0xC2 && byte[1] < 0xA0);
        bool turns = *byte == 0xE2 && ((byte[1] == 0x80 && byte[2] >= 0xAA && byte[2] <= 0xAE) ||
                                       (byte[1] == 0x81 && byte[2] >= 0xA6 && byte[2] <= 0xA9));
        reading->at = at;
        if (is_control || turns)
            fault(reading, "a character that is no text");
    }
    reading->at = reading->begin;
}

void html_check(const char *subject, const char *html, size_t size)
{
    struct reading reading = {
        .subject = subject, .begin = html, .at = html, .tag = html, .end = html + size, .depth = 0};
    check_characters(&reading);
    expect(&reading, "<!doctype html>");
    while (reading.at < reading.end)
        if (*reading.at == '<')
            read_tag(&reading);
        else if (*reading.at == '&')
            read_reference(&reading);
        else
            reading.at++;
    if (reading.depth > 0)
        fault(&reading, "an element is not closed");
}
