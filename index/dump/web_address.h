/* Addresses of home pages, documentation and repositories, which become links on pages: what a
   stranger wrote into Cargo.toml. */
#ifndef CRATEDEX_INDEX_DUMP_WEB_ADDRESS_H
#define CRATEDEX_INDEX_DUMP_WEB_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the address may be shown: a browser takes it for an http or https address with a host (by
   the URL Standard, as crates.io does; not by RFC 3986), and neither the host nor a domain above it
   is one of those that crates.io leaves out for having fallen into other hands. The text is UTF-8,
   not NUL-terminated. */
bool web_address_is_shown(const char *text, size_t length);

#endif
