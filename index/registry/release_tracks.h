/* The release tracks of a crate: for each series of compatible versions, the highest of it. */
#ifndef CRATEDEX_INDEX_RELEASE_TRACKS_H
#define CRATEDEX_INDEX_RELEASE_TRACKS_H

#include "index/registry/listed_version.h"

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

/* The highest version of each track, highest track first. Borrowed from the versions' texts. */
struct release_tracks {
    struct listed_version *highest;
    uint32_t n;
};

/* Finds the tracks of `n_versions` versions that are sorted by VERSION_SORT_SEMVER. Returns 0, or
   -1 when memory runs out. */
int release_tracks_find(struct release_tracks *tracks, const struct listed_version *versions,
                        uint32_t n_versions, struct error *error);
void release_tracks_free(struct release_tracks *tracks);

/* Writes {"1": {"highest": "1.2.3"}, "0.9": …}. */
void release_tracks_encode(const struct release_tracks *tracks, struct encoder *encoder);

#endif
