/* Ill-formed parts are mended as The Unicode Standard recommends (U+FFFD Substitution of Maximal
   Subparts, section 3.9), and shown byte by byte. */
#include "index/dump/csv_utf8.h"

#include <cratedex/utf8.h>
#include <stdio.h>
#include <string.h>

size_t csv_utf8_repair(char *out, const char *text, size_t length)
{
    static const char replacement[] = {'\xEF', '\xBF', '\xBD'};
    size_t out_length = 0;
    size_t i = 0;
    for (;;) {
        size_t valid = utf8_valid_length(text + i, length - i);
        memcpy(out + out_length, text + i, valid);
        out_length += valid;
        i += valid;
        if (i == length)
            return out_length;
        size_t n_bytes;
        utf8_read_sequence(text + i, length - i, &n_bytes);
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
        bool is_valid = utf8_read_sequence(text + i, length - i, &n_bytes);
        size_t n_escaped = escape(escaped, (const unsigned char *)text + i, n_bytes, is_valid);
        if (used + n_escaped + sizeof cut_end > capacity)
            break;
        memcpy(out + used, escaped, n_escaped);
        used += n_escaped;
        i += n_bytes;
    }
    snprintf(out + used, capacity - used, "%s", i < length ? cut_end : "\"");
}
