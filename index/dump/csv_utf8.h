/* UTF-8 of a dump that is not well-formed: mending it, and showing it in an error. */
#ifndef CRATEDEX_INDEX_CSV_UTF8_H
#define CRATEDEX_INDEX_CSV_UTF8_H

#include <stddef.h>

/* Copies `text` with every ill-formed part replaced by U+FFFD to `out`, which holds
   CSV_UTF8_REPAIRED_SIZE(length) bytes and does not overlap. Returns the length. */
#define CSV_UTF8_REPAIRED_SIZE(length) ((length)*3)
size_t csv_utf8_repair(char *out, const char *text, size_t length);

/* Writes `text` in double quotes and a NUL to `out`, which holds `capacity` (at least 16) bytes.
   Quotes, backslashes, control characters and ill-formed bytes are escaped; what does not fit is
   left out and shown by `…` behind the closing quote. */
void csv_utf8_quote(char *out, size_t capacity, const char *text, size_t length);

#endif
