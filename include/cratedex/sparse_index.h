/* What cargo reads about a crate (the Cargo Book, "Registry Index"): one JSON object a version, a
   line each, in order of publication, byte for byte as crates.io writes them. The texts are made
   and compressed when the index is built. */
#ifndef CRATEDEX_SPARSE_INDEX_H
#define CRATEDEX_SPARSE_INDEX_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* No crate has a longer text: the builder refuses it. */
#define SPARSE_INDEX_MAX_BYTES ((size_t)64 << 20)

/* Appends the text of the crate of that rank to `out`. `*last_modified` becomes when the newest
   change to a version was, in seconds since 1970-01-01, never later than the dump's own time.
   Returns 1; 0 where the crate has no versions and therefore no text; or -1. */
int sparse_index_read(struct index_reader *reader, uint32_t rank, msgpack_sbuffer *out,
                      int64_t *last_modified, struct error *error);

/* The longest path: two folders of two bytes, two slashes, a name and a NUL. */
#define SPARSE_INDEX_PATH_SIZE (INDEX_MAX_NAME_BYTES + 7)

/* Writes where a crate lies below the index's root and a NUL: "1/a", "2/ab", "3/a/abc",
   "se/rd/serde", all in lower case (ASCII). `length` is 1 … INDEX_MAX_NAME_BYTES. Returns the
   length of the path. */
size_t sparse_index_path(const char *name, size_t length, char path[SPARSE_INDEX_PATH_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
