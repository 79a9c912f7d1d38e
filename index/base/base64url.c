/* Six bits a character, most significant first. Unused bits at the end must be zero, so that every
   byte string has exactly one text. */
#include "index/base/base64url.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t base64url_encode(char *out, const void *bytes, size_t size)
{
    const unsigned char *in = bytes;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | in[i]) & 0xffff;
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            out[length++] = alphabet[bits >> (n_bits - 6) & 63];
    }
    if (n_bits > 0)
        out[length++] = alphabet[bits << (6 - n_bits) & 63];
    out[length] = '\0';
    return length;
}

int base64url_decode(void *out, size_t capacity, size_t *size, const char *text, size_t length)
{
    unsigned char *bytes = out;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    *size = 0;
    for (size_t i = 0; i < length; i++) {
        const char *found = text[i] == '\0' ? NULL : strchr(alphabet, text[i]);
        if (found == NULL)
            return -1;
        bits = (bits << 6 | (uint32_t)(found - alphabet)) & 0xffff;
        n_bits += 6;
        if (n_bits < 8)
            continue;
        n_bits -= 8;
        if (*size == capacity)
            return -1;
        bytes[(*size)++] = (unsigned char)(bits >> n_bits);
    }
    return n_bits >= 6 || (bits & ((1U << n_bits) - 1)) != 0 ? -1 : 0;
}
