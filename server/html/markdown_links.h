/* Addresses in Markdown of others. */
#ifndef CRATEDEX_SERVER_MARKDOWN_LINKS_H
#define CRATEDEX_SERVER_MARKDOWN_LINKS_H

#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>

/* Appends the start tag of a link to `address`: one of http or https, or one that is relative to
   `base` (markdown.h). `*is_link` becomes whether there may be a link to it; where not, nothing is
   written. Returns 0 or -1 (memory). */
int markdown_link_begin(const char *address, const char *base, bool *is_link, msgpack_sbuffer *out);

/* Appends text, in which addresses of http and https become links. Returns 0 or -1 (memory). */
int markdown_link_text(const char *text, size_t length, msgpack_sbuffer *out);

/* Where files of a repository are shown, for `link_base` of markdown.h: for
   https://github.com/owner/name that is https://github.com/owner/name/blob/HEAD/. "" where that is
   not known of the host, or there is no room. Returns `base`. */
const char *markdown_link_base(const char *repository, char *base, size_t size);

#endif
