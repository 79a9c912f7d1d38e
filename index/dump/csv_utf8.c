/* UTF-8 by table 3-7 of The Unicode Standard, "Well-Formed UTF-8 Byte Sequences": no overlong
   forms, no surrogates, nothing above U+10FFFF. Nearly all bytes of a dump are ASCII, so eight
   bytes at a time are tested for a high bit before any is looked at. */
#include "index/dump/csv_utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool is_between(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

/* Reads the sequence at the front of `text` (`length` > 0). Returns true where it is well-formed;
   `n_bytes` is its length, or that of the maximal ill-formed part, which one U+FFFD stands for. */
static bool read_sequence(const unsigned char *text, size_t length, size_t *n_bytes)
{
    unsigned char lead = text[0];
    *n_bytes = 1;
    if (lead < 0x80)
        return true;
    if (!is_between(lead, 0xC2, 0xF4))
        return false;
    size_t needed = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (length < 2 || !is_between(text[1], low, high))
        return false;
    for (*n_bytes = 2; *n_bytes < needed; ++*n_bytes)
        if (*n_bytes == length || !is_between(text[*n_bytes], 0x80, 0xBF))
            return false;
    return true;
}

static size_t ascii_length(const char *text, size_t length)
{
    size_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t block;
        memcpy(&block, text + i, sizeof block);
        if ((block & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (i < length && (unsigned char)text[i] < 0x80)
        i++;
    return i;
}

size_t csv_utf8_valid_length(const char *text, size_t length)
{
    size_t i = 0;
    size_t n_bytes;
    while ((i += ascii_length(text + i, length - i)) < length) {
        if (!read_sequence((const unsigned char *)text + i, length - i, &n_bytes))
            break;
        i += n_bytes;
    }
    return i;
}

size_t csv_utf8_repair(char *out, const char *text, size_t length)
{
    static const char replacement[] = {'\xEF', '\xBF', '\xBD'};
    size_t out_length = 0;
    size_t i = 0;
    for (;;) {
        size_t valid = csv_utf8_valid_length(text + i, length - i);
        memcpy(out + out_length, text + i, valid);
        out_length += valid;
        i += valid;
        if (i == length)
            return out_length;
        size_t n_bytes;
        read_sequence((const unsigned char *)text + i, length - i, &n_bytes);
        memcpy(out + out_length, replacement, sizeof replacement);
        out_length += sizeof replacement;
        i += n_bytes;
    }
}

#define MAX_ESCAPED 17 /* four bytes as `\xff` and the NUL */

/* Writes one character, escaped where it could harm a line of text or a terminal. */
static size_t escape(char *out, const unsigned char *text, size_t n_bytes, bool is_valid)
{
    if (n_bytes == 1 && (text[0] == '"' || text[0] == '\\'))
        return (size_t)snprintf(out, MAX_ESCAPED, "\\%c", text[0]);
    if (text[0] == '\n' || text[0] == '\r' || text[0] == '\t')
        return (size_t)snprintf(out, MAX_ESCAPED, "\\%c",
                                text[0] == '\n'   ? 'n'
                                : text[0] == '\r' ? 'r'
                                                  : 't');
    bool is_control =
        text[0] < 0x20 || text[0] == 0x7F || (text[0] == 0xC2 && n_bytes == 2 && text[1] < 0xA0);
    if (is_valid && !is_control) {
        memcpy(out, text, n_bytes);
        return n_bytes;
    }
    size_t length = 0;
    for (size_t i = 0; i < n_bytes; i++)
        length += (size_t)snprintf(out + length, MAX_ESCAPED - length, "\\x%02x", text[i]);
    return length;
}

void csv_utf8_quote(char *out, size_t capacity, const char *text, size_t length)
{
    static const char cut_end[] = "\"…";
    size_t used = 0;
    size_t i = 0;
    out[used++] = '"';
    while (i < length) {
        char escaped[MAX_ESCAPED];
        size_t n_bytes;
        const unsigned char *at = (const unsigned char *)text + i;
        bool is_valid = read_sequence(at, length - i, &n_bytes);
        size_t n_escaped = escape(escaped, at, n_bytes, is_valid);
        if (used + n_escaped + sizeof cut_end > capacity)
            break;
        memcpy(out + used, escaped, n_escaped);
        used += n_escaped;
        i += n_bytes;
    }
    snprintf(out + used, capacity - used, "%s", i < length ? cut_end : "\"");
}
