/* One pass over a borrowed string, without tables or allocation. Names and queries are mostly
   ASCII, so eight bytes at a time are tested for that first; any other byte begins a sequence whose
   second byte has a range of its own (the table in RFC 3629, section 4). */
#include <cratedex/utf8.h>

#include <stdint.h>
#include <string.h>

static bool is_between(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

/* The length of the well-formed sequence at `bytes` of which `n_left` bytes are there; 0 where it
   is ill-formed. */
static size_t sequence_length(const unsigned char *bytes, size_t n_left)
{
    unsigned char first = bytes[0];
    if (first < 0x80)
        return 1;
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (!is_between(first, 0xC2, 0xF4) || n_left < length)
        return 0;
    /* What would be overlong, a surrogate or too large shows in the second byte. */
    unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (!is_between(bytes[1], low, high))
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_between(bytes[i], 0x80, 0xBF))
            return 0;
    return length;
}

bool utf8_is_valid(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    while (at < length) {
        uint64_t word;
        if (length - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof word;
                continue;
            }
        }
        size_t n_bytes = sequence_length(bytes + at, length - at);
        if (n_bytes == 0)
            return false;
        at += n_bytes;
    }
    return true;
}
