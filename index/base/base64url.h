/* Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5), for seek keys. None
   of the libraries used here offers it. */
#ifndef CRATEDEX_INDEX_BASE64URL_H
#define CRATEDEX_INDEX_BASE64URL_H

#include <stddef.h>

/* Bytes that the text of `size` bytes takes, its NUL included. */
#define BASE64URL_SIZE(size) (((size)*4 + 2) / 3 + 1)

/* Writes the text and a NUL to `out` (BASE64URL_SIZE bytes). Returns the length without the NUL. */
size_t base64url_encode(char *out, const void *bytes, size_t size);

/* Writes at most `capacity` decoded bytes to `out` and stores their number. Returns 0, or -1 where
   the text is not canonical base64url or does not fit. */
int base64url_decode(void *out, size_t capacity, size_t *size, const char *text, size_t length);

#endif
