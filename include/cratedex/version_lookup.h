/* A version by the crate it belongs to and its number. */
#ifndef CRATEDEX_VERSION_LOOKUP_H
#define CRATEDEX_VERSION_LOOKUP_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Finds the version `num` (`length` bytes, not NUL-terminated) of the crate of that rank; build
   metadata is part of a number, as on crates.io: `1.0.0` does not find `1.0.0+a`. Returns 1 and the
   version's id in `*version_id`; 0 where the crate has no such version; -1 and why on failure. */
int index_find_version(struct index_reader *reader, uint32_t rank, const char *num, size_t length,
                       int64_t *version_id, struct error *error);

/* The ids of all versions, ascending: `*n_versions` of them in memory from malloc, which the caller
   frees. Returns 0 or -1. */
int index_version_ids(struct index_reader *reader, int64_t **ids, uint32_t *n_versions,
                      struct error *error);

#ifdef __cplusplus
}
#endif

#endif
