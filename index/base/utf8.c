/* One pass over a borrowed string, without tables or allocation, by table 3-7 of The Unicode
   Standard, "Well-Formed UTF-8 Byte Sequences" (RFC 3629, section 4, says the same). Names, queries
   and nearly all of a dump are ASCII, so eight bytes at a time are tested for a high bit before any
   is looked at: that is why libunistring's u8_check, which takes byte after byte, does not do. */
#include <cratedex/utf8.h>

#include <stdint.h>
#include <string.h>

static bool is_between(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

bool utf8_read_sequence(const char *text, size_t length, size_t *n_bytes)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char lead = bytes[0];
    *n_bytes = 1;
    if (lead < 0x80)
        return true;
    if (!is_between(lead, 0xC2, 0xF4))
        return false;
    size_t needed = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    /* What would be overlong, a surrogate or too large shows in the second byte. */
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (length < 2 || !is_between(bytes[1], low, high))
        return false;
    for (*n_bytes = 2; *n_bytes < needed; ++*n_bytes)
        if (*n_bytes == length || !continues(text[*n_bytes]))
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

size_t utf8_valid_length(const char *text, size_t length)
{
    size_t i = 0;
    size_t n_bytes;
    while ((i += ascii_length(text + i, length - i)) < length) {
        if (!utf8_read_sequence(text + i, length - i, &n_bytes))
            break;
        i += n_bytes;
    }
    return i;
}

bool utf8_is_valid(const char *text, size_t length)
{
    return utf8_valid_length(text, length) == length;
}

size_t utf8_count_characters(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += !continues(text[i]);
    return n;
}

size_t utf8_skip_characters(const char *text, size_t length, size_t n)
{
    size_t at = 0;
    for (; n > 0 && at < length; n--)
        at += utf8_first_character(text + at, length - at);
    return at;
}

size_t utf8_fitting_length(const char *text, size_t length, size_t max)
{
    if (length <= max)
        return length;
    while (max > 0 && continues(text[max]))
        max--;
    return max;
}

size_t utf8_first_character(const char *text, size_t length)
{
    size_t n_bytes = 1;
    while (n_bytes < length && continues(text[n_bytes]))
        n_bytes++;
    return n_bytes;
}
