/* UTF-8 as RFC 3629 has it. */
#ifndef CRATEDEX_UTF8_H
#define CRATEDEX_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* True where all `length` bytes of `text` are well-formed UTF-8 (RFC 3629, section 4): no overlong
   forms, no surrogates, nothing above U+10FFFF, no sequence that is cut short. */
bool utf8_is_valid(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
