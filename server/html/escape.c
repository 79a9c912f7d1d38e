/* Bytes that need nothing are copied in runs. All that is replaced inside of UTF-8 sequences begins
   with one of two bytes: U+202A to U+202E (E2 80 AA to AE), U+2066 to U+2069 (E2 81 A6 to A9), and
   U+0080 to U+009F (C2 80 to 9F). */
#include "server/html/escape.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"

int html_append(msgpack_sbuffer *out, const char *bytes, size_t length)
{
    if (length == 0)
        return 0;
    if (out->alloc - out->size < length)
        return msgpack_sbuffer_write(out, bytes, length);
    memcpy(out->data + out->size, bytes, length);
    out->size += length;
    return 0;
}

int html_append_format(msgpack_sbuffer *out, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        return -1;
    return html_append(out, text, (size_t)length);
}

/* What stands for a byte, NULL: itself. */
static const char *reference_of(unsigned char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return NULL;
    default:
        return byte < 0x20 || byte == 0x7F ? REPLACEMENT : NULL;
    }
}

#define BIT(byte) (UINT64_C(1) << ((byte) % 64))

/* How many bytes at the front are surely themselves. */
static size_t plain_bytes(const unsigned char *text, size_t length)
{
    /* A bit for each byte that is not: control characters, markup, C2 and E2. */
    static const uint64_t is_looked_at[4] = {
        UINT32_MAX | BIT('"') | BIT('&') | BIT('\'') | BIT('<') | BIT('>'),
        BIT(0x7F),
        0,
        BIT(0xC2) | BIT(0xE2),
    };
    size_t n = 0;
    while (n < length && (is_looked_at[text[n] / 64] & BIT(text[n])) == 0)
        n++;
    return n;
}

/* The length of the sequence at `text` that must not stand in a page; 0: none begins here. */
static size_t forbidden_sequence(const unsigned char *text, size_t length)
{
    if (text[0] == 0xC2 && length >= 2)
        return text[1] <= 0x9F ? 2 : 0;
    if (text[0] != 0xE2 || length < 3)
        return 0;
    bool is_embedding = text[1] == 0x80 && text[2] >= 0xAA && text[2] <= 0xAE;
    bool is_isolate = text[1] == 0x81 && text[2] >= 0xA6 && text[2] <= 0xA9;
    return is_embedding || is_isolate ? 3 : 0;
}

int html_escape(msgpack_sbuffer *out, const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t run = 0; /* where what is copied begins */
    for (size_t i = 0; i < length;) {
        i += plain_bytes(bytes + i, length - i);
        if (i == length)
            break;
        size_t n_forbidden = bytes[i] >= 0xC2 ? forbidden_sequence(bytes + i, length - i) : 0;
        const char *instead = n_forbidden > 0 ? REPLACEMENT : reference_of(bytes[i]);
        if (instead == NULL) {
            i++;
            continue;
        }
        if (html_append(out, text + run, i - run) != 0 ||
            html_append(out, instead, strlen(instead)) != 0)
            return -1;
        i += n_forbidden > 0 ? n_forbidden : 1;
        run = i;
    }
    return html_append(out, text + run, length - run);
}

/* RFC 3986 allows the colon of categories and teams in a segment that has a slash before it, and in
   a query (section 3.3). */
static bool is_kept(unsigned char byte)
{
    return byte == ':' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

int html_percent_encode(msgpack_sbuffer *out, const char *text, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        const char encoded[] = {'%', digits[byte >> 4], digits[byte & 15]};
        int result = is_kept(byte) ? html_append(out, text + i, 1)
                                   : html_append(out, encoded, sizeof encoded);
        if (result != 0)
            return -1;
    }
    return 0;
}
