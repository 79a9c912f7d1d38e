/* The bytes of a token (RFC 9110, section 5.6.2): names of fields, methods, media types,
   parameters. */
#ifndef CRATEDEX_SERVER_TOKEN_H
#define CRATEDEX_SERVER_TOKEN_H

#include <stdbool.h>

/* Every name of a field is read byte by byte, so this is a look-up. */
static inline bool is_token_byte(char c)
{
    static const bool others[128] = {
        ['!'] = true,  ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true,
        ['\''] = true, ['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true,
        ['^'] = true,  ['_'] = true, ['`'] = true, ['|'] = true, ['~'] = true,
    };
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           ((unsigned char)c < 128 && others[(unsigned char)c]);
}

#endif
