/* What is asked of a list of versions. */
#ifndef CRATEDEX_VERSION_QUERY_H
#define CRATEDEX_VERSION_QUERY_H

#include <cratedex/search_query.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum version_sort {
    VERSION_SORT_SEMVER, /* highest precedence first; what is no SemVer comes last */
    VERSION_SORT_DATE,   /* last created first */
};

/* Which versions. Equal ones are in the order of their ids, the highest first. */
struct version_query {
    uint32_t rank; /* of the crate */
    enum version_sort sort;
    const struct search_string *nums; /* these numbers alone, each given once; n_nums 0: all */
    size_t n_nums;
    uint32_t limit;             /* of a page; 0: everything at once */
    struct search_string after; /* the key of the page before; data NULL: none */
    bool has_release_tracks;
};

/* A key of a page's last version: base64url text, NUL-terminated. */
#define VERSION_MAX_SEEK_KEY 512

#ifdef __cplusplus
}
#endif

#endif
