/* The canonical form of a crate name: ASCII letters in lower case, `-` replaced by `_`. Two names
   with the same canonical form are the same crate to search, lookup and cargo. */
#ifndef CRATEDEX_CANONICAL_NAME_H
#define CRATEDEX_CANONICAL_NAME_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the canonical form of `name` (`length` bytes) to `out`, which holds at least `length`
   bytes and may be `name` itself. The form has exactly as many bytes as the name; bytes above 127
   stay as they are. No terminating NUL is written. */
void canonical_name(char *out, const char *name, size_t length);

#ifdef __cplusplus
}
#endif

#endif
