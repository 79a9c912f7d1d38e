/* Content negotiation: which encoding (JSON or MessagePack) and which content coding an answer gets
   (RFC 9110, sections 12.5.1 and 12.5.3). */
#ifndef CRATEDEX_SERVER_NEGOTIATION_H
#define CRATEDEX_SERVER_NEGOTIATION_H

#include <cratedex/encoder.h>
#include <stdbool.h>

enum content_coding { CODING_IDENTITY, CODING_GZIP, CODING_BROTLI, CODING_ZSTD };
#define N_CONTENT_CODINGS 4

/* The media type of an encoding: "application/json", "application/msgpack". */
const char *encoding_media_type(enum encoding encoding);
/* "identity", "gzip", "br", "zstd". */
const char *content_coding_name(enum content_coding coding);

/* Chooses by an Accept field (several fields joined by `, `; NULL or empty accepts anything): the
   highest quality wins, on a tie JSON. Names for MessagePack: application/msgpack,
   application/vnd.msgpack, application/x-msgpack. A more specific range overrides a wildcard, a
   name without parameters one with them (other than q, which decide nothing else); malformed
   members are ignored, and a field without any well-formed member counts as absent. Returns 0, or
   -1 where nothing that we have is acceptable (406). */
int negotiate_encoding(const char *accept, enum encoding *encoding);

/* Whether an Accept field names JSON or MessagePack itself (a wildcard names neither) with a weight
   above 0: the client wants a document where it would else be redirected. */
bool accept_names_encoding(const char *accept);

/* Whether an Accept field names HTML (text/html) with a weight above 0, as browsers do when
   somebody goes to an address. */
bool accept_names_html(const char *accept);

/* Whether an Accept field names OpenMetrics (application/openmetrics-text, of version 1.0.0 or of
   any) with a weight above 0 that is no less than that of text/plain, where it names that, too. */
bool accept_prefers_openmetrics(const char *accept);

/* Chooses by an Accept-Encoding field (NULL: identity). On equal quality the preference is zstd,
   br, gzip, identity: at the levels of compression.c brotli makes a page of crates a tenth smaller
   than zstd, and takes three to seven times as long. `x-gzip` is gzip. Where nothing acceptable is
   left (`identity;q=0` alone), identity is sent all the same, as section 12.5.3 allows. */
enum content_coding negotiate_coding(const char *accept_encoding);

#endif
