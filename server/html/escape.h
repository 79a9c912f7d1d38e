/* Text of others in pages. */
#ifndef CRATEDEX_SERVER_ESCAPE_H
#define CRATEDEX_SERVER_ESCAPE_H

#include <msgpack/sbuffer.h>
#include <stddef.h>

/* Each of these appends to `out`, whose writer reports when memory runs out; it returns 0 or -1. */

/* Appends bytes as they are. */
int html_append(msgpack_sbuffer *out, const char *bytes, size_t length);

/* Appends what printf would write, at most 255 bytes of it: more is -1. Texts that are not our own
   are not for it. */
int html_append_format(msgpack_sbuffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends valid UTF-8 so that it is text, between tags as in a quoted attribute: `& < > " '` as
   character references. What is no text (control characters but tab and line ends), and what would
   turn the order of the text around it (bidirectional embeddings, overrides and isolates, UAX #9)
   becomes U+FFFD. */
int html_escape(msgpack_sbuffer *out, const char *text, size_t length);

/* Appends text as one segment of a path or as a value in a query: all but the colon and what is
   unreserved (RFC 3986, section 2.3) is percent-encoded. */
int html_percent_encode(msgpack_sbuffer *out, const char *text, size_t length);

#endif
