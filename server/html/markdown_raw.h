/* HTML within Markdown: what it says without its tags. */
#ifndef CRATEDEX_SERVER_MARKDOWN_RAW_H
#define CRATEDEX_SERVER_MARKDOWN_RAW_H

#include <msgpack/sbuffer.h>
#include <stddef.h>

/* Appends the text that a browser would show of `html`, escaped: tags and comments are left out, an
   image is its alternative text, `br` a space. What only looks like a tag, as in `Vec<String>`, is
   text. Returns 0 or -1 (memory). */
int markdown_raw_text(const char *html, size_t length, msgpack_sbuffer *out);

#endif
