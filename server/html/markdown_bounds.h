/* Makes sure that no text takes a parser of Markdown for long. */
#ifndef CRATEDEX_SERVER_MARKDOWN_BOUNDS_H
#define CRATEDEX_SERVER_MARKDOWN_BOUNDS_H

#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>

/* A README has some 100 lines; nobody reads so many. */
#define MARKDOWN_MAX_LINES 20000

/* Appends the text to `out` so that parsing it takes a bounded time: what nests too deeply or opens
   too many brackets in one paragraph is escaped, what is behind MARKDOWN_MAX_LINES is left out. Of
   what people write nothing is changed. `*is_cut` becomes true where something was left out, else
   it stays. Returns 0 or -1 (memory). */
int markdown_bound(const char *text, size_t length, msgpack_sbuffer *out, bool *is_cut);

#endif
