/* The bytes of a token (RFC 9110, section 5.6.2): names of fields, methods, media types, parameters. */
#ifndef CRATEDEX_SERVER_TOKEN_H
#define CRATEDEX_SERVER_TOKEN_H

#include <stdbool.h>
#include <string.h>

static inline bool is_token_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

#endif
