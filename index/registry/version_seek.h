/* The keys by which a list of versions continues after its last one: opaque to clients. A key is a
   place in the order, so that it serves where its version is gone. */
#ifndef CRATEDEX_INDEX_VERSION_SEEK_H
#define CRATEDEX_INDEX_VERSION_SEEK_H

#include "index/registry/listed_version.h"

/* A key that was read: a version with what the order needs of it. */
struct version_seek {
    struct listed_version version;
    char num[VERSION_MAX_SEEK_KEY];
};

/* Writes the key of a version as base64url text. */
void version_seek_format(enum version_sort sort, const struct listed_version *version,
                         char text[VERSION_MAX_SEEK_KEY]);

/* Reads a key back; `seek` must not be moved after. Returns 0, or -1 where the text is no key of
   that sort. */
int version_seek_parse(struct version_seek *seek, enum version_sort sort, const char *text,
                       size_t length);

#endif
