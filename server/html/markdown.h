/* Markdown of others in pages: GitHub's dialect (https://github.github.com/gfm/), by cmark-gfm. */
#ifndef CRATEDEX_SERVER_MARKDOWN_H
#define CRATEDEX_SERVER_MARKDOWN_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>

struct markdown {
    const char *text; /* valid UTF-8 */
    size_t length;
    const char *link_base; /* what relative addresses are relative to, with a `/` at its end; "":
                              they become text */
};

/* Appends the text as HTML that can stand in any page of ours, whoever wrote it: a fixed set of
   elements; attributes that this code writes; links to http and https alone, with rel="nofollow
   noopener". HTML in the text becomes its text, images become links by their alternative text.
   Headings begin at h3, their ids with "readme-". `*is_cut` becomes whether the end is missing.

   Time and memory are bounded whatever the text is; one that would need more is shown as it was
   written, and behind 1 MiB of HTML no new element begins (markdown_writer.h). The same text always
   gives the same bytes. Threads may do so at once. Returns 0 or -1 (memory). */
int markdown_to_html(const struct markdown *markdown, msgpack_sbuffer *out, bool *is_cut,
                     struct error *error);

#endif
