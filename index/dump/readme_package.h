/* The README of a package as cargo makes them (.crate, a tar that gzip compressed). */
#ifndef CRATEDEX_INDEX_README_PACKAGE_H
#define CRATEDEX_INDEX_README_PACKAGE_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* Appends the Markdown file that the package's Cargo.toml names as its README, README.md where it
   names none. At most `max_bytes` are unpacked of the package. Returns 1; 0 where it has none, or
   none in Markdown; or -1: it is no package, it is damaged, or it unpacks to more. */
int readme_package_read(const void *bytes, size_t size, uint64_t max_bytes, msgpack_sbuffer *text,
                        struct error *error);

#endif
